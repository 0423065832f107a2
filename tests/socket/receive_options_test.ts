/** The options of receives, sends and drains, and what is refused before anything is tried. */

import {
  deepStrictEqual as assertEquals,
  match as assertMatch,
  ok as assert,
  rejects,
  throws,
} from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { pending, pipeline, received, texts } from "./support.ts";
import { held, soon } from "../waiting.ts";

const TIMED_OUT = { name: "ZmqError", code: "EAGAIN" };

// Timeouts ------------------------------------------------------------------------------------------

Deno.test("a receive's timeout ends it when it's over, and not before", async () => {
  using pull = new Pull();
  const begin = performance.now();
  await rejects(soon(pull.receive({ timeout: 60 })), TIMED_OUT);
  const took = performance.now() - begin;
  assert(took >= 59, `${took} ms`);
});

Deno.test("a send's timeout ends it when it's over, and nothing is sent", async () => {
  using push = new Push();
  using pull = new Pull();
  const begin = performance.now();
  await rejects(soon(push.send("late", { timeout: 60 })), TIMED_OUT);
  const took = performance.now() - begin;
  assert(took >= 59, `${took} ms`);
  await join(pull, push, freshAddress("inproc"));
  await push.send("next");
  assertEquals(await received(pull), ["next"]);
});

Deno.test("a timeout goes before the socket's own, which is as long or as short as it likes", async () => {
  using pull = new Pull({ receiveTimeout: 0 });
  using push = new Push({ sendTimeout: 0 });
  const send = push.send("x", { timeout: Infinity });
  const receive = pull.receive({ timeout: Infinity });
  assert(await pending(send) && await pending(receive));
  await join(pull, push, freshAddress("inproc"));
  await soon(send);
  assertEquals(texts(await soon(receive)), ["x"]);
  pull.receiveTimeout = push.sendTimeout = -1;
  await rejects(soon(pull.receive({ timeout: 1 })), TIMED_OUT);
});

Deno.test("a timeout of 0 only tries, whatever came before in the turn", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  await rejects(soon(pull.receive({ timeout: 0 })), TIMED_OUT);
  await push.send("there", { timeout: 0 });
  assertEquals(texts(await soon(pull.receive({ timeout: 0 }))), ["there"]);
});

Deno.test("a receive with a timeout and a signal ends with whichever comes first", async () => {
  using pull = new Pull();
  const controller = new AbortController();
  const { signal } = controller;
  await rejects(soon(pull.receive({ timeout: 1, signal })), TIMED_OUT);
  const aborted = rejects(soon(pull.receive({ timeout: 60_000, signal })), { message: "enough" });
  controller.abort(new Error("enough"));
  await aborted;
});

// What is refused -----------------------------------------------------------------------------------

/** Calls that are mistaken, and what their refusals say. */
const MISTAKES: [string, (pull: Pull, push: Push) => unknown, RegExp][] = [
  ["receive(50)", (pull) => pull.receive(50 as never), /options, such as \{ timeout: 50 \}/],
  ["receiveSync(50)", (pull) => pull.receiveSync(50 as never), /such as \{ timeout: 50 \}/],
  ["drain(5)", (pull) => pull.drain(5 as never), /such as \{ limit: 100 \}/],
  ["visit(f, 5)", (pull) => pull.visit(() => {}, 5 as never), /options, such as \{/],
  ["iterate(signal)", (pull) => pull.iterate(AbortSignal.timeout(9e6) as never), /\{ signal \}/],
  ["receive(null)", (pull) => pull.receive(null as never), /such as \{ timeout: 50 \}/],
  [
    "tryReceive({ timeout })",
    (pull) => Reflect.apply(pull.tryReceive, pull, [{ timeout: 5 }]),
    /tryReceive takes no options, since it never waits/,
  ],
  [
    "receive({ timout })",
    (pull) => pull.receive({ timout: 5 } as never),
    /receive has no option timout; did you mean timeout\?/,
  ],
  [
    "receiveSync({ signal })",
    (pull) => pull.receiveSync({ signal: undefined } as never),
    /receiveSync has no option signal: it takes timeout/,
  ],
  [
    "receive({}, {})",
    (pull) => Reflect.apply(pull.receive, pull, [{}, {}]),
    /receive takes nothing after its options/,
  ],
  ["receive({ ref: 0 })", (pull) => pull.receive({ ref: 0 as never }), /ref is true or false/],
  [
    'send("a", "b")',
    (_, push) => push.send("a", "b" as never),
    /send takes one message: several parts are an array, send\(\["a", "b"\]\)$/,
  ],
  [
    "send(message, 50)",
    (_, push) => push.send("a", 50 as never),
    /send takes one message.*a limit is an option, \{ timeout: 50 \}/,
  ],
  [
    'trySend("a", "b")',
    (_, push) => Reflect.apply(push.trySend, push, ["a", "b"]),
    /trySend takes one message: several parts are an array/,
  ],
  [
    'trySend("a", { timeout })',
    (_, push) => Reflect.apply(push.trySend, push, ["a", { timeout: 5 }]),
    /trySend takes no options, since it never waits/,
  ],
  [
    'sendSync("a", ["b"])',
    (_, push) => push.sendSync("a", ["b"] as never),
    /sendSync takes one message: several parts are an array/,
  ],
  [
    "send(message, { sgnal })",
    (_, push) => push.send("a", { sgnal: undefined } as never),
    /send has no option sgnal; did you mean signal\?/,
  ],
];

for (const [call, act, text] of MISTAKES) {
  Deno.test(`${call} is refused with what was meant, and nothing is sent or received`, async () => {
    using sockets = await pipeline();
    const { push, pull } = sockets;
    await push.send("stays");
    let error: unknown;
    try {
      await act(pull, push);
    } catch (caught) {
      error = caught;
    }
    assert(error instanceof TypeError, `${error}`);
    assertMatch(error.message, text);
    assertEquals([...pull.drain()].map(texts), [["stays"]]);
  });
}

Deno.test("a negative timeout is a RangeError that names Infinity", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const refused = { name: "RangeError", message: /not -1; Infinity for no limit/ };
  await rejects(pull.receive({ timeout: -1 }), refused);
  await rejects(push.send("x", { timeout: -1 }), refused);
  throws(() => pull.receiveSync({ timeout: -1 }), refused);
  throws(() => push.sendSync("x", { timeout: -1 }), refused);
  throws(() => pull.visit(() => {}, { timeout: -1 }), refused);
});

