/** The reactor's loop: everything takes part in each step. `reactor_errors_test.ts` has what becomes of an error. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Pair, Poller } from "../../mod.ts";
import { READABLE } from "../../poller/backend.ts";
import { takeBudget } from "../../poller/budget.ts";
import { defaultKind } from "../../poller/create.ts";
import { Pool } from "../../poller/pool.ts";
import { reactor } from "../../poller/reactor.ts";
import { runtimeTimers } from "../../poller/runtime_timers.ts";
import type { Wait } from "../../poller/wait_strategy.ts";
import { pipe, put, take } from "../fds.ts";
import { replaced } from "../replacing.ts";
import {
  Bell,
  eachBackend,
  hastyLooks,
  KINDS,
  Main,
  Parks,
  Patience,
  PROGRAM_KINDS,
  Strategy,
} from "./support.ts";
import { held, pause, soon, turns, turnsUntil } from "../waiting.ts";
import { run } from "../program.ts";

/** Answers each message, in a thread of its own. */
const ECHO = `
  import { Pair } from "$MOD";
  const pair = new Pair({ linger: 0 });
  await pair.bind("tcp://127.0.0.1:*");
  postMessage(pair.lastEndpoint);
  for await (const message of pair) await pair.send(message);
`;

/** Round trips that follow each other closely, until the end of the block. */
class Exchange implements AsyncDisposable {
  trips = 0;
  #stopped = false;
  #awaited = 0;
  #reached: () => void = () => {};
  readonly #worker: Worker;
  readonly #done: Promise<void>;

  private constructor(worker: Worker, pair: Pair) {
    this.#worker = worker;
    this.#done = this.#run(pair);
  }

  static async start(): Promise<Exchange> {
    const source = ECHO.replace("$MOD", new URL("../../mod.ts", import.meta.url).href);
    const url = `data:text/javascript,${encodeURIComponent(source)}`;
    const worker = new Worker(url, { type: "module" });
    const address = await new Promise<string>((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
    });
    const pair = new Pair({ linger: 0 });
    pair.connect(address);
    const exchange = new Exchange(worker, pair);
    await turnsUntil(() => exchange.trips > 200, "the exchange");
    return exchange;
  }

  async #run(pair: Pair): Promise<void> {
    while (!this.#stopped) {
      await pair.send("ping");
      await pair.receive();
      if (++this.trips === this.#awaited) this.#reached();
    }
    pair.close();
  }

