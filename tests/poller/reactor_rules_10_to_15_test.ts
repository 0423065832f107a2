/**
 * The rules that keep wake-ups from being lost, and the process from turning in circles: the last six, of which the most
 * say how and when the reactor waits. Each test fails when its rule is broken.
 */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, Poller, Router } from "../../mod.ts";
import { type Backend, READABLE } from "../../poller/backend.ts";
import { takeBudget } from "../../poller/budget.ts";
import { defaultKind } from "../../poller/create.ts";
import { reactor } from "../../poller/reactor.ts";
import { WaitEstimate } from "../../poller/wait_estimate.ts";
import { pipe, put } from "../fds.ts";
import { run } from "../program.ts";
import { freshAddress } from "../util.ts";
import { StoppedClock } from "./clock.ts";
import {
  Bell,
  eachBackend,
  keys,
  KINDS,
  Looks,
  Main,
  Parks,
  Patience,
  Strategy,
} from "./support.ts";
import { held, soon, STUCK, turn, turns, turnsUntil } from "../waiting.ts";
import { replaced, watched } from "../replacing.ts";

/** Counts the waits on this thread that may take time, in any set, until the end of the block; and has them made. */
class Blocks implements Disposable {
  count = 0;
  /** Called at the beginning of each. */
  check: (() => void) | undefined;
  readonly #undo: () => void;

  constructor() {
    const { waitSync } = Main.prototype;
    const estimate = Object.getOwnPropertyDescriptor(WaitEstimate.prototype, "shouldBlock")!;
    this.#undo = () => {
      Main.prototype.waitSync = waitSync;
      Object.defineProperty(WaitEstimate.prototype, "shouldBlock", estimate);
    };
    const begin = () => {
      this.count++;
      this.check?.();
    };
    Main.prototype.waitSync = function (this: Backend<unknown>, timeout, report) {
      if (timeout > 0) begin();
      waitSync.call(this, timeout, report);
    };
    Object.defineProperty(WaitEstimate.prototype, "shouldBlock", { get: () => true });
  }

  [Symbol.dispose](): void {
    this.#undo();
  }
}

/** Where this thread never blocks, there is nothing to claim. */
const ignore = defaultKind() !== "epoll";

// Rule 10: parking is put off to the end of the microtasks, and the thread's release to the next tick.

Deno.test("rule 10: what begins and ends to wait at once has no thread parked", async () => {
  await Poller.idle();
  using parks = new Parks();
  for (let i = 0; i < 20; i++) {
    {
      using _patience = new Patience();
    }
    await turn();
  }
  assertEquals(parks.count, 0);
});

Deno.test("rule 10: those who are told of what a thread has found get to call before the next one parks", async () => {
  await Poller.idle();
  using bell = new Bell();
  using parks = new Parks();
  using _patience = new Patience();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  let parked: number | undefined;
  bell.then = () => queueMicrotask(() => parked ??= parks.outstanding);
  bell.ring(READABLE);
  await turnsUntil(() => parked !== undefined, "the look");
  assertEquals(parked, 0);
});

Deno.test("rule 10: what ends to wait and begins again before the next tick keeps the thread parked", async () => {
  await Poller.idle();
  using parks = new Parks();
  let patience = new Patience();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  for (let i = 0; i < 20; i++) {
    patience[Symbol.dispose]();
    await Promise.resolve();
    patience = new Patience();
    await turn();
  }
  await turns(3);
  assertEquals([parks.count, parks.outstanding], [1, 1]);
  patience[Symbol.dispose]();
});

Deno.test("rule 10: the thread returns in the tick after the last wait has ended", async () => {
  await Poller.idle();
  using parks = new Parks();
  let wakes = 0;
  using _wakes = watched(Main.prototype, "wake", () => void wakes++);
  {
    using _patience = new Patience();
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
  }
  assertEquals(wakes, 0);
  using _peek = replaced(Strategy.prototype, "beforeTick", () => "peek");
  await turns(2);
  assertEquals(wakes, 1);
  await turnsUntil(() => parks.outstanding === 0, "the thread");
});

// Rule 11: while a thread is parked, what becomes stale, earlier or different is seen all the same. --

