/** Linux's strategy: waits on the isolate's own thread, and the runtime's turn while tick follows tick. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { READABLE } from "../../poller/backend.ts";
import { defaultKind } from "../../poller/create.ts";
import { EpollBackend } from "../../poller/epoll.ts";
import { EpollSet } from "../../poller/epoll_set.ts";
import { EpollStrategy } from "../../poller/epoll_strategy.ts";
import { Pair } from "../../mod.ts";
import { closeFd, duplicate, openDescriptors, openedSince, pipe, put, take } from "../fds.ts";
import { freshAddress, join } from "../util.ts";
import { Parks } from "./support.ts";
import { blocking, durations } from "./blocking.ts";
import { run } from "../program.ts";
import { replaced } from "../replacing.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const ignore = !HAS_LINUX_CALLS;
/** The reactor blocks, and watches the runtime, where it uses epoll only. */
const elsewhere = ignore || defaultKind() !== "epoll";

Deno.test({ name: "a bounded wait reports what is ready", ignore }, () => {
  using ends = pipe();
  const { backend, block, close } = blocking<string>();
  backend.add(ends.read, READABLE, "pipe");
  const reported: [string, number][] = [];
  put(ends.write);
  block((token, ready) => reported.push([token, ready]));
  take(ends.read);
  block((token, ready) => reported.push([token, ready]));
  close();
  assertEquals(reported, [["pipe", READABLE]]);
});

Deno.test({ name: "where there can't be a clock, a bounded wait is as short", ignore }, () => {
  const before = openDescriptors();
  const { block, close } = blocking<string>();
  let shortest = Infinity;
  {
    using _broken = replaced(EpollSet.prototype, "control", () => {
      throw new Error("injected");
    });
    shortest = Math.min(...durations(block, 10));
  }
  close();
  assert(shortest > 0.5 && shortest < 10, `${shortest} ms`);
  assertEquals(openedSince(before), []);
});

Deno.test({ name: "bounded waits end also in a set that was rebuilt", ignore }, () => {
  using ends = pipe();
  const { backend, block, close } = blocking<string>();
  block(() => {});
  const copy = duplicate(ends.read);
  backend.add(copy, READABLE, "copy");
  put(ends.write);
  // Closed before it's removed, its file stays in the set: its events belong to no entry, and the set needs a rebuild.
  closeFd(copy);
  backend.remove(copy);
  block(() => {});
  const waits = durations(block, 20);
  close();
  assert(Math.max(...waits) > 0.1 && Math.min(...waits) < 5, `${waits}`);
});

