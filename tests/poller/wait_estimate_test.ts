/** Short waits on the isolate's own thread, for messages that follow each other closely. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { READABLE } from "../../poller/backend.ts";
import { defaultKind } from "../../poller/create.ts";
import { EpollBackend } from "../../poller/epoll.ts";
import { WaitEstimate } from "../../poller/wait_estimate.ts";
import { Pair } from "../../mod.ts";
import { closeFd, duplicate, openDescriptors, openedSince, pipe, put, take } from "../fds.ts";
import { freshAddress, join, run, turn } from "../util.ts";

const ignore = Deno.build.os !== "linux";
/** The reactor blocks where it uses epoll only. */
const elsewhere = ignore || defaultKind() !== "epoll";

/** Whether an estimate says to block after so many waits more, of so many ms each. */
function after(estimate: WaitEstimate, times: number, wait: number): boolean {
  for (let i = 0; i < times; i++) estimate.record(wait);
  return estimate.shouldBlock;
}

Deno.test("the estimate says to block after some short waits, and a long one ends that", () => {
  const estimate = new WaitEstimate();
  assertEquals(estimate.shouldBlock, false);
  assertEquals(after(estimate, 4, 0.05), false);
  assertEquals(after(estimate, 16, 0.05), true);
  assertEquals(after(estimate, 1, 3600_000), false);
  assertEquals(after(estimate, 8, 0.05), true);
});

Deno.test("where the runtime is watched, the estimate says to block after waits of a millisecond, too", () => {
  const notWatching = new WaitEstimate(() => false);
  const watching = new WaitEstimate(() => true);
  assertEquals([after(notWatching, 20, 1), after(watching, 20, 1)], [false, true]);
  assertEquals(after(watching, 1, 3600_000), false);
});

Deno.test("an estimate asks once whether the runtime can be watched, and not while waits are long", () => {
  let asked = 0;
  const estimate = new WaitEstimate(() => {
    asked++;
    return true;
  });
  after(estimate, 20, 5);
  const early = asked;
  after(estimate, 20, 1);
  after(estimate, 20, 5);
  after(estimate, 20, 0.1);
  assertEquals([early, asked], [0, 1]);
});

Deno.test("waits that are short and long by turns don't make the estimate say to block", () => {
  const estimate = new WaitEstimate();
  let blocking = 0;
  for (let i = 0; i < 100; i++) {
    estimate.record(0.05);
    estimate.record(1);
    if (estimate.shouldBlock) blocking++;
  }
  assertEquals(blocking, 0);
});

/** How long bounded waits take where nothing comes, in ms. */
function durations(backend: EpollBackend<string>, times: number): number[] {
  return Array.from({ length: times }, () => {
    const begun = performance.now();
    backend.block(() => {});
    return performance.now() - begun;
  });
}

Deno.test({ name: "a bounded wait reports what is ready", ignore }, () => {
  using ends = pipe();
  const backend = new EpollBackend<string>();
  backend.add(ends.read, READABLE, "pipe");
  const reported: [string, number][] = [];
  put(ends.write);
  backend.block((token, ready) => reported.push([token, ready]));
  take(ends.read);
  backend.block((token, ready) => reported.push([token, ready]));
  backend.close();
  assertEquals(reported, [["pipe", READABLE]]);
});

// The tick comes each half millisecond; without one, the time-out behind it is 20 ms.
Deno.test({ name: "a bounded wait for nothing ends within a millisecond or so", ignore }, () => {
  const backend = new EpollBackend<string>();
  const shortest = Math.min(...durations(backend, 20));
  backend.close();
  assert(shortest < 5, `${shortest} ms`);
});

Deno.test({ name: "a tick from before doesn't end a bounded wait at once", ignore }, () => {
  const backend = new EpollBackend<string>();
  const waits: number[] = [];
  for (let i = 0; i < 20; i++) {
    backend.block(() => {});
    const pending = performance.now() + 1;
    while (performance.now() < pending);
    waits.push(...durations(backend, 1));
  }
  backend.close();
  assert(Math.max(...waits) > 0.1, `${waits}`);
});