Deno.test("rule 11: a source that becomes stale while a thread is parked schedules a cycle", async () => {
  using bell = new Bell();
  using parks = new Parks();
  using _patience = new Patience();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  using _peek = replaced(Strategy.prototype, "beforeTick", () => "peek");
  reactor().markStale(bell);
  await turns(2);
  assertEquals(bell.served, 1);
});

for (const kind of KINDS) {
  Deno.test(`rule 11: also while only a ${kind} Poller's thread is parked`, async () => {
    await Poller.idle();
    using bell = new Bell();
    using poller = new Poller({ backend: kind });
    using parks = new Parks();
    const wait = held(poller.wait());
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
    using _peek = replaced(Strategy.prototype, "beforeTick", () => "peek");
    reactor().markStale(bell);
    await turns(2);
    assertEquals(bell.served, 1);
    poller.wake();
    assertEquals(await soon(wait), []);
  });
}

for (const over of eachBackend()) {
  Deno.test(over("rule 11: an earlier deadline wakes a parked thread", async (poller, kind) => {
    using parks = new Parks();
    const wait = held(poller.wait({ timeout: STUCK }));
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
    let wakes = 0;
    using _wakes = watched(reactor().setFor(kind).backend, "wake", () => void wakes++);
    poller.addTimer(1, { key: "timer" });
    assertEquals(wakes, 1);
    assertEquals(keys(await soon(wait)), ["timer"]);
  }));
}

Deno.test("rule 11: so does that of another operation in the same set", async () => {
  using parks = new Parks();
  using _patience = new Patience();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  let wakes = 0;
  using _wakes = watched(Main.prototype, "wake", () => void wakes++);
  using other = new Patience(1);
  assertEquals(wakes, 1);
  await turnsUntil(() => other.expired, "the deadline");
});

for (const over of eachBackend()) {
  Deno.test(over(
    "rule 11: a descriptor that is added while a thread is parked ends its wait",
    async (poller) => {
      using line = pipe();
      put(line.write);
      using parks = new Parks();
      const wait = held(poller.wait());
      await turnsUntil(() => parks.outstanding === 1, "the sleep");
      poller.add(line.read, { key: "pipe" });
      assertEquals(keys(await soon(wait)), ["pipe"]);
    },
  ));
}

Deno.test("rule 11: a source that is registered while a thread is parked is served by its edge", async () => {
  using parks = new Parks();
  using _patience = new Patience();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  using bell = new Bell();
  bell.ring(READABLE);
  await turnsUntil(() => bell.served === 1, "the look");
});

// Rule 12: when the isolate's own thread may wait. ------------------------------------------------

Deno.test({
  name: "rule 12: this thread blocks at the start of a tick, and never in the microtasks",
  ignore,
  fn: async () => {
    using blocks = new Blocks();
    for (let round = 0; round < 5; round++) {
      await Poller.idle();
      await turn();
      // Before the reactor's tick, since it's queued first.
      let ticked = false;
      setImmediate(() => ticked = true);
      using _patience = new Patience();
      const before = blocks.count;
      let early = 0;
      blocks.check = () => early += ticked ? 0 : 1;
      await turnsUntil(() => blocks.count > before, "the wait");
      assertEquals(early, 0);
    }
  },
});

Deno.test({
  name:
    "rule 12: what this thread's wait has found is dispatched, and gets to call, before the next wait",
  ignore,
  fn: async () => {
    await Poller.idle();
    using bell = new Bell();
    using blocks = new Blocks();
    using parks = new Parks();
    using _patience = new Patience();
    let rung = 0;
    blocks.check = () => {
      if (rung++ === 0) bell.ring(READABLE);
    };
    let waits: number[] | undefined;
    bell.then = () => queueMicrotask(() => waits ??= [blocks.count, parks.count]);
    await turnsUntil(() => waits !== undefined, "the look");
    assertEquals(waits, [1, 0]);
  },
});

for (const kind of KINDS.filter((kind) => kind !== defaultKind())) {
  Deno.test({
    name: `rule 12: this thread blocks only once the thread of a ${kind} Poller is parked`,
    ignore,
    fn: async () => {
      using poller = new Poller({ backend: kind });
      for (let round = 0; round < 5; round++) {
        await Poller.idle();
        using parks = new Parks();
        using blocks = new Blocks();
        let early = 0;
        blocks.check = () => early += parks.outstanding === 0 ? 1 : 0;
        using _patience = new Patience();
        const wait = held(poller.wait());
        await turnsUntil(() => blocks.count > 0, "the wait");
        assertEquals(early, 0);
        poller.wake();
        await soon(wait);
      }
    },
  });
}