  /** Resolves after so many round trips more. No timer is involved, which would end the waits between them. */
  after(trips: number): Promise<void> {
    this.#awaited = this.trips + trips;
    return new Promise((resolve) => this.#reached = resolve);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#done;
    this.#worker.terminate();
  }
}

/** Sends and receives while each thread of the pool is busy, and prints that it went on. */
const BUSY_POOL = `
  import { Pull, Push } from "$MOD";
  import { libc } from "$MOD/../ffi/libc.ts";
  const pull = new Pull();
  await pull.bind("inproc://busy");
  const push = new Push({ linger: 0 });
  push.connect("inproc://busy");
  let received = 0;
  (async () => {
    for (;; received++) await pull.receive();
  })();
  (async () => {
    for (;;) await push.send("x");
  })();
  const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
  while (received < 10_000) await turn();
  let calls = 0;
  for (let i = 0; i < 64; i++) {
    (async () => {
      for (;; calls++) await libc().poll_onPool(null, 0n, 20);
    })();
  }
  while (calls < 128) await turn();
  const before = received;
  while (received < before + 10_000) await turn();
  console.log("went on");
  Deno.exit();
`;

for (const kind of PROGRAM_KINDS) {
  Deno.test(`${kind}: a busy pool starves no receive: a yield isn't followed by another at once`, async () => {
    const { stdout, stderr } = await run(BUSY_POOL, { env: { ZMQ_POLLER: kind } });
    assertEquals(stdout || stderr, "went on\n");
  });
}

/** Tells how often a program in which nothing happens wakes within one and a half seconds: its parks, looks and alarms. */
const QUIET = `
  let alarms = 0;
  const { waitAsync } = Atomics;
  Atomics.waitAsync = (...all) => (alarms++, waitAsync(...all));
  const { Pull } = await import("$MOD");
  const { Authenticator } = await import("$ROOT/security/mod.ts");
  const { createBackend } = await import("$MOD/../poller/create.ts");
  const counts = { wait: 0, waitSync: 0 };
  let { prototype } = createBackend().constructor;
  while (!Object.hasOwn(prototype, "wait")) prototype = Object.getPrototypeOf(prototype);
  for (const verb of ["wait", "waitSync"]) {
    const call = prototype[verb];
    prototype[verb] = function (...all) {
      counts[verb]++;
      return call.apply(this, all);
    };
  }
  const pull = new Pull();
  const authenticator = new Authenticator();
  (async () => { for await (const event of pull.events); })();
  await pull.bind("tcp://127.0.0.1:*");
  pull.receive();
  // Until the wait has been asked after.
  await new Promise((resolve) => setTimeout(resolve, 500));
  counts.wait = counts.waitSync = alarms = 0;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const done = [counts.wait, counts.waitSync, alarms].join();
`;

for (const kind of PROGRAM_KINDS) {
  Deno.test(`${kind}: a program with a monitor, an authenticator and a pending receive wakes for nothing`, async () => {
    const source = `${QUIET}\n console.log(done);\n Deno.exit();`;
    const { stdout, stderr } = await run(source, { env: { ZMQ_POLLER: kind } });
    assertEquals(stdout.trim() || stderr, "0,0,0");
  });

  Deno.test(`${kind}: in a worker, it wakes once a second`, async () => {
    const source = `
      const source = ${JSON.stringify(`${QUIET}\n postMessage(done);`)};
      const url = "data:text/javascript," + encodeURIComponent(source);
      new Worker(url, { type: "module" }).onmessage = ({ data }) => {
        console.log(data);
        Deno.exit();
      };
    `;
    const { stdout, stderr } = await run(source, { env: { ZMQ_POLLER: kind } });
    // The alarms are those that ask after each of these waits.
    const [parks, looks] = stdout.split(",").map(Number);
    assert(parks <= 2 && looks === 0, stdout || stderr);
  });
}

Deno.test("a socket whose peers come and go is looked at again soon, though no one waits", async () => {
  await Poller.idle();
  using bell = new Bell();
  bell.then = () => queueMicrotask(() => bell.ring(READABLE));
  {
    using _hasty = hastyLooks();
    bell.ring(READABLE);
    await turnsUntil(() => bell.asked > 0, "the first look");
  }
  const { asked } = bell;
  const begun = performance.now();
  await turnsUntil(() => bell.asked > asked + 5, "the look");
  bell.then = undefined;
  // At one look a second, five seconds.
  assert(performance.now() - begun < 4000, `${performance.now() - begun} ms`);
});

for (const kind of KINDS) {
  Deno.test(`${kind}: a Poller is woken in time while the isolate's own thread waits for messages`, async () => {
    using ends = pipe();
    using poller = new Poller({ backend: kind });
    poller.add(ends.read);
    await using exchange = await Exchange.start();
    const late: number[] = [];
    for (let i = 0; i < 21; i++) {
      await exchange.after(50);
      const wait = held(poller.wait());
      await exchange.after(50);
      const before = exchange.trips;
      put(ends.write);
      await wait;
      late.push(exchange.trips - before);
      take(ends.read);
    }
    late.sort((a, b) => a - b);
    assert(late[10] < 60, `${late} round trips`);
  });
}

Deno.test("a refused source is asked again every 50 ms beside messages that follow each other closely", async () => {
  using bell = new Bell();
  await using _exchange = await Exchange.start();
  // Beats and not milliseconds, since a machine that stands still for a moment makes none.
  let beats = 0;
  const heart = setInterval(() => beats++, 5);
  const gaps: number[] = [];
  bell.then = () => {
    gaps.push(beats);
    beats = 0;
    reactor().setRefused(bell, true);
  };
  reactor().setRefused(bell, true);
  while (gaps.length < 12) await pause(5);
  clearInterval(heart);
  bell.then = undefined;
  reactor().setRefused(bell, false);
  assert(Math.max(...gaps) <= 24, `${gaps} times 5 ms`);
});

// The cycle ---------------------------------------------------------------------------------------

/** A nested set that does something when it's to look for itself. */
function nestedSet(gather: () => void, fail: (error: unknown) => void = () => {}) {
  return { backend: Main.prototype as never, gather, fail };
}

Deno.test("what a deadline's end, or a Poller's look, makes stale is looked at before anything parks", async () => {
  await Poller.idle();
  using _park = replaced(Strategy.prototype, "next", () => "park");
  using bell = new Bell();
  using parks = new Parks();
  using _patience = new Patience();
  const parked: number[] = [];
  bell.then = () => parked.push(parks.count);
  // As a call of the program would, but while no thread is parked: no tick is queued then.
  reactor().scheduleGather(nestedSet(() => reactor().queueRecheck(bell)));
  await turnsUntil(() => parks.count > 0, "the sleep");
  assertEquals(parked, [0]);
});

Deno.test("a Poller's look may have another look, which comes before anything parks", async () => {
  await Poller.idle();
  using _park = replaced(Strategy.prototype, "next", () => "park");
  using parks = new Parks();
  using _patience = new Patience();
  const parked: number[] = [];
  const other = nestedSet(() => void parked.push(parks.count));
  reactor().scheduleGather(nestedSet(() => reactor().scheduleGather(other)));
  await turnsUntil(() => parks.count > 0, "the sleep");
  assertEquals(parked, [0]);
});

Deno.test("between two yields there is a dispatch, whatever the strategy says", async () => {
  await Poller.idle();
  using _yields = replaced(Strategy.prototype, "beforeTick", () => "yield");
  using _patience = new Patience();
  using busy = new Bell();
  busy.then = () => reactor().postpone(busy);
  reactor().postpone(busy);
  using fired = new Bell();
  await turnsUntil(() => busy.served > 1, "ticks");
  fired.ring(READABLE);
  await turnsUntil(() => fired.served > 0, "the look");
  busy.then = undefined;
});

for (const over of eachBackend()) {
  Deno.test(over("Pollers of one kind wait in one set, with one thread", async (poller, kind) => {
    await Poller.idle();
    using other = new Poller({ backend: kind });
    using parks = new Parks();
    const waits = [held(poller.wait()), held(other.wait())];
    await turnsUntil(() => parks.outstanding > 0, "the sleep");
    await turns(3);
    assertEquals(parks.outstanding, 1);
    for (const each of [poller, other]) each.wake();
    await soon(Promise.all(waits));
  }));
}

Deno.test("the strategy is told of a yield", async () => {
  await Poller.idle();
  const told: Wait[] = [];
  using _told = replaced(Strategy.prototype, "waited", (wait) => void told.push(wait));
  using _yields = replaced(Strategy.prototype, "beforeTick", () => "yield");
  using _patience = new Patience();
  using bell = new Bell();
  reactor().postpone(bell);
  await turnsUntil(() => bell.served > 0, "the tick");
  assertEquals(told, ["yield"]);
});

Deno.test("the strategy is told how long a wait on this thread took that has found something", async () => {
  await Poller.idle();
  using bell = new Bell();
  const told: [Wait, known: boolean][] = [];
  using _block = replaced(Strategy.prototype, "next", () => "block");
  using _told = replaced(Strategy.prototype, "waited", (wait, _now, ms) => {
    told.push([wait, ms !== undefined]);
  });
  using _patience = new Patience();
  bell.ring(READABLE);
  await turnsUntil(() => bell.served > 0, "the look");
  assertEquals(told.at(-1), ["block", true]);
});

for (const over of eachBackend()) {
  Deno.test(over(
    "the strategy is told how long its own set's thread was parked, and no other's",
    async (poller, kind) => {
      await Poller.idle();
      using line = pipe();
      poller.add(line.read);
      using parks = new Parks();
      const wait = held(poller.wait());
      await turnsUntil(() => parks.outstanding === 1, "the sleep");
      const told: [Wait, known: boolean][] = [];
      using _told = replaced(Strategy.prototype, "waited", (wait, _now, ms) => {
        told.push([wait, ms !== undefined]);
      });
      put(line.write);
      await soon(wait);
      // A yield may come before it.
      assertEquals(told.find(([wait]) => wait === "park"), ["park", kind === defaultKind()]);
    },
  ));
}

Deno.test("where nothing waits, the runtime isn't made to have its turn", async () => {
  await Poller.idle();
  using _yields = replaced(Strategy.prototype, "beforeTick", () => "yield");
  let yields = 0;
  using _counted = replaced(Pool.prototype, "yieldToRuntime", () => void yields++);
  using bell = new Bell();
  reactor().postpone(bell);
  await turnsUntil(() => bell.served > 0, "the tick");
  assertEquals(yields, 0);
});

Deno.test("a thread's return, and a tick, begin with a new budget", async () => {
  await Poller.idle();
  // A budget's time isn't to be used up by a moment in which the machine does something else.
  using _clock = replaced(Date, "now", () => 0);
  using bell = new Bell();
  using parks = new Parks();
  using _patience = new Patience();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  const budgets: boolean[] = [];
  bell.then = () => budgets.push(takeBudget());
  while (takeBudget());
  bell.ring(READABLE);
  await turnsUntil(() => budgets.length === 1, "the look");
  while (takeBudget());
  reactor().postpone(bell);
  await turnsUntil(() => budgets.length === 2, "the tick");
  assertEquals(budgets, [true, true]);
});

Deno.test("a tick is queued once, and so is a cycle at the end of the microtasks", async () => {
  await Poller.idle();
  let immediates = 0;
  let microtasks = 0;
  const { setImmediate, queueMicrotask } = runtimeTimers;
  using _ticks = replaced(runtimeTimers, "setImmediate", (callback) => {
    immediates++;
    setImmediate(callback);
  });
  using _cycles = replaced(runtimeTimers, "queueMicrotask", (callback) => {
    microtasks++;
    queueMicrotask(callback);
  });
  using bell = new Bell();
  using _one = new Patience();
  using _other = new Patience();
  for (let i = 0; i < 10; i++) reactor().postpone(bell);
  assertEquals([immediates, microtasks], [1, 1]);
});
