import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import zmq from "../../zeromq_v5_compat.ts";
import { run } from "../program.ts";
import { turns, turnsUntil } from "../waiting.ts";
import { BLOCKED, EAGAIN, type Shape } from "./support.ts";
import { called, messages, next, withSocket, withSockets } from "./v5_support.ts";

const START = `import zmq from "$ROOT/zeromq_v5_compat.ts";`;

/** An error's own properties and its text. */
function shapeOf(error: unknown): unknown {
  assert(error instanceof Error, String(error));
  return { ...error, message: error.message };
}

Deno.test("text, bytes and other values are sent, and parts by ZMQ_SNDMORE are one message", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    const heard = messages(pull, 5);
    assertEquals(push.send("text"), push);
    push.send(15.99);
    push.send(new Uint8Array([97, 98]));
    push.send(["a", "b"], zmq.ZMQ_SNDMORE).send("c", zmq.ZMQ_SNDMORE).send(["d", "e"]);
    push.send("f");
    assertEquals(await heard, [["text"], ["15.99"], ["ab"], ["a", "b", "c", "d", "e"], ["f"]]);
  }));

Deno.test("each message's callback is called once it's sent, before any answer can come", () =>
  withSockets(["rep", "req"], async (rep, req) => {
    const calls: string[] = [];
    rep.on("message", (part) => rep.send(part, null, () => calls.push(`answered ${part}`)));
    for (const text of ["one", "two"]) req.send(text, null, () => calls.push(`asked ${text}`));
    for (const text of ["one", "two"]) {
      assertEquals(String((await next(req, "message"))[0]), text);
    }
    assertEquals(calls, ["asked one", "answered one", "asked two", "answered two"]);
  }));

Deno.test("messages that a close follows at once have been sent, also more than a tick's budget", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    const heard = messages(pull, 700);
    for (let i = 0; i < 700; i++) push.send(i);
    push.close();
    assertEquals(await heard, Array.from({ length: 700 }, (_, i) => [String(i)]));
  }));

Deno.test("callbacks are called in the order of their messages, however many there are", () =>
  withSocket("pub", async (pub) => {
    const called: number[] = [];
    for (let i = 0; i < 1500; i++) pub.send(i, 0, () => called.push(i));
    await turnsUntil(() => called.length === 1500, "the last call");
    assertEquals(called, Array.from({ length: 1500 }, (_, i) => i));
  }));

Deno.test("callbacks that send again let timers fire", () =>
  withSocket("pub", async (pub) => {
    let sent = 0;
    let fired = false;
    setTimeout(() => fired = true, 1);
    const again = () => void (fired || pub.send(sent++, 0, again));
    again();
    await turnsUntil(() => fired, "the timer");
    assert(sent > 0);
  }));

Deno.test("what can't be sent yet waits in its order", async () => {
  const push = zmq.socket("push", { linger: 0 });
  const pull = zmq.socket("pull", { linger: 0 });
  const callbacks: number[] = [];
  for (let i = 0; i < 5; i++) push.send(i, 0, () => callbacks.push(i));
  await turns(2);
  assertEquals(callbacks, []);
  const heard = messages(pull, 5);
  pull.bindSync("inproc://v5-sending-late");
  push.connect("inproc://v5-sending-late");
  assertEquals(await heard, [["0"], ["1"], ["2"], ["3"], ["4"]]);
  await turns(2);
  assertEquals(callbacks, [0, 1, 2, 3, 4]);
  push.close();
  pull.close();
});

Deno.test("during a pause nothing is sent, and afterwards all is", () =>
  withSockets(["pull", "push"], async (pull, push) => {
    const heard: string[] = [];
    pull.on("message", (part) => heard.push(String(part)));
    push.pause();
    push.send("one");
    push.send("two");
    await turns(4);
    assertEquals(heard, []);
    const all = messages(pull, 2);
    push.resume();
    assertEquals(await all, [["one"], ["two"]]);
  }));

const FAILURES: Record<string, [setUp: string, expected: Shape]> = {
  "while a bind is pending": ["bind", BLOCKED],
  "that is closed while it waits": ["close", EAGAIN],
  "that comes to its time-out": ["time", EAGAIN],
};
for (const [what, [how, expected]] of Object.entries(FAILURES)) {
  Deno.test(`a send ${what} calls its callback with the error`, () =>
    withSocket("push", async (push) => {
      if (how === "bind") push.bind("inproc://v5-sending-callback");
      if (how === "time") push.setsockopt(zmq.ZMQ_SNDTIMEO, 1);
      const error = called((callback) => push.send("x", 0, callback));
      if (how === "close") push.close();
      assertEquals(shapeOf(await error), expected);
    }));

  Deno.test(`a send ${what} is an error event where it has no callback`, () =>
    withSocket("push", async (push) => {
      if (how === "bind") push.bind("inproc://v5-sending-event");
      if (how === "time") push.setsockopt(zmq.ZMQ_SNDTIMEO, 1);
      push.send("x");
      if (how === "close") push.close();
      assertEquals(shapeOf((await next(push, "error"))[0]), expected);
    }));
}

