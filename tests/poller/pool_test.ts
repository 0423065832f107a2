/** The runtime's pool of threads: yields, and waits that can't begin. */

import "../util.ts";
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { Alarm } from "../../poller/alarm.ts";
import { Pool } from "../../poller/pool.ts";
import { run } from "../program.ts";
import { replaced, watched } from "../replacing.ts";
import { pause, turnsUntil } from "../waiting.ts";
import { PROGRAM_KINDS } from "./support.ts";

Deno.test("a yield goes on once, when the runtime has had its turn", async () => {
  const looks: boolean[] = [];
  const pool = new Pool((atAll) => looks.push(atAll));
  let resumed = 0;
  await new Promise<void>((resolve) => {
    pool.yieldToRuntime(() => {
      resumed++;
      resolve();
    });
  });
  while (pool.busy) await libc().poll_onPool(null, 0n, 0);
  assertEquals(resumed, 1);
});

/** Makes a pool of threads that are all busy for some ms, and prints how often a yield goes on, and by what. */
const OVERTAKEN = `
  import { libc } from "$MOD/../ffi/libc.ts";
  import { Pool } from "$MOD/../poller/pool.ts";
  import "$MOD";
  const looks = [];
  const pool = new Pool((atAll) => looks.push(atAll));
  for (let i = 0; i < 64; i++) libc().poll_onPool(null, 0n, 50);
  let resumed = 0;
  pool.yieldToRuntime(() => {
    resumed++;
    console.log(pool.busy);
  });
  while (resumed === 0 || pool.busy) await libc().poll_onPool(null, 0n, 0);
  console.log(resumed, looks.join());
  Deno.exit();
`;

Deno.test("a yield that was overtaken doesn't go on again, but has a look made, when its call comes back", async () => {
  const { stdout, stderr } = await run(OVERTAKEN);
  assertEquals(stdout || stderr, "true\n1 false\n");
});

/** Prints what a pool of which all threads are busy does; `$DO` is done with it. */
const FULL = `
  import { libc } from "$MOD/../ffi/libc.ts";
  import { Pool } from "$MOD/../poller/pool.ts";
  import "$MOD";
  const looks = [];
  const pool = new Pool((atAll) => looks.push(atAll));
  for (let i = 0; i < 40; i++) libc().poll_onPool(null, 0n, 60_000);
  const until = async (condition) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  $DO
  Deno.exit();
`;

async function full(what: string): Promise<string> {
  const { stdout, stderr } = await run(FULL.replace("$DO", what));
  return stdout.trim() || stderr;
}

Deno.test("a yield for which no thread is free is overtaken", async () => {
  const what = `
    let resumed = 0;
    const again = () => {
      if (++resumed < 5) pool.yieldToRuntime(again);
    };
    pool.yieldToRuntime(again);
    await until(() => resumed === 5);
    console.log(pool.busy);
  `;
  assertEquals(await full(what), "true");
});

Deno.test("a wait is asked after when it has lasted 100 ms, and 5 ms after its deadline", () => {
  const times: number[] = [];
  using _ = watched(Alarm.prototype, "setEarlier", (at) => void times.push(at - now));
  const now = performance.now();
  const pool = new Pool(() => {});
  pool.parked(now, now + 60_000, false);
  pool.unparked();
  pool.parked(now, now + 50_000, true);
  pool.unparked();
  assertEquals(times.map(Math.round), [100, 60_005, 50_005]);
});

Deno.test("a wait that continues another was once asked after when that one was late", async () => {
  let looks = 0;
  const pool = new Pool(() => looks++);
  const now = performance.now();
  pool.parked(now, now + 50, true);
  pool.unparked();
  pool.parked(now, now + 60_000, true);
  await pause(200);
  assertEquals(looks, 0);
  pool.unparked();
});

Deno.test("once a wait had lasted, each short one after it was asked after, too", async () => {
  let looks = 0;
  const pool = new Pool(() => looks++);
  const now = performance.now();
  pool.parked(now - 200, Infinity, false);
  while (looks === 0 || pool.busy) await pause(1);
  pool.unparked();
  looks = 0;
  pool.parked(now + 60_000, Infinity, false); // which has just begun for much longer than this test takes
  await pause(200);
  assertEquals(looks, 0);
  pool.unparked();
});

Deno.test("a wait that began after the alarm was set was asked after as soon as the one before", async () => {
  let looks = 0;
  const pool = new Pool(() => looks++);
  const now = performance.now();
  pool.parked(now - 50, Infinity, false);
  pool.unparked();
  pool.parked(now + 60_000, Infinity, false);
  await pause(200);
  assertEquals(looks, 0);
  pool.unparked();
});

Deno.test("a wait that can't begin is asked after, whatever waits follow it", async () => {
  let looks = 0;
  const pool = new Pool(() => looks++);
  const now = performance.now();
  pool.parked(now - 200, Infinity, false);
  pool.parked(now + 60_000, Infinity, false);
  await turnsUntil(() => looks > 0 && !pool.busy, "a look");
  pool.unparked();
  pool.unparked();
});

