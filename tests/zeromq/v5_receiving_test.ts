import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import * as zeromq from "../../zeromq.ts";
import zmq from "../../zeromq_v5_compat.ts";
import { replaced, watched } from "../replacing.ts";
import { run } from "../program.ts";
import { eachTransport } from "../socket/support.ts";
import { soon, turns, turnsUntil } from "../waiting.ts";
import { EAGAIN } from "./support.ts";
import { messages, next, withSocket, withSockets } from "./v5_support.ts";

const START = `import zmq from "$ROOT/zeromq_v5_compat.ts";`;

for (const over of eachTransport("tcp", "ipc", "inproc")) {
  Deno.test(
    over(
      "a message is an event, whose arguments are its parts, as Buffers",
      (address) =>
        withSockets(["pull", "push"], async (pull, push) => {
          const parts = next(pull, "message");
          push.send(["one", Buffer.from("two"), 15.99]);
          assertEquals(
            await parts,
            ["one", "two", "15.99"].map((text) => Buffer.from(text)),
          );
        }, address),
    ),
  );

  Deno.test(
    over(
      "a burst of messages comes whole, and in order",
      (address) =>
        withSockets(["router", "dealer"], async (router, dealer) => {
          router.on("message", (...parts) => router.send(parts));
          const echoes = messages(dealer, 1000);
          for (let i = 0; i < 1000; i++) {
            dealer.send(["number", i, "of", "1000"]);
          }
          const expected = Array.from(
            { length: 1000 },
            (_, i) => ["number", String(i), "of", "1000"],
          );
          assertEquals(await echoes, expected);
        }, address),
    ),
  );
}

Deno.test("what comes before anyone listens is received, and heard by no one", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    const emitted = new Promise((resolve) => {
      const { emit } = pull;
      pull.emit = (...args) => {
        resolve(args[0]);
        return emit.apply(pull, args);
      };
    });
    push.send("early");
    assertEquals(await soon(emitted), "message");
    const heard = messages(pull, 1);
    push.send("late");
    assertEquals(await heard, [["late"]]);
  }));

Deno.test("a pause in a listener holds back the next message, and resume brings it", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    const heard: string[] = [];
    pull.on("message", (part) => {
      heard.push(String(part));
      pull.pause();
    });
    for (const text of ["one", "two", "three"]) push.send(text);
    for (const expected of [["one"], ["one", "two"], ["one", "two", "three"]]) {
      await turnsUntil(() => heard.length >= expected.length, `message ${expected.length}`);
      await turns(4);
      assertEquals(heard, expected);
      pull.resume();
    }
  }));

Deno.test("a message that comes during a pause is heard once it's over, just once", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    const heard: string[] = [];
    pull.on("message", (part) => heard.push(String(part)));
    pull.pause();
    push.send("held");
    await turns(6);
    assertEquals(heard, []);
    pull.resume();
    pull.resume();
    await turnsUntil(() => heard.length > 0, "the message");
    push.send("next");
    await turnsUntil(() => heard.length > 1, "the next message");
    assertEquals(heard, ["held", "next"]);
  }));

Deno.test("a message that came during a pause isn't heard again after a pause in which none came", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    const heard: string[] = [];
    pull.on("message", (part) => heard.push(String(part)));
    let failed = 0;
    pull.on("error", () => failed++);
    const { receive } = zeromq.Pull.prototype;
    const received: Promise<unknown>[] = [];
    using _ = replaced(zeromq.Pull.prototype, "receive", function (this: zeromq.Pull) {
      const message = receive.call(this);
      received.push(message);
      return message;
    });
    push.send("first");
    await turnsUntil(() => received.length > 0, "the next receive");
    pull.pause();
    push.send("held");
    await soon(received[0]);
    await turns(2);
    assertEquals(heard, ["first"]);
    // Each receive fails at once, so none is pending when the next pause begins.
    pull.setsockopt(zmq.ZMQ_RCVTIMEO, 0);
    pull.resume();
    await turnsUntil(() => failed > 0, "a failed receive");
    pull.pause();
    await turns(3);
    pull.resume();
    push.send("last");
    await turnsUntil(() => heard.includes("last"), "the last message");
    assertEquals(heard, ["first", "held", "last"]);
  }));

Deno.test("no message is heard of a socket that was closed as it came", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    let heard = 0;
    pull.on("message", () => heard++);
    push.send("x");
    // In the microtasks of the receive, before the event.
    const received = Promise.withResolvers<void>();
    using _ = watched(zeromq.Pull.prototype, "receive", () => received.resolve());
    push.send("y");
    await soon(received.promise);
    pull.close();
    const before = heard;
    await turns(3);
    assertEquals(heard, before);
  }));