Deno.test(
  { name: "ticks end no longer wait: neither a parked one nor one on this thread", ignore },
  async () => {
    const backend = new EpollBackend<string>();
    backend.block(() => {});
    let ended = false;
    const parked = backend.wait(-1).then(() => ended = true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const early = ended;
    backend.wake();
    await parked;
    backend.close();
    assertEquals(early, false);
  },
);

Deno.test({ name: "bounded waits end also in a set that was rebuilt", ignore }, () => {
  using ends = pipe();
  const backend = new EpollBackend<string>();
  backend.block(() => {});
  const copy = duplicate(ends.read);
  backend.add(copy, READABLE, "copy");
  put(ends.write);
  // Closed before it's removed, its file stays in the set: its events are no one's, and spoil the set.
  closeFd(copy);
  backend.remove(copy);
  backend.block(() => {});
  const waits = durations(backend, 20);
  backend.close();
  assert(Math.max(...waits) > 0.1 && Math.min(...waits) < 5, `${waits}`);
});

const name = "a quick exchange is waited for on the isolate's own thread";
Deno.test({ name, ignore: elsewhere }, async () => {
  using one = new Pair();
  using other = new Pair();
  await join(one, other, freshAddress("tcp"));
  const { wait } = EpollBackend.prototype;
  let parks = 0;
  EpollBackend.prototype.wait = function (timeout) {
    parks++;
    return wait.call(this, timeout);
  };
  try {
    for (let i = 0; i < 500; i++) {
      await one.send("ping");
      await other.receive();
    }
  } finally {
    EpollBackend.prototype.wait = wait;
  }
  assert(parks < 250, `${parks} parks`);
});

Deno.test({ name: "timers go on while messages follow each other closely", ignore }, async () => {
  using one = new Pair();
  using other = new Pair();
  await join(one, other, freshAddress("tcp"));
  let fired = 0;
  const timer = setInterval(() => fired++, 1);
  while (fired < 20) {
    await one.send("ping");
    await other.receive();
  }
  clearInterval(timer);
});

/** A program that prints how many of its clocks run, after an exchange that was quick. */
const CLOCKS = `
  import { Pair } from "$MOD";
  const one = new Pair();
  await one.bind("tcp://127.0.0.1:*");
  const other = new Pair();
  other.connect(one.lastEndpoint);
  const running = () => {
    let clocks = 0;
    for (const { name } of Deno.readDirSync("/proc/self/fdinfo")) {
      let text = "";
      try {
        text = Deno.readTextFileSync("/proc/self/fdinfo/" + name);
      } catch {
        // The folder's own descriptor is gone by now.
      }
      if (/it_interval: \\((?!0, 0)/.test(text)) clocks++;
    }
    return clocks;
  };
  let during = 0;
  // On a busy machine an exchange may be slow now and then, and a clock then doesn't run.
  while (during === 0) {
    for (let i = 0; i < 500; i++) {
      await one.send("ping");
      await other.receive();
    }
    during = running();
  }
  $THEN
  console.log(during, running());
  Deno.exit();
`;
const TURN = "await new Promise((resolve) => setTimeout(resolve, 5));";

for (
  const [state, then] of [
    ["nobody waits", TURN],
    ["somebody waits for long", `other.receive().catch(() => {});\n${TURN}`],
  ]
) {
  const name = `no clock runs any more once ${state}`;
  Deno.test({ name, ignore: elsewhere }, async () => {
    const { stdout, stderr } = await run(CLOCKS.replace("$THEN", then));
    assertEquals(stdout.trim() || stderr, "1 0");
  });
}

Deno.test(
  { name: "a set that has blocked gives its descriptors back", ignore },
  async () => {
    const before = openDescriptors();
    const backend = new EpollBackend<string>();
    backend.block(() => {});
    backend.close();
    await turn();
    assertEquals(openedSince(before), []);
  },
);
