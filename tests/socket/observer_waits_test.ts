/** How an Observer's receives, iterations and listeners end, and what it refuses. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { inspect } from "node:util";
import { type Observer, Pair, Pull } from "../../mod.ts";
import { rejectsCode } from "../failures.ts";
import { watched } from "../replacing.ts";
import { freshAddress } from "../util.ts";
import { idle } from "../../poller/reactor.ts";
import { soon, turn, turnsUntil } from "../waiting.ts";
import "./observing.ts"; // has used every foreign function once

// deno-lint-ignore no-explicit-any -- what the types refuse is to be refused at run time, too
type Any = any;

/** Runs with a bound socket's observer, whose first event is "bind" and second "close". */
async function observing(body: (events: Observer, pull: Pull) => Promise<void>): Promise<void> {
  const pull = new Pull();
  const { events } = pull;
  await body(events, pull);
  events.close();
  pull.close();
}

Deno.test("a receive of an event ends with EAGAIN when its time is over, and takes none", () =>
  observing(async (events, pull) => {
    await rejects(soon(events.receive({ timeout: 20 })), {
      code: "EAGAIN",
      message: /No event came within 20 ms/,
    });
    await pull.bind(freshAddress("tcp"));
    assertEquals((await soon(events.receive({ timeout: 5000 }))).type, "bind");
  }));

Deno.test("a receive of an event without time still gets what has happened just before", () =>
  observing(async (events, pull) => {
    await rejectsCode(events.receive({ timeout: 0 }), "EAGAIN");
    pull.bindSync(freshAddress("tcp"));
    assertEquals((await soon(events.receive({ timeout: 0 }))).type, "bind");
  }));

Deno.test("a receive of an event that can't begin rejects, and never throws", () =>
  observing(async (events) => {
    const refused: [options: unknown, name: string, message: RegExp][] = [
      [50, "TypeError", /\{ timeout: 50 \}/],
      [{ timout: 50 }, "TypeError", /no option timout; did you mean timeout\?/],
      [{ timeout: -1 }, "RangeError", /Infinity/],
      [{ timeout: "1" }, "TypeError", /number of milliseconds/],
    ];
    for (const [options, name, message] of refused) {
      await rejects(events.receive(options as Any), { name, message });
    }
    await rejects((events as Any).receive({}, 1), TypeError);
  }));

Deno.test("an abort ends the turn of an iteration over events, and later ones", () =>
  observing(async (events, pull) => {
    const ending = new AbortController();
    const iterator = events.iterate({ signal: ending.signal });
    const next = iterator.next();
    await turn();
    ending.abort("enough");
    await soon(rejects(next, (reason) => reason === "enough"));
    await soon(rejects(iterator.next(), (reason) => reason === "enough"));
    await pull.bind(freshAddress("tcp"));
    assertEquals((await soon(events.receive())).type, "bind");
  }));

Deno.test("a listener that an earlier one takes off isn't called for the same event", () =>
  observing(async (events, pull) => {
    const calls: string[] = [];
    const second = () => calls.push("second");
    events.on("bind", () => {
      calls.push("first");
      events.off("bind", second);
    });
    events.on("bind", second);
    events.on("bind", () => calls.push("third"));
    await pull.bind(freshAddress("tcp"));
    await turnsUntil(() => calls.includes("third"), "the last listener");
    assertEquals(calls, ["first", "third"]);
  }));

Deno.test("a listener for once is called once, also by an event that comes in its call", () =>
  observing(async (events, pull) => {
    let once = 0;
    let each = 0;
    events.on("bind", () => void once++, { once: true });
    events.on("bind", () => void each++);
    await pull.bind(freshAddress("tcp"));
    await pull.bind(freshAddress("tcp"));
    await turnsUntil(() => each === 2, "both events");
    assertEquals(once, 1);
  }));

Deno.test("after its only listener was called once, events can be received again", () =>
  observing(async (events, pull) => {
    let called = false;
    events.on("bind", () => called = true, { once: true });
    await pull.bind(freshAddress("tcp"));
    await turnsUntil(() => called, "the listener");
    await pull.bind(freshAddress("tcp"));
    assertEquals((await soon(events.receive())).type, "bind");
  }));

Deno.test("a signal takes a listener off, and one that was aborted doesn't let it on", () =>
  observing(async (events, pull) => {
    const ending = new AbortController();
    let calls = 0;
    events.on("bind", () => calls++, { signal: AbortSignal.abort() });
    events.on("bind", () => calls++, { signal: ending.signal });
    await pull.bind(freshAddress("tcp"));
    await turnsUntil(() => calls > 0, "the listener");
    ending.abort();
    await pull.bind(freshAddress("tcp"));
    assertEquals((await soon(events.receive())).type, "bind");
    assertEquals(calls, 1);
  }));

for (const [how, end] of [["close", "events.close()"], ["off", "events.off()"]] as const) {
  Deno.test(`a signal that lives on doesn't keep what ${end} has taken off it`, () =>
    observing(async (events) => {
      const { signal } = new AbortController();
      let listening = 0;
      using _added = watched(signal, "addEventListener", () => void listening++);
      using _removed = watched(signal, "removeEventListener", () => void listening--);
      const listener = () => {};
      events.on("bind", listener, { signal });
      assertEquals(listening, 1);
      if (how === "close") events.close();
      else events.off("bind", listener);
      assertEquals(listening, 0);
      await idle();
    }));
}

Deno.test("an event that doesn't exist is a TypeError that names the nearest", () =>
  observing((events) => {
    const any = events as Any;
    const nearest = { name: "TypeError", message: /no event acept; did you mean accept\?/ };
    throws(() => any.on("acept", () => {}), nearest);
    throws(() => any.off("acept", () => {}), nearest);
    for (const type of ["toString", "", undefined, 5, Symbol("x")]) {
      throws(() => any.on(type, () => {}), TypeError);
    }
    throws(() => any.on("bind", () => {}, { onse: true }), /did you mean once\?/);
    throws(() => any.on("bind", () => {}, true), /\{ once: true \}/);
    throws(() => any.on("bind", () => {}, { once: 1 }), TypeError);
    throws(() => any.on("bind", () => {}, { signal: {} }), TypeError);
    return Promise.resolve();
  }));

Deno.test("an Observer's type has no public constructor, and it can be disposed of in both ways", async () => {
  using pair = new Pair();
  // @ts-expect-error -- programs read `events`
  const make = (Observer: typeof import("../../mod.ts").Observer) => new Observer(pair);
  assert(typeof make === "function");
  const { events } = pair;
  const waits = rejectsCode(events.receive(), "EBADF");
  const order: string[] = [];
  await turn();
  idle().then(() => order.push("the thread was given back"));
  {
    await using _ = events;
  }
  assertEquals(order, ["the thread was given back"]);
  assertEquals(events.closed, true);
  await waits;
});

Deno.test("an Observer prints to what it listens, and what it has lost", () =>
  observing((events) => {
    events.on("bind", () => {});
    const expected = `Observer { listeners: [ "bind" ], lost: 0, capacity: 1000, closed: false }`;
    for (const print of [Deno.inspect, inspect]) {
      assertEquals(print(events).replaceAll("'", '"'), expected);
    }
    return Promise.resolve();
  }));