Deno.test("after a send that has failed, the next one is tried", () =>
  withSocket("router", async (router) => {
    router.setsockopt(zmq.ZMQ_ROUTER_MANDATORY, 1);
    router.setsockopt(zmq.ZMQ_SNDTIMEO, 5);
    for (let i = 0; i < 3; i++) {
      const error = shapeOf(await called((cb) => router.send(["nobody", "x"], null, cb))) as Shape;
      assertEquals([error.code, error.message], ["EHOSTUNREACH", "Host unreachable"]);
    }
  }));

Deno.test("a pull and a sub can't send, and say so", async () => {
  for (const type of ["pull", "sub"] as const) {
    await withSocket(type, async (socket) => {
      const error = await called((callback) => socket.send("x", 0, callback));
      assertEquals(shapeOf(error), { message: "Cannot send on this socket type." });
      socket.send("x");
      const [event] = await next(socket, "error");
      assertEquals(shapeOf(event), { message: "Cannot send on this socket type." });
    });
  }
});

Deno.test("what a callback throws is an uncaught exception, and the others are called", async () => {
  const { code, stdout, stderr } = await run(`
    ${START}
    import process from "node:process";
    process.on("uncaughtException", (error) => console.log("uncaught:", error.message));
    const pub = zmq.socket("pub");
    for (let i = 0; i < 4; i++) {
      pub.send("x", 0, () => {
        console.log("called", i);
        if (i < 3) throw new Error(String(i));
        pub.close();
      });
    }
  `);
  const lines = [0, 1, 2].flatMap((i) => [`called ${i}`, `uncaught: ${i}`]);
  assertEquals([code, stdout.trim().split("\n"), stderr], [0, [...lines, "called 3"], ""]);
});

Deno.test("callbacks that become due before another one throws are called in their turn", async () => {
  const { code, stdout, stderr } = await run(`
    ${START}
    import process from "node:process";
    process.on("uncaughtException", (error) => console.log("uncaught:", error.message));
    const pub = zmq.socket("pub");
    const told = (what) => () => console.log(what);
    pub.send("x", 0, () => pub.send("y", 0, told("of a callback's")));
    pub.send("x", 0, () => { throw new Error("mine"); });
    pub.send("x", 0, told("behind it"));
  `);
  const lines = ["uncaught: mine", "behind it", "of a callback's"];
  assertEquals([code, stdout.trim().split("\n"), stderr], [0, lines, ""]);
});

Deno.test("where a callback threw, with more than 100,000 others due, these were never called", async () => {
  const { code, stdout, stderr } = await run(`
    ${START}
    import process from "node:process";
    process.on("uncaughtException", (error) => console.log("uncaught:", error.message));
    const pub = zmq.socket("pub");
    let called = 0;
    const count = () => ++called === 150_000 && pub.close();
    pub.send("x", 0, () => { throw new Error("mine"); });
    for (let i = 0; i < 150_000; i++) pub.send("x", 0, count);
    process.on("exit", () => console.log(called));
  `);
  assertEquals([code, stdout, stderr], [0, "uncaught: mine\n150000\n", ""]);
});

Deno.test("what a callback throws is an uncaught exception, and sending goes on", async () => {
  const { code, stdout, stderr } = await run(`
    ${START}
    import process from "node:process";
    process.on("uncaughtException", (error) => console.log("uncaught:", error.message));
    const pull = zmq.socket("pull");
    const push = zmq.socket("push");
    push.send("one", 0, () => { throw new Error("mine"); });
    push.send("two");
    pull.bindSync("inproc://x");
    push.connect("inproc://x");
    pull.on("message", (part) => {
      console.log(String(part));
      if (String(part) === "two") pull.close(), push.close();
    });
  `);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.trim().split("\n").sort(), ["one", "two", "uncaught: mine"]);
});

Deno.test("an error that no one listens to ends the process, as with every EventEmitter", async () => {
  const { code, stderr } = await run(`${START} zmq.socket("sub").send("x");`);
  assertEquals([code, stderr.includes("Cannot send on this socket type.")], [1, true], stderr);
});