const quick = "a quick exchange is waited for on the isolate's own thread";
Deno.test({ name: quick, ignore: elsewhere }, async () => {
  using one = new Pair();
  using other = new Pair();
  await join(one, other, freshAddress("tcp"));
  const counts: number[] = [];
  // On a busy machine not every exchange is quick.
  for (let round = 0; round < 50 && !counts.some((count) => count < 25); round++) {
    using parks = new Parks();
    for (let i = 0; i < 50; i++) {
      await one.send("ping");
      await other.receive();
    }
    counts.push(parks.count);
  }
  assert(Math.min(...counts) < 25, `${counts} parks`);
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
      if (/it_value: \\((?!0, 0)/.test(text)) clocks++;
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
const TURNS = `for (let i = 0; running() > 0 && i < 4000; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }`;

for (
  const [state, then] of [
    ["nothing waits", TURNS],
    ["something waits for long", `other.receive().catch(() => {});\n${TURNS}`],
  ]
) {
  const name = `no clock runs any more once ${state}`;
  Deno.test({ name, ignore: elsewhere }, async () => {
    const { stdout, stderr } = await run(CLOCKS.replace("$THEN", then));
    assertEquals(stdout.trim() || stderr, "1 0");
  });
}

/** How many messages were exchanged during each of some HTTP requests, of which the median is printed. */
const SERVER = `
  import { Pair } from "$MOD";
  const one = new Pair();
  await one.bind("tcp://127.0.0.1:*");
  const other = new Pair();
  other.connect(one.lastEndpoint);
  let exchanges = 0;
  const exchange = async () => {
    for (;;) {
      await one.send("ping");
      await other.receive();
      exchanges++;
    }
  };
  const server = Deno.serve({ port: 0, onListen() {} }, () => new Response("answer"));
  const url = "http://127.0.0.1:" + server.addr.port;
  await (await fetch(url)).text();
  exchange();
  while (exchanges < 2000) await new Promise((resolve) => setTimeout(resolve, 10));
  const during = [];
  for (let i = 0; i < 21; i++) {
    const before = exchanges;
    await (await fetch(url)).text();
    during.push(exchanges - before);
  }
  console.log(during.sort((a, b) => a - b)[10]);
  Deno.exit();
`;

// The runtime looks at its descriptors in each 61st tick, and a request needs several such looks.
Deno.test({
  name: "an HTTP answer doesn't wait for each 61st tick while messages follow each other closely",
  ignore: elsewhere,
}, async () => {
  const { stdout, stderr } = await run(SERVER);
  assert(/^\d+\n$/.test(stdout) && Number(stdout) < 61, `${stdout}${stderr}`);
});

/** At which of these ms the runtime gets its turn, where it can be asked whether it has something to do, or can't. */
function due(at: readonly number[], hasWork?: () => boolean): number[] {
  const backend = new EpollBackend<unknown>();
  const strategy = new class extends EpollStrategy {
    protected override watchRuntime(): boolean {
      return hasWork !== undefined;
    }
    override runtimeHasWork(): boolean {
      return hasWork!();
    }
  }(backend);
  strategy.waited("yield", 0);
  const found = at.filter((now) => {
    const is = strategy.beforeTick(now) === "yield";
    if (is) strategy.waited("yield", now);
    return is;
  });
  backend.close();
  return found;
}

const MILLISECONDS = Array.from({ length: 12 }, (_, i) => i + 1);

Deno.test({ name: "a runtime that can't be asked is due every five milliseconds", ignore }, () => {
  assertEquals(due(MILLISECONDS), [5, 10]);
});

Deno.test({ name: "a runtime that has nothing to do is never due", ignore }, () => {
  assertEquals(due(MILLISECONDS, () => false), []);
});

Deno.test(
  { name: "a runtime that has something to do is due within a millisecond", ignore },
  () => {
    assertEquals(due([0.5, 0.9, 1, 1.5, 1.9, 2], () => true), [1, 2]);
  },
);

Deno.test({ name: "a runtime isn't asked more often than each millisecond", ignore }, () => {
  let asked = 0;
  due([0.5, 1, 1.2, 1.4, 1.6, 1.8, 2], () => {
    asked++;
    return false;
  });
  assertEquals(asked, 2);
});

/** Only on a process's first thread, on which tests don't run, can the runtime's set be found. */
const WATCHING = `
  import { EPOLLIN } from "$ROOT/ffi/constants.ts";
  import { EpollBackend } from "$ROOT/poller/epoll.ts";
  import { EpollSet } from "$ROOT/poller/epoll_set.ts";
  import { EpollStrategy } from "$ROOT/poller/epoll_strategy.ts";
  import { runtimeSet } from "$ROOT/poller/runtime_set.ts";
  const backend = new EpollBackend();
  const strategy = new EpollStrategy(backend);
  console.log(strategy.watchesRuntime);
  const runtime = runtimeSet(backend.fd);
  const { control } = EpollSet.prototype;
  EpollSet.prototype.control = function (operation, fd, bits, ...rest) {
    if (fd === runtime) console.log((bits & EPOLLIN) !== 0);
    control.call(this, operation, fd, bits, ...rest);
  };
  strategy.arm(0);
  strategy.disarm();
  backend.internals.onEvent(runtime);
  console.log(strategy.beforeTick(100));
  strategy.waited("yield", 100);
  console.log(strategy.beforeTick(100));
`;

Deno.test({
  name: "the runtime's work ends a bounded wait, gets one yield, and ends no parked wait",
  ignore,
  fn: async () => {
    const { stdout, stderr } = await run(WATCHING);
    assertEquals([stdout, stderr], ["true\ntrue\nfalse\nyield\npeek\n", ""]);
  },
});