Deno.test("a socket that is resumed without a pause receives once at a time", () =>
  withSockets(["pull", "push"], async (pull) => {
    let calls = 0;
    using _ = watched(zeromq.Pull.prototype, "receive", () => calls++);
    await turns(3);
    pull.resume();
    await turns(3);
    assertEquals(calls, 0); // it's receiving already
  }));

Deno.test("no message is heard after the socket was closed in a listener", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    const heard: string[] = [];
    pull.on("message", (part) => {
      heard.push(String(part));
      pull.close();
    });
    push.send("one");
    push.send("two");
    await turnsUntil(() => heard.length > 0, "the message");
    await turns(4);
    assertEquals(heard, ["one"]);
  }));

Deno.test("a receive that comes to its time-out is an error event each time, and receiving goes on", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    pull.setsockopt("linger", 0);
    pull.setsockopt(zmq.ZMQ_RCVTIMEO, 1);
    // The receive that waits already has no limit: the next one has.
    push.send("first");
    const [error] = await next(pull, "error");
    assert(error instanceof Error);
    assertEquals({ ...error, message: error.message }, EAGAIN);
    await next(pull, "error");
    const heard = messages(pull, 1);
    pull.on("error", () => {});
    push.send("still");
    assertEquals(await heard, [["still"]]);
  }));

Deno.test("receives that fail at once let the event loop turn", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    let errors = 0;
    pull.on("error", () => errors++);
    pull.setsockopt(zmq.ZMQ_RCVTIMEO, 0);
    const first = messages(pull, 1);
    push.send("first");
    await first; // on a busy machine it may come after some errors, and would be taken for the next one
    errors = 0;
    await turnsUntil(() => errors > 3, "the errors");
    const heard = messages(pull, 1);
    push.send("still");
    assertEquals(await heard, [["still"]]);
  }));

Deno.test("a flood of messages lets the event loop turn", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    let heard = 0;
    let heardByThen = 0;
    pull.on("message", () => {
      if (++heard === 1) setImmediate(() => heardByThen = heard);
    });
    for (let i = 0; i < 1900; i++) push.send(i);
    await turnsUntil(() => heard === 1900, "the last message");
    assert(heardByThen > 0 && heardByThen < 1900, String(heardByThen));
  }));

Deno.test("a bind that is pending holds up receiving only for as long as it takes", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    pull.on("message", (part) => String(part) === "first" && pull.bind("tcp://127.0.0.1:*"));
    const heard = messages(pull, 3);
    const bound = next(pull, "bind");
    for (const text of ["first", "second", "third"]) push.send(text);
    assertEquals([await bound, await heard], [
      ["tcp://127.0.0.1:*"],
      [["first"], ["second"], ["third"]],
    ]);
  }));

Deno.test("a push and a pub receive nothing, and don't keep the process alive; others do", async () => {
  for (const type of ["push", "pub"]) {
    const { code, signal } = await run(`${START} zmq.socket("${type}").resume();`);
    assertEquals([code, signal], [0, null]);
  }
  const { code, stdout } = await run(`
    ${START}
    const pull = zmq.socket("pull");
    setTimeout(() => Deno.exit(7), 20_000).unref?.();
    Deno.unrefTimer(setTimeout(() => { console.log("alive"); pull.close(); }, 50));
  `);
  assertEquals([code, stdout], [0, "alive\n"]);
});

Deno.test("what a listener of messages throws is an uncaught exception, and receiving goes on", async () => {
  const { code, stdout, stderr } = await run(`
    ${START}
    import process from "node:process";
    process.on("uncaughtException", (error) => console.log("uncaught:", error.message));
    const pull = zmq.socket("pull");
    pull.bindSync("inproc://x");
    const push = zmq.socket("push");
    push.connect("inproc://x");
    pull.on("message", (part) => {
      if (String(part) === "last") return pull.close(), push.close();
      throw new Error(String(part));
    });
    for (const text of ["one", "two", "last"]) push.send(text);
  `);
  assertEquals([code, stdout, stderr], [0, "uncaught: one\nuncaught: two\n", ""]);
});

Deno.test("a socket whose variable is gone still receives", () =>
  withSocket("push", async (push) => {
    const { code, stdout } = await run(
      `
      ${START}
      (() => {
        const pull = zmq.socket("pull");
        pull.bindSync("tcp://127.0.0.1:*");
        globalThis.address = pull.last_endpoint;
        pull.on("message", (part) => console.log(String(part)) ?? Deno.exit());
      })();
      setTimeout(() => {
        gc();
        gc();
        const push = zmq.socket("push");
        push.connect(address);
        push.send("hello");
      }, 10);
    `,
      { flags: ["-A", "--v8-flags=--expose-gc"] },
    );
    assertEquals([code, stdout, push.closed], [0, "hello\n", false]);
  }));