Deno.test({
  name: "rule 12: this thread doesn't block where a deadline falls within the bound",
  ignore,
  fn: async () => {
    await Poller.idle();
    using blocks = new Blocks();
    using parks = new Parks();
    {
      using clock = new StoppedClock();
      using deadline = new Patience(0.9);
      await turnsUntil(() => parks.outstanding === 1, "the sleep");
      assertEquals(blocks.count, 0);
      clock.pass(1);
      await turnsUntil(() => deadline.expired, "the deadline");
    }
    using _patience = new Patience(STUCK);
    await turnsUntil(() => blocks.count > 0, "the wait");
  },
});

// Rule 13 -----------------------------------------------------------------------------------------

/** Prints the time-outs of a worker's parks, and of its creator's. */
const WORKER = `
  import { Poller, Pull } from "$MOD";
  import { reactor } from "$MOD/../poller/reactor.ts";
  const code = \`
    import { Poller, Pull } from "$MOD";
    import { createBackend } from "$MOD/../poller/create.ts";
    const { prototype } = createBackend().constructor;
    const timeouts = [];
    for (let one = createBackend().constructor.prototype; one !== Object.prototype;) {
      if (Object.hasOwn(one, "wait")) {
        const { wait } = one;
        one.wait = function (timeout) {
          timeouts.push(timeout);
          if (timeouts.length === 2) postMessage(timeouts);
          return wait.call(this, Math.min(timeout, 50)); // a shorter second
        };
      }
      one = Object.getPrototypeOf(one);
    }
    const pull = new Pull();
    await pull.bind("inproc://x");
    $WAIT;
  \`;
  const worker = new Worker("data:text/javascript," + encodeURIComponent(code), { type: "module" });
  worker.onmessage = ({ data }) => {
    console.log(data.join());
    Deno.exit();
  };
`;

for (
  const [what, wait] of [
    ["a receive", "pull.receive()"],
    ["a Poller", "new Poller().wait()"],
    ["a wait with a longer time-out", "new Poller().wait({ timeout: 60_000 })"],
  ]
) {
  Deno.test(`rule 13: in a worker, a thread that is parked for ${what} is back after a second`, async () => {
    const { stdout, stderr } = await run(WORKER.replace("$WAIT", wait));
    assertEquals(stdout || stderr, "1000,1000\n");
  });
}

// Rule 14: while tick follows tick, descriptors are looked at, and everyone has his turn. ------------

/** A source that uses up each budget until it's disposed of. */
function busyBell(): Bell {
  const bell = new Bell();
  bell.then = () => {
    while (takeBudget());
    reactor().postpone(bell);
  };
  reactor().postpone(bell);
  return bell;
}

Deno.test("rule 14: while tick follows tick, a source is served by its edge", async () => {
  using _patience = new Patience();
  using fired = new Bell();
  using busy = busyBell();
  using parks = new Parks();
  await turnsUntil(() => busy.served > 3, "ticks");
  fired.ring(READABLE);
  await turnsUntil(() => fired.served > 0, "the look");
  assertEquals(parks.count, 0);
});

for (const over of eachBackend()) {
  Deno.test(
    over("rule 14: while tick follows tick, a Poller's descriptor is reported", async (poller) => {
      using line = pipe();
      poller.add(line.read, { key: "pipe" });
      using busy = busyBell();
      using parks = new Parks();
      const wait = held(poller.wait());
      await turnsUntil(() => busy.served > 3, "ticks");
      put(line.write);
      assertEquals(keys(await soon(wait)), ["pipe"]);
      assertEquals(parks.count, 0);
    }),
  );
}

Deno.test("rule 14: while tick follows tick, deadlines are kept", async () => {
  using busy = busyBell();
  using patience = new Patience(5);
  await turnsUntil(() => patience.expired, "the deadline");
  assert(busy.served > 0);
});