Deno.test("receive and send throw nothing, whatever is wrong: their promises reject", async () => {
  const closed = new Pull();
  closed.close();
  const shut = new Push();
  shut.close();
  using pull = new Pull();
  using push = new Push();
  const broken = {
    get timeout(): number {
      throw new Error("a getter's own");
    },
  };
  const promises: Promise<unknown>[] = [
    closed.receive(),
    closed.wait(),
    shut.send("x"),
    shut.wait(),
    pull.receive({ timeout: NaN }),
    pull.receive({ signal: 5 as never }),
    push.send(Symbol("x") as never),
    push.send([] as never),
    push.send("x", { timeout: "x" as never }),
    pull.wait({ writable: true } as never),
    pull.receive(broken),
    push.send("x", broken),
    pull.wait(broken),
    Reflect.apply(pull.receive, undefined, []),
    Reflect.apply(push.send, {}, ["x"]),
  ];
  for (const promise of promises) await rejects(held(promise), Error);
});

// Drains --------------------------------------------------------------------------------------------

Deno.test("drain takes as many messages as its limit says, and leaves the others", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (let i = 0; i < 5; i++) await push.send(`${i}`);
  assertEquals([...pull.drain({ limit: 2 })].map(texts), [["0"], ["1"]]);
  assertEquals([...pull.drain({ limit: 9 })].map(texts), [["2"], ["3"], ["4"]]);
});

Deno.test("a drain's limit counts messages, and not looks that found none", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const drain = pull.drain({ limit: 1 });
  assertEquals(drain.next().done, true);
  await push.send("later");
  assertEquals(drain.next().done, false);
});

Deno.test("what drain returns is an Iterator, with its methods", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (let i = 0; i < 5; i++) await push.send(`${i}`);
  assert(pull.drain() instanceof Iterator);
  const found = pull.drain().map(([frame]) => frame.text()).take(3).toArray();
  assertEquals(found, ["0", "1", "2"]);
  assertEquals(await received(pull), ["3"]);
});

for (const limit of [0, -1, 1.5]) {
  Deno.test(`a limit of ${limit} messages is a RangeError`, () => {
    using pull = new Pull();
    throws(() => pull.drain({ limit }), { name: "RangeError" });
    throws(() => pull.visit(() => {}, { limit }), { name: "RangeError" });
  });
}

// Pending sends -------------------------------------------------------------------------------------

Deno.test("as many sends wait as maxPendingSends says, and one more is refused", async () => {
  using push = new Push({ maxPendingSends: 3 });
  const sends = ["a", "b", "c"].map((text) => push.send(text));
  await rejects(push.send("d"), TIMED_OUT);
  for (const send of sends) assert(await pending(send));
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  await soon(Promise.all(sends));
  await soon(push.send("e"));
  assertEquals([...pull.drain()].map(texts), [["a"], ["b"], ["c"], ["e"]]);
});

Deno.test("a send that has ended in any way leaves its place to another", async () => {
  using push = new Push({ maxPendingSends: 1 });
  await rejects(soon(push.send("late", { timeout: 1 })), TIMED_OUT);
  const controller = new AbortController();
  const aborted = rejects(soon(push.send("aborted", { signal: controller.signal })));
  controller.abort();
  await aborted;
  assert(await pending(push.send("waits").catch(() => {})));
});

Deno.test("sends that are awaited are never too many", async () => {
  using push = new Push({ maxPendingSends: 1, sendHighWaterMark: 5 });
  using pull = new Pull({ receiveHighWaterMark: 5 });
  await join(pull, push, freshAddress("inproc"));
  const receiving = (async () => {
    for (let i = 0; i < 2000; i++) assertEquals(await received(pull), [`${i}`]);
  })();
  for (let i = 0; i < 2000; i++) await push.send(`${i}`);
  await soon(receiving);
});

Deno.test("maxPendingSends is Infinity unless it's set, and a whole number of 1 or more", () => {
  using push = new Push();
  assertEquals(push.maxPendingSends, Infinity);
  push.maxPendingSends = 5;
  assertEquals(push.maxPendingSends, 5);
  for (const wrong of [0, -1, 1.5, NaN]) {
    throws(() => push.maxPendingSends = wrong, { name: "RangeError" });
    throws(() => new Push({ maxPendingSends: wrong }), { name: "RangeError" });
  }
  throws(() => push.maxPendingSends = "5" as never, { name: "TypeError" });
  assertEquals(push.maxPendingSends, 5);
});
