/** Time: the event loop's turn, deadlines in thousands, signals, and what idling costs. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Poller, Pull, Push, ZmqError } from "../../mod.ts";
import { takeBudget } from "../../poller/budget.ts";
import { handleOf } from "../../socket/handle.ts";
import { dealers, fillUp, KINDS, Parks } from "../poller/support.ts";
import { freshAddress, join } from "../util.ts";
import { held, soon, turns, turnsUntil } from "../waiting.ts";

// Deadlines -----------------------------------------------------------------------------------------

/** Numbers from 1 to `count`, each once, in an order that looks random. */
function shuffled(count: number): number[] {
  // A prime that doesn't divide the count visits every place.
  return Array.from({ length: count }, (_, i) => 1 + (i * 7919) % count);
}

/** Waits with time-outs: when each was due, between two bounds, and in which order they ended. */
class Course {
  readonly #ended: { earliest: number; latest: number; at: number }[] = [];
  readonly #waits: Promise<void>[] = [];

  /** Begins a wait with that time-out. */
  begin(timeout: number, wait: () => Promise<unknown>): void {
    const earliest = performance.now() + timeout;
    const promise = wait();
    const latest = performance.now() + timeout;
    const end = () => void this.#ended.push({ earliest, latest, at: performance.now() });
    this.#waits.push(promise.then(end, (error: unknown) => {
      assert(error instanceof ZmqError && error.code === "EAGAIN", `${error}`);
      end();
    }));
  }

  /** Claims that all end, none early, and none after one that was surely due later. */
  async finish(): Promise<void> {
    await soon(Promise.all(this.#waits));
    assertEquals(this.#ended.length, this.#waits.length);
    let latestDue = 0;
    for (const { earliest, latest, at } of this.#ended) {
      assert(at >= earliest, `ended ${earliest - at} ms too early`);
      assert(latest >= latestDue, `ended after one that was due ${latestDue - latest} ms later`);
      latestDue = Math.max(latestDue, earliest);
    }
  }
}

Deno.test("thousands of receives with different time-outs end in order, and none early", async () => {
  const number = 5000;
  const sockets = Array.from({ length: 20 }, () => new Pull());
  const course = new Course();
  for (const [i, rank] of shuffled(number).entries()) {
    const socket = sockets[i % sockets.length];
    // Between 30 and 130 ms, and some the same.
    const timeout = 30 + Math.floor(rank / 50);
    socket.receiveTimeout = timeout;
    course.begin(timeout, () => socket.receive());
  }
  await course.finish();
  for (const socket of sockets) socket.close();
});

Deno.test("receives, sends and Pollers of one program end in the order of their deadlines", async () => {
  using sockets = await dealers();
  const { one } = sockets;
  fillUp(one);
  const pollers = KINDS.map((backend) => new Poller({ backend }));
  const course = new Course();
  for (const rank of shuffled(20)) {
    const timeout = 10 * rank;
    one.receiveTimeout = one.sendTimeout = timeout;
    course.begin(timeout, () => rank % 2 === 0 ? one.receive() : one.send("late"));
  }
  for (const [i, poller] of pollers.entries()) {
    course.begin(75 + 40 * i, () => poller.wait({ timeout: 75 + 40 * i }));
  }
  await course.finish();
  for (const poller of pollers) poller.close();
});

Deno.test("a shorter time-out that begins later ends earlier, though the thread sleeps for a longer one", async () => {
  using pull = new Pull({ receiveTimeout: 10_000 });
  using other = new Pull({ receiveTimeout: 20 });
  using parks = new Parks();
  const long = held(pull.receive());
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  const begin = performance.now();
  const error = await soon(other.receive().catch((error: unknown) => error));
  assert(error instanceof ZmqError && error.code === "EAGAIN");
  const time = performance.now() - begin;
  assert(time >= 20 && time < 10_000, `it took ${time} ms`);
  pull.close();
  await soon(long.catch(() => {}));
});

for (const budget of ["left", "spent"]) {
  Deno.test(`a message that comes at the last moment isn't lost to the time-out, the tick's budget being ${budget}`, async () => {
    using pull = new Pull({ receiveTimeout: 5 });
    using push = new Push();
    await join(pull, push, freshAddress("inproc"));
    for (let round = 0; round < 3; round++) {
      const message = held(pull.receive());
      // This thread is busy beyond the deadline, and the message is there before anyone looks.
      const end = performance.now() + 10;
      while (performance.now() < end);
      assert(push.trySend(`${round}`));
      if (budget === "spent") { while (takeBudget()); }
      assertEquals((await soon(message))[0].text(), `${round}`);
    }
  });
}

Deno.test("a receive that is served at the end of its time leaves its socket once", async () => {
  using pull = new Pull({ receiveTimeout: 5 });
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  const message = held(pull.receive());
  const end = performance.now() + 10;
  while (performance.now() < end);
  assert(push.trySend("x"));
  await soon(message);
  assertEquals(handleOf(pull).dependents, 0);
});

Deno.test("a send that was refused isn't tried again while its socket isn't writable", async () => {
  using push = new Push();
  const send = held(push.send("x"));
  const { first } = handleOf(push).senders;
  // Where the tick's budget was used up, that comes later.
  await turnsUntil(() => first!.tried, "the first try");
  let tries = 0;
  first!.attempt = () => {
    tries++;
    return false;
  };
  await turns(5);
  assertEquals(tries, 0);
  push.close();
  await soon(send.catch(() => {}));
});

// Signals -------------------------------------------------------------------------------------------

Deno.test("aborting one of thousands ends that one; aborting all ends the others", async () => {
  const number = 5000;
  using pull = new Pull();
  using push = new Push();
  await join(pull, push, freshAddress("inproc"));
  const all = new AbortController();
  const ended: string[] = [];
  const alone = new Map<number, AbortController>();
  const waits = Array.from({ length: number }, async (_, i) => {
    const controller = i % 1000 === 500 ? new AbortController() : all;
    if (controller !== all) alone.set(i, controller);
    await pull.receive({ signal: controller.signal }).then(
      () => ended.push(`received ${i}`),
      (reason) => ended.push(`${reason} ${i}`),
    );
  });
  await turns(3);
  for (const [i, controller] of alone) {
    controller.abort("alone");
    await turns(1);
    assertEquals(ended.splice(0), [`alone ${i}`]);
  }
  // Their places in line are gone: the first that is left gets the next message.
  await push.send("x");
  await turnsUntil(() => ended.length > 0, "the message");
  assertEquals(ended.splice(0), ["received 0"]);
  all.abort("all");
  await soon(Promise.all(waits));
  assertEquals(ended.length, number - alone.size - 1);
  assertEquals(ended.every((end) => end.startsWith("all ")), true);
});
