/** The reactor's loop: everything takes part in each step, and an error ends the wait that it belongs to. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Pair, Poller, Pull, settled } from "../../mod.ts";
import { READABLE } from "../../poller/backend.ts";
import { kinds } from "../../poller/create.ts";
import { reactor } from "../../poller/reactor.ts";
import { pipe, put, take } from "../fds.ts";
import { freshAddress, join, run } from "../util.ts";
import { replaced } from "../replacing.ts";
import { Bell, KINDS, Main, Patience } from "./support.ts";
import { held, soon, turns, turnsUntil } from "../waiting.ts";

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

for (const kind of kinds()) {
  Deno.test(`${kind}: a busy pool starves no receive: a yield isn't followed by another at once`, async () => {
    const { stdout, stderr } = await run(BUSY_POOL, { env: { ZMQ_POLLER: kind } });
    assertEquals(stdout || stderr, "went on\n");
  });
}

/** Waits of each sort, begun when the pool's threads are all busy for longer than any program lives. */
const FULL_POOL = `
  import { Poller, Pull, Push } from "$MOD";
  import { libc } from "$MOD/../ffi/libc.ts";
  const pull = new Pull();
  await pull.bind("tcp://127.0.0.1:*");
  const push = new Push({ linger: 0 });
  push.connect(pull.lastEndpoint);
  await push.send("x");
  await pull.receive();
  for (let i = 0; i < 40; i++) libc().poll_onPool(null, 0n, 60_000);
  $WAIT
  Deno.exit();
`;
const WAITS: [what: string, program: string, expected: string][] = [
  [
    "a receive's time-out is kept",
    `
    pull.receiveTimeout = 50;
    console.log(await pull.receive().catch((error) => error.code));
    `,
    "EAGAIN",
  ],
  [
    "a time-out is kept that is earlier than what was waited for before",
    `
    const { Alarm } = await import("$MOD/../poller/alarm.ts");
    const other = new Pull();
    other.receive().catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    let over = false;
    new Alarm(() => over = true).set(performance.now() + 70);
    pull.receiveTimeout = 20;
    console.log((await pull.receive().catch((error) => error)).code, over);
    `,
    "EAGAIN false",
  ],
  [
    "a message is received",
    `
    setTimeout(() => push.send("late"), 50);
    console.log(String(await pull.receive()));
    `,
    "late",
  ],
  [
    "a Poller reports a socket",
    `
    using poller = new Poller();
    poller.add(pull, { readable: true }, "pull");
    setTimeout(() => push.send("late"), 50);
    console.log((await poller.wait())[0].key);
    `,
    "pull",
  ],
  [
    "a Poller reports a timer",
    `
    using poller = new Poller();
    poller.addTimer(50, {}, "timer");
    console.log((await poller.wait())[0].key);
    `,
    "timer",
  ],
];

for (const kind of kinds()) {
  for (const [what, program, expected] of WAITS) {
    Deno.test(`${kind}: with no thread left in the pool, ${what}`, async () => {
      const options = { env: { ZMQ_POLLER: kind } };
      const { stdout, stderr } = await run(FULL_POOL.replace("$WAIT", program), options);
      assertEquals(stdout.trim() || stderr, expected);
    });
  }
}

Deno.test("a socket whose peers come and go is looked at again soon, though no one waits", async () => {
  await settled();
  using bell = new Bell();
  bell.then = () => queueMicrotask(() => bell.ring(READABLE));
  bell.ring(READABLE);
  await turnsUntil(() => bell.asked > 0, "the first look");
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
    assert(late[16] < 60, `${late} round trips`);
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
  while (gaps.length < 30) await new Promise((resolve) => setTimeout(resolve, 5));
  clearInterval(heart);
  bell.then = undefined;
  reactor().setRefused(bell, false);
  assert(Math.max(...gaps) <= 24, `${gaps} times 5 ms`);
});

Deno.test("an error of a source ends what waits for it, and nothing else", async () => {
  using one = new Bell();
  using other = new Bell();
  using broken = new Poller();
  using whole = new Poller();
  broken.add(one);
  whole.add(other);
  const wait = held(broken.wait());
  const elsewhere = held(whole.wait());
  await turns(3);
  const { serve } = one;
  one.serve = () => {
    throw new Error("injected");
  };
  one.ring(READABLE);
  assertEquals((await soon(wait.catch((error) => error))).message, "injected");
  one.serve = serve;
  other.ring(READABLE);
  assertEquals((await soon(elsewhere)).length, 1);
});

Deno.test("an error of a stale source leaves none of the others unseen", async () => {
  using bad = new Bell();
  using good = new Bell();
  using poller = new Poller();
  poller.add(bad);
  const wait = held(poller.wait());
  await turns(3);
  bad.serve = () => {
    throw new Error("injected");
  };
  reactor().markStale(bad);
  reactor().markStale(good);
  const before = good.served;
  assertEquals((await soon(wait.catch((error) => error))).message, "injected");
  await turnsUntil(() => good.served > before, "the look");
});

Deno.test("an error of a Poller ends its own wait, and not another's", async () => {
  using _patience = new Patience();
  const ended: string[] = [];
  const nested = (name: string, gather: () => void) => ({
    backend: Main.prototype as never,
    gather,
    fail: (error: unknown) => void ended.push(`${name} failed: ${(error as Error).message}`),
  });
  const injected = () => {
    throw new Error("injected");
  };
  reactor().scheduleGather(nested("one", injected));
  reactor().scheduleGather(nested("other", () => void ended.push("other finished")));
  await turnsUntil(() => ended.length === 2, "the second");
  assertEquals(ended, ["one failed: injected", "other finished"]);
});

for (const verb of ["wait", "collect"] as const) {
  Deno.test(`an error of the reactor's own set, in ${verb}, ends every wait in it`, async () => {
    using one = new Pull();
    using other = new Pull();
    await one.bind(freshAddress("inproc"));
    await other.bind(freshAddress("inproc"));
    {
      using _broken = replaced(Main.prototype, verb, () => {
        throw new Error("injected");
      });
      const waits = [one, other].map((pull) => held(pull.receive()));
      await turns(3);
      using bell = new Bell();
      bell.ring(READABLE);
      for (const wait of waits) {
        assertEquals((await soon(wait.catch((error) => error))).message, "injected");
      }
    }
    using push = new Pair({ linger: 0 });
    using pull = new Pair();
    await join(pull, push, freshAddress("inproc"));
    const message = held(pull.receive());
    await turns(3);
    await push.send("later");
    assertEquals(String((await soon(message))[0]), "later");
  });
}

Deno.test("an error in a deadline's operation ends that one, and the others still end in time", async () => {
  class Failing extends Patience {
    reason: unknown;
    override expire(): void {
      throw new Error("injected");
    }
    override abort(reason?: unknown): void {
      this.reason = reason;
      super.abort();
    }
  }
  using failing = new Failing(1);
  using patience = new Patience(1);
  await turnsUntil(() => patience.expired, "the other deadline");
  assertEquals((failing.reason as Error).message, "injected");
});