Deno.test("an answer that came after later waits had begun brought the alarm of another one forward", async () => {
  const pool = new Pool(() => {});
  const now = performance.now();
  let calls = 0;
  let answer = (_result: number): void => {};
  using _ = replaced(libc(), "poll_onPool", () => {
    calls++;
    return new Promise<number>((resolve) => answer = resolve);
  });
  pool.parked(now - 200, Infinity, false);
  await turnsUntil(() => calls > 0, "a call");
  for (let waits = 0; waits < 2; waits++) {
    pool.unparked();
    pool.parked(now + 60_000, Infinity, false);
  }
  pool.unparked();
  answer(0);
  await turnsUntil(() => !pool.busy, "the answer");
  pool.parked(now + 60_000, Infinity, false);
  await pause(200);
  assertEquals(calls, 1);
  pool.unparked();
});

Deno.test("while a wait can't begin, everything is looked at again and again", async () => {
  const what = `
    pool.parked(performance.now(), Infinity, false);
    await until(() => looks.length > 5);
    console.log(looks.slice(0, 5).join(), pool.busy);
  `;
  assertEquals(await full(what), "true,true,true,true,true true");
});

Deno.test("a wait that is late is looked after at its deadline", async () => {
  const what = `
    const { Alarm } = await import("$MOD/../poller/alarm.ts");
    let over = false;
    const lates = [];
    looks.push = function (atAll) {
      lates.push(over);
      return Array.prototype.push.call(this, atAll);
    };
    const begun = performance.now();
    new Alarm(() => over = true).set(begun + 90);
    pool.parked(begun, begun + 5, false);
    // Taken down at the look itself, since a busy machine may come to the next turn late.
    await until(() => looks.length > 0);
    console.log(lates[0]);
  `;
  assertEquals(await full(what), "false");
});

Deno.test("a deadline that became earlier was overlooked while a wait couldn't begin", async () => {
  const what = `
    const { Alarm } = await import("$MOD/../poller/alarm.ts");
    let over = false;
    const lates = [];
    looks.push = function (atAll) {
      lates.push(over);
      return Array.prototype.push.call(this, atAll);
    };
    const begun = performance.now();
    new Alarm(() => over = true).set(begun + 90);
    pool.parked(begun, Infinity, false);
    pool.expect(begun + 5);
    // Taken down at the look itself, since a busy machine may come to the next turn late.
    await until(() => looks.length > 0);
    console.log(lates[0]);
  `;
  assertEquals(await full(what), "false");
});

Deno.test("a wait that is late is looked after at its deadline, also where a later one was told since", async () => {
  let looks = 0;
  const pool = new Pool(() => looks++);
  const now = performance.now();
  pool.parked(now + 600_000, now + 20, false); // so that it's asked after for its deadline alone
  pool.expect(now + 600_000);
  await turnsUntil(() => looks > 0, "a look");
  while (pool.busy) await pause(1);
  pool.unparked();
});

Deno.test("a wait's deadline was forgotten once another set had a wait without one", async () => {
  let looks = 0;
  const pool = new Pool(() => looks++);
  const now = performance.now();
  pool.parked(now + 600_000, now + 20, false);
  pool.parked(now + 600_000, Infinity, false);
  await turnsUntil(() => looks > 0, "a look");
  while (pool.busy) await pause(1);
  pool.unparked();
  pool.unparked();
});

Deno.test("a wait that has begun, or has ended, is asked after no more", async () => {
  const source = `
    import { libc } from "$MOD/../ffi/libc.ts";
    import { Pool } from "$MOD/../poller/pool.ts";
    import "$MOD";
    const looks = [];
    const pool = new Pool((atAll) => looks.push(atAll));
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    pool.parked(performance.now(), Infinity, false);
    while (looks.length < 1 || pool.busy) await pause(1);
    const { length } = looks;
    await pause(300);
    pool.unparked();
    pool.parked(performance.now(), Infinity, false);
    pool.unparked();
    await pause(300);
    console.log(looks.length - length);
  `;
  const { stdout, stderr } = await run(source);
  assertEquals(stdout.trim() || stderr, "0");
});

/** Waits of each sort, begun when the pool's threads are all busy for longer than any program lives. */
const FULL_POOL = `
  import { Poller, Pull, Push } from "$MOD";
  import { libc } from "$MOD/../ffi/libc.ts";
  import { pipe, put } from "$ROOT/tests/fds.ts"; // later there's no thread to load it
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
    poller.add(pull, { key: "pull" });
    setTimeout(() => push.send("late"), 50);
    console.log((await poller.wait())[0].key);
    `,
    "pull",
  ],
  [
    "a Poller reports a descriptor",
    `
    const ends = pipe();
    using poller = new Poller();
    poller.add(ends.read, { key: "pipe" });
    setTimeout(() => put(ends.write), 50);
    console.log((await poller.wait())[0].key);
    `,
    "pipe",
  ],
  [
    "a Poller reports a timer",
    `
    using poller = new Poller();
    poller.addTimer(50, { key: "timer" });
    console.log((await poller.wait())[0].key);
    `,
    "timer",
  ],
];

for (const kind of PROGRAM_KINDS) {
  for (const [what, program, expected] of WAITS) {
    Deno.test(`${kind}: with no thread left in the pool, ${what}`, async () => {
      const options = { env: { ZMQ_POLLER: kind } };
      const { stdout, stderr } = await run(FULL_POOL.replace("$WAIT", program), options);
      assertEquals(stdout.trim() || stderr, expected);
    });
  }
}