Deno.test("rule 14: descriptors are asked once a millisecond, and not in each tick", async () => {
  using _patience = new Patience();
  using busy = new Bell();
  busy.then = () => reactor().postpone(busy);
  reactor().postpone(busy);
  const ticks = async () => {
    const { served } = busy;
    await turnsUntil(() => busy.served > served + 10, "ticks");
  };
  const counts: number[] = [];
  {
    using clock = new StoppedClock();
    const { waitSync } = Main.prototype;
    const set = reactor().setFor(defaultKind()).backend;
    let asked = 0;
    using _counted = replaced(
      Main.prototype,
      "waitSync",
      function (this: Backend<unknown>, ...all) {
        if (this === set) asked++;
        waitSync.apply(this, all);
      },
    );
    for (let ms = 0; ms < 4; ms++) {
      clock.pass(1);
      await ticks();
      counts.push(asked);
    }
  }
  busy.then = undefined;
  assertEquals(counts, [1, 2, 3, 4]);
});

Deno.test("rule 14: of two sources that use up each budget, each has its turn", async () => {
  const turnsOf = new Map<Bell, number>();
  const bells = [new Bell(), new Bell()];
  for (const bell of bells) {
    turnsOf.set(bell, 0);
    bell.then = () => {
      if (takeBudget()) turnsOf.set(bell, turnsOf.get(bell)! + 1);
      while (takeBudget());
      reactor().postpone(bell);
    };
    reactor().postpone(bell);
  }
  const total = () => turnsOf.get(bells[0])! + turnsOf.get(bells[1])!;
  await turnsUntil(() => total() >= 10, "the turns");
  for (const bell of bells) bell[Symbol.dispose]();
  assert(Math.min(...turnsOf.values()) >= 4, `${[...turnsOf.values()]}`);
});

// Rule 15: when a refused source is asked again no more. -------------------------------------------

/** A mandatory router, of which one peer takes nothing, and a send to that one. */
async function refusedSend() {
  const options = { linger: 0, receiveHighWaterMark: 1, sendHighWaterMark: 1 };
  const router = new Router({ ...options, mandatory: true });
  await router.bind(freshAddress("inproc"));
  const dealers = ["full", "other"].map((routingId) => {
    const dealer = new Dealer({ ...options, routingId });
    dealer.connect(router.lastEndpoint!);
    return dealer;
  });
  for (const dealer of dealers) {
    await dealer.send("here I am");
    await soon(router.receive());
  }
  while (router.trySend(["full", "filling"]));
  const [full] = dealers;
  const close = () => [router, ...dealers].forEach((socket) => socket.close());
  return { router, full, [Symbol.dispose]: close };
}

/** How a send that was refused ends. */
const ENDS: [how: string, end: (socket: Router, full: Dealer, abort: () => void) => unknown][] = [
  ["served", (_, full) => void [...full.drain()]],
  ["closed", (router) => router.close()],
  ["left by its last operation, which was aborted", (_router, _full, abort) => abort()],
  ["left by its last operation, whose time is over", () => {}],
];

Deno.test("rule 15: also where a receive waits for it after that", async () => {
  await Poller.idle();
  using parks = new Parks();
  using sockets = await refusedSend();
  const { router } = sockets;
  const controller = new AbortController();
  const sent = held(router.send(["full", "waiting"], { signal: controller.signal }));
  const message = held(router.receive());
  await turnsUntil(() => parks.outstanding === 1 && parks.timeout !== -1, "the short sleep");
  controller.abort("enough");
  assertEquals(await soon(sent.catch((reason) => reason)), "enough");
  await turnsUntil(() => parks.outstanding === 1 && parks.timeout === -1, "the long sleep");
  router.close();
  await soon(message.catch(() => {}));
});

for (const [how, end] of ENDS) {
  Deno.test(`rule 15: a refused source that is ${how} wakes no one any more`, async () => {
    await Poller.idle();
    using parks = new Parks();
    using _patience = new Patience();
    using sockets = await refusedSend();
    const { router, full } = sockets;
    if (/time is over/.test(how)) router.sendTimeout = 120;
    const controller = new AbortController();
    const sent = router.send(["full", "waiting"], { signal: controller.signal }).catch(() => {});
    await turnsUntil(() => parks.outstanding === 1 && parks.timeout !== -1, "the short sleep");
    end(router, full, () => controller.abort());
    await soon(sent);
    await turnsUntil(() => parks.outstanding === 1 && parks.timeout === -1, "the long sleep");
    using looks = new Looks();
    using patience = new Patience(120);
    await turnsUntil(() => patience.expired, "the deadline");
    assert(looks.of(router) <= 1, `${looks.of(router)} looks`);
  });
}
