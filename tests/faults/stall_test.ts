/** Links on which nothing moves for a while, or only bit by bit. */

import { deepStrictEqual as assertEquals, fail, ok as assert, rejects } from "node:assert/strict";
import { Dealer, Pull, type PullOptions, Push, type PushOptions, Router } from "../../mod.ts";
import { finish, next } from "../socket/observing.ts";
import { pattern, pending, received, sameBytes } from "../socket/support.ts";
import "../util.ts";
import { held, soon } from "../waiting.ts";
import { type Faults, Link } from "./link.ts";
import { arrives, FAST_RECONNECT, story } from "./support.ts";

/** Little room: a stalled link soon holds up who sends. */
const SMALL = { sendHighWaterMark: 2, sendBufferSize: 4096 } as const;
const SIZE = 20_000;
/** More than the link and its buffers take. */
const MANY = 500;

interface Options {
  push?: PushOptions;
  pull?: PullOptions;
  faults?: Faults;
  /** From the first byte. */
  stalled?: boolean;
}

/** A Push that is connected through a link to a bound Pull. */
async function withLink(
  { push: pushOptions, pull: pullOptions, faults, stalled }: Options,
  use: (link: Link, push: Push, pull: Pull) => Promise<void>,
): Promise<void> {
  const [push, pull] = [new Push({ ...FAST_RECONNECT, ...pushOptions }), new Pull(pullOptions)];
  for (const { events } of [push, pull]) assert(!events.closed);
  await using link = new Link(await pull.bind("tcp://127.0.0.1:*"), ...faults ? [faults] : []);
  if (stalled) link.stall();
  push.connect(link.address);
  if (!stalled) await next(push.events, "handshake");
  await use(link, push, pull);
  await finish(push, pull);
}

/** Sends numbered messages until one finds no room for a while, and returns how many there were. */
async function fill(push: Push): Promise<number> {
  for (let count = 0; count < MANY; count++) {
    try {
      await soon(push.send(pattern(SIZE, count), { timeout: 20 }));
    } catch (error) {
      assertEquals((error as { code?: string }).code, "EAGAIN");
      return count;
    }
  }
  fail("there was room for all");
}

/** The next messages are those from `first` up to, and without, `end`. */
async function assertNumbers(pull: Pull, first: number, end: number): Promise<void> {
  for (let number = first; number < end; number++) {
    const message = await soon(pull.receive());
    assert(message.length === 1 && sameBytes(message[0], pattern(SIZE, number)), `not ${number}`);
  }
}

Deno.test("a receive with a time-out ends in time while the link is stalled, and swallows nothing", () =>
  withLink({}, async (link, push, pull) => {
    link.stall();
    await push.send("late");
    const started = performance.now();
    await rejects(soon(pull.receive({ timeout: 30 })), { code: "EAGAIN" });
    assert(performance.now() - started >= 29);
    link.go();
    assertEquals(await received(pull), ["late"]);
  }));

Deno.test("sends wait while the link is stalled, and go on after it: all arrives, in order", () =>
  withLink({ push: SMALL }, async (link, push, pull) => {
    link.stall();
    const count = await fill(push);
    const sends: Promise<void>[] = [];
    const more = () => held(push.send(pattern(SIZE, count + sends.length)));
    // Where libzmq's thread was only slow, there is room again.
    do sends.push(more()); while (!await pending(sends.at(-1)!));
    sends.push(more());
    sends.push(more());
    link.go();
    await assertNumbers(pull, 0, count + sends.length);
    await soon(Promise.all(sends));
  }));

Deno.test("a send with a time-out ends in time while the link is stalled, and its message never arrives", () =>
  withLink({ push: SMALL }, async (link, push, pull) => {
    link.stall();
    const count = await fill(push);
    link.go();
    await assertNumbers(pull, 0, count);
    await push.send("next");
    assertEquals(await received(pull), ["next"]);
  }));

Deno.test("a Push that is closed while the link is stalled delivers all by default", () =>
  withLink({ push: { ...SMALL, linger: -1 } }, async (link, push, pull) => {
    link.stall();
    const count = await fill(push);
    push.close();
    link.go();
    await assertNumbers(pull, 0, count);
  }));

for (const linger of [0, 50]) {
  Deno.test(`a Push with a linger of ${linger} that is closed while the link is stalled gives up in time, and sends no half message`, () =>
    withLink({ push: { ...SMALL, sendHighWaterMark: 100, linger } }, async (link, push, pull) => {
      link.stall();
      const count = await fill(push);
      const started = performance.now();
      push.close();
      while ((await soon(push.events.receive())).type !== "end");
      const took = performance.now() - started; // by libzmq's clock, which is coarser
      assert(took >= linger / 2, `after ${took} ms`);
      link.go();
      await next(pull.events, "disconnect");
      // What had left for the system before arrives, and is whole.
      let number = 0;
      for (const message of pull.drain()) {
        assert(message.length === 1 && sameBytes(message[0], pattern(SIZE, number++)));
      }
      assert(number < count, "it has sent all");
    }));
}

Deno.test("heartbeats end a connection on which nothing moves, and it's made again when something does", () =>
  withLink({ push: { heartbeatInterval: 20, heartbeatTimeout: 200 } }, async (link, push, pull) => {
    link.stall();
    assertEquals(await story(push.events, "disconnect"), "disconnect");
    link.go();
    await next(push.events, "handshake");
    await arrives("again", push, received(pull));
  }));

Deno.test("with heartbeatTimeToLive, the peer hears as well that nothing moves, though it has no heartbeats", () =>
  withLink(
    { push: { heartbeatInterval: 10, heartbeatTimeout: 60_000, heartbeatTimeToLive: 100 } },
    async (link, _, pull) => {
      await next(pull.events, "handshake");
      // A first one has told it.
      const before = link.passed.up;
      while (link.passed.up === before) await new Promise((done) => setImmediate(done));
      link.stall();
      assertEquals(await story(pull.events, "disconnect"), "disconnect");
    },
  ));

Deno.test("a peer that doesn't introduce itself within handshakeInterval is dropped, and may come again", () =>
  withLink({ pull: { handshakeInterval: 50 }, stalled: true }, async (link, push, pull) => {
    assertEquals(
      await story(pull.events, "disconnect"),
      "bind accept handshake:error:other disconnect",
    );
    link.go();
    await arrives("late", push, received(pull));
  }));

const LONG = ["", "x".repeat(300), "y".repeat(10), "", "z".repeat(70_000)];

Deno.test("messages that come one byte at a time arrive whole, each part as it was", () =>
  withLink({ faults: { byteByByte: true } }, async (_, push, pull) => {
    const parts = LONG.map((part) => part.slice(0, 300));
    for (let number = 0; number < 3; number++) await push.send([`${number}`, ...parts]);
    for (let number = 0; number < 3; number++) {
      assertEquals(await received(pull), [`${number}`, ...parts]);
    }
  }));

Deno.test("questions and answers find each other though each piece is late", async () => {
  using dealer = new Dealer(FAST_RECONNECT);
  using router = new Router();
  await using link = new Link(await router.bind("tcp://127.0.0.1:*"), { delay: 1 });
  dealer.connect(link.address);
  for (let number = 0; number < 5; number++) await dealer.send([`${number}`, ...LONG]);
  for (let number = 0; number < 5; number++) await router.send(await soon(router.receive()));
  for (let number = 0; number < 5; number++) {
    assertEquals(await received(dealer), [`${number}`, ...LONG]);
  }
});
