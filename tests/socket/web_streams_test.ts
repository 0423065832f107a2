/** Messages as Web streams: what is read and written, back-pressure, and all the ways in which a stream ends. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { type Frame, Pair, Pull, Push, Request, Router, Stream, Subscriber } from "../../mod.ts";
import { handleOf } from "../../socket/handle.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, pending, pipeline, received, texts, useUpBudget } from "./support.ts";
import { soon, turn, turns, turnsUntil } from "../waiting.ts";

/** What a reader returns next, as text; `undefined` at the end. */
async function read(
  reader: ReadableStreamDefaultReader<Frame[]>,
): Promise<string[] | undefined> {
  const { value } = await soon(reader.read());
  return value && texts(value);
}

for (const over of eachTransport()) {
  Deno.test(over("a stream of messages delivers them whole, in order", async (address) => {
    using push = new Push();
    using pull = new Pull();
    await join(pull, push, address);
    const reader = pull.toReadableStream().getReader();
    const sending = (async () => {
      for (let i = 0; i < 2000; i++) await push.send(i % 2 === 0 ? `${i}` : [`${i}`, "", "x"]);
    })();
    for (let i = 0; i < 2000; i++) {
      assertEquals(await read(reader), i % 2 === 0 ? [`${i}`] : [`${i}`, "", "x"]);
    }
    await soon(sending);
    await reader.cancel();
  }));

  Deno.test(
    over("a stream to write to sends each chunk as a message, in order", async (address) => {
      using push = new Push();
      using pull = new Pull();
      await join(pull, push, address);
      const writer = push.toWritableStream().getWriter();
      const writing = (async () => {
        for (let i = 0; i < 2000; i++) await writer.write(i % 2 === 0 ? `${i}` : [i, null, "x"]);
        await writer.close();
      })();
      for (let i = 0; i < 2000; i++) {
        assertEquals(await received(pull), i % 2 === 0 ? [`${i}`] : [`${i}`, "", "x"]);
      }
      await soon(writing);
    }),
  );
}

Deno.test("one socket's stream can be piped to another's, both of which stay open", async () => {
  using from = await pipeline();
  using to = await pipeline();
  const stop = new AbortController();
  const piping = from.pull.toReadableStream().pipeTo(to.push.toWritableStream(), {
    signal: stop.signal,
  });
  for (let i = 0; i < 500; i++) {
    await from.push.send([`${i}`, "x"]);
    assertEquals(await received(to.pull), [`${i}`, "x"]);
  }
  stop.abort("enough");
  assertEquals(await soon(piping.catch((reason) => reason)), "enough");
  await from.push.send("after");
  assertEquals(await received(from.pull), ["after"]);
  await to.push.send("after");
  assertEquals(await received(to.pull), ["after"]);
});

Deno.test("whatever is iterable can be piped into a socket, with a transformation between", async () => {
  using sockets = await pipeline();
  const numbers = ReadableStream.from([1, 2, 3]).pipeThrough(
    new TransformStream<number, [string, number]>({
      transform: (number, controller) => controller.enqueue(["square", number * number]),
    }),
  );
  await soon(numbers.pipeTo(sockets.push.toWritableStream()));
  for (const square of ["1", "4", "9"]) {
    assertEquals(await received(sockets.pull), ["square", square]);
  }
  await sockets.push.send("the socket is open");
});

// Back-pressure.

Deno.test("no message is taken before it's read, and none ahead", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const text of ["a", "b", "c", "d"]) await push.send(text);
  const reader = pull.toReadableStream().getReader();
  await turn();
  assertEquals(texts(pull.tryReceive()!), ["a"]);
  assertEquals(await read(reader), ["b"]);
  await turn();
  assertEquals(texts(pull.tryReceive()!), ["c"]);
  assertEquals(await read(reader), ["d"]);
  assertEquals(pull.tryReceive(), undefined);
});

Deno.test("reads and receives are served in the order in which they were asked for", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const reader = pull.toReadableStream().getReader();
  await turn(); // a stream starts a moment after it's made
  const one = reader.read();
  const two = pull.receive();
  await push.send("first");
  await push.send("second");
  assertEquals([texts((await soon(one)).value!), texts(await soon(two))], [["first"], ["second"]]);
});

Deno.test("a write waits at the high-water mark, and goes on when there is room", async () => {
  using sockets = await pipeline(1);
  const { push, pull } = sockets;
  const writer = push.toWritableStream().getWriter();
  await soon(writer.write("a"));
  await soon(writer.write("b"));
  assertEquals(push.writable, false);
  const waiting = writer.write("c");
  await turn();
  assert(await pending(waiting));
  assertEquals(writer.desiredSize, 0);
  assert(await pending(writer.ready));
  assertEquals(await received(pull), ["a"]);
  await soon(waiting);
  await soon(writer.ready);
  assertEquals([await received(pull), await received(pull)], [["b"], ["c"]]);
});

Deno.test("a pipe whose destination waits holds one message, and takes no others", async () => {
  using from = await pipeline();
  using to = await pipeline(1);
  for (let i = 0; i < 10; i++) await from.push.send(`${i}`);
  const writable = to.push.toWritableStream();
  const piping = from.pull.toReadableStream().pipeTo(writable);
  // Two have room on the way, and the third waits for it.
  await turnsUntil(() => handleOf(to.push).pendingSends === 1, "the write that waits");
  await turns(50);
  const left: string[] = [];
  for (const [frame] of from.pull.drain()) left.push(frame.text());
  assertEquals(left, ["3", "4", "5", "6", "7", "8", "9"]);
  for (let i = 0; i < 3; i++) assertEquals(await received(to.pull), [`${i}`]);
  from.pull.close();
  await soon(piping);
});

Deno.test("what was written while another write waits keeps its order", async () => {
  using sockets = await pipeline(1);
  const { push, pull } = sockets;
  const writer = push.toWritableStream().getWriter();
  const writes = Array.from({ length: 50 }, (_, i) => writer.write(`${i}`));
  for (let i = 0; i < 50; i++) assertEquals(await received(pull), [`${i}`]);
  await soon(Promise.all(writes));
});

Deno.test("reading and writing go on where a tick's budget was used up", async () => {
  using sockets = await pipeline();
  const writer = sockets.push.toWritableStream().getWriter();
  const reader = sockets.pull.toReadableStream().getReader();
  useUpBudget();
  await soon(writer.write("later"));
  useUpBudget();
  assertEquals(await read(reader), ["later"]);
});

// Ends.

Deno.test("cancelling ends a read that waits, which swallows no message", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const reader = pull.toReadableStream().getReader();
  const reading = reader.read();
  await turn();
  await soon(reader.cancel());
  assertEquals(await soon(reading), { value: undefined, done: true });
  await push.send("kept");
  assertEquals(await received(pull), ["kept"]);
});

Deno.test("cancelling leaves what wasn't read to the socket, and to its next stream", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const text of ["a", "b", "c", "d"]) await push.send(text);
  const first = pull.toReadableStream().getReader();
  assertEquals(await read(first), ["a"]);
  await first.cancel("enough");
  assertEquals(await received(pull), ["b"]);
  const second = pull.toReadableStream().getReader();
  assertEquals(await read(second), ["c"]);
  await second.cancel();
  assertEquals(await received(pull), ["d"]);
});

Deno.test("leaving a loop over a stream cancels it, and leaves the rest to the socket", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const text of ["a", "b", "c"]) await push.send(text);
  for await (const message of pull.toReadableStream()) {
    assertEquals(texts(message), ["a"]);
    break;
  }
  assertEquals([await received(pull), await received(pull)], [["b"], ["c"]]);
});

Deno.test("cancelling one stream of a socket leaves the others alone", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const [one, other] = [pull.toReadableStream().getReader(), pull.toReadableStream().getReader()];
  const ending = one.read();
  const lasting = other.read();
  await one.cancel();
  assertEquals((await soon(ending)).done, true);
  await push.send("for the other");
  assertEquals(texts((await soon(lasting)).value!), ["for the other"]);
});

Deno.test("closing the socket ends its streams, those that are being read and those that aren't", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const [one, other] = [pull.toReadableStream().getReader(), pull.toReadableStream().getReader()];
  const reading = one.read();
  await turn();
  await push.send("x");
  assertEquals(texts((await soon(reading)).value!), ["x"]);
  const waiting = one.read();
  await turn();
  pull.close();
  assertEquals(await soon(waiting), { value: undefined, done: true });
  assertEquals(await soon(other.read()), { value: undefined, done: true });
  await soon(one.closed);
  await soon(other.closed);
});

Deno.test("closing a stream that was written to waits for its writes, and leaves the socket open", async () => {
  using sockets = await pipeline(1);
  const { push, pull } = sockets;
  const writer = push.toWritableStream().getWriter();
  const writes = ["a", "b", "c"].map((text) => writer.write(text));
  const closing = writer.close();
  await turn();
  assert(await pending(closing));
  for (const text of ["a", "b", "c"]) assertEquals(await received(pull), [text]);
  await soon(closing);
  await Promise.all(writes);
  await push.send("after");
  assertEquals(await received(pull), ["after"]);
});

Deno.test("aborting drops the message that waits and those behind it, and leaves the socket open", async () => {
  using sockets = await pipeline(1);
  const { push, pull } = sockets;
  const writer = push.toWritableStream().getWriter();
  await writer.write("a");
  await writer.write("b");
  const waiting = writer.write("waits");
  const behind = writer.write("behind it");
  await turn();
  const reason = new Error("my reason");
  const ends = [waiting, behind, writer.closed].map((end) => end.catch((error) => error));
  await soon(writer.abort(reason));
  for (const end of ends) assert(await soon(end) === reason);
  assertEquals([await received(pull), await received(pull)], [["a"], ["b"]]);
  await push.send("after");
  assertEquals(await received(pull), ["after"]);
});

// That's the standard's: a pipe that is aborted still writes what it has read.
Deno.test("aborting a pipe sends the message that waits, and leaves both sockets open", async () => {
  using from = await pipeline();
  using to = await pipeline(1);
  const stop = new AbortController();
  for (const text of ["a", "b", "waits", "kept"]) await from.push.send(text);
  const piping = from.pull.toReadableStream().pipeTo(to.push.toWritableStream(), {
    signal: stop.signal,
  });
  await turnsUntil(() => handleOf(to.push).pendingSends === 1, "the message that waits");
  stop.abort(new Error("enough"));
  await turns(50);
  assert(await pending(piping));
  for (const text of ["a", "b", "waits"]) assertEquals(await received(to.pull), [text]);
  await rejects(soon(piping), { message: "enough" });
  assertEquals(await received(from.pull), ["kept"]);
  await to.push.send("after");
  assertEquals(await received(to.pull), ["after"]);
});

// Errors.

Deno.test("a write that waits fails when the socket is closed, and so does every later one", async () => {
  using sockets = await pipeline(1);
  const { push } = sockets;
  const writer = push.toWritableStream().getWriter();
  await writer.write("a");
  await writer.write("b");
  const closed = rejects(soon(writer.closed), { name: "ZmqError", code: "EBADF" });
  const waiting = writer.write("c");
  await turn();
  push.close();
  await rejects(soon(waiting), { name: "ZmqError", code: "EBADF" });
  await rejects(soon(writer.write("d")), { code: "EBADF" });
  await closed;
});

Deno.test("a write after the socket was closed fails", async () => {
  using sockets = await pipeline();
  const writer = sockets.push.toWritableStream().getWriter();
  writer.closed.catch(() => {});
  sockets.push.close();
  await rejects(soon(writer.write("x")), { name: "ZmqError", code: "EBADF" });
});

Deno.test("a closed socket returns no streams", () => {
  const pair = new Pair();
  pair.close();
  const refused = { name: "ZmqError", code: "EBADF" };
  throws(() => pair.toReadableStream(), refused);
  throws(() => pair.toWritableStream(), refused);
  throws(() => pair.toReadableByteStream(), refused);
  throws(() => pair.toWritableByteStream(), refused);
});

Deno.test("libzmq's errors are the stream's, and the socket stays as it was", async () => {
  using request = new Request();
  const reader = request.toReadableStream().getReader();
  await rejects(soon(reader.read()), { name: "ZmqError", code: "EFSM" });
  await rejects(soon(reader.closed), { code: "EFSM" });
  using router = new Router({ mandatory: true });
  await router.bind(freshAddress("inproc"));
  const writer = router.toWritableStream().getWriter();
  const closed = rejects(soon(writer.closed), { code: "EHOSTUNREACH" });
  await rejects(soon(writer.write(["nobody", "x"])), { name: "ZmqError", code: "EHOSTUNREACH" });
  await closed;
  assertEquals([request.closed, router.closed], [false, false]);
});

Deno.test("a receiveTimeout ends a stream with EAGAIN, a sendTimeout too, and the next streams go on", async () => {
  using sockets = await pipeline(1);
  const { push, pull } = sockets;
  pull.receiveTimeout = 10;
  await rejects(soon(pull.toReadableStream().getReader().read()), { code: "EAGAIN" });
  pull.receiveTimeout = -1;
  push.sendTimeout = 10;
  const writer = push.toWritableStream().getWriter();
  writer.closed.catch(() => {});
  for (const text of ["a", "b"]) await writer.write(text);
  await rejects(soon(writer.write("c")), { code: "EAGAIN" });
  assertEquals(await read(pull.toReadableStream().getReader()), ["a"]);
  await soon(push.toWritableStream().getWriter().write("d"));
  assertEquals([await received(pull), await received(pull)], [["b"], ["d"]]);
});

Deno.test("a chunk that is no message is the stream's error, and nothing of it is sent", async () => {
  for (const chunk of [undefined, {}, [], ["text", undefined], () => {}] as never[]) {
    using sockets = await pipeline();
    const { push, pull } = sockets;
    const writer = push.toWritableStream().getWriter();
    writer.closed.catch(() => {});
    await rejects(soon(writer.write(chunk)), { name: "TypeError" });
    await rejects(soon(writer.write("later")), { name: "TypeError" });
    assertEquals(pull.tryReceive(), undefined);
    await push.send("after");
    assertEquals(await received(pull), ["after"]);
  }
});

Deno.test("only what a socket can do is there as a stream", () => {
  const has = (prototype: object, name: string) => name in prototype;
  for (const { prototype } of [Pull, Subscriber]) {
    assert(has(prototype, "toReadableStream") && has(prototype, "toReadableByteStream"));
    assert(!has(prototype, "toWritableStream") && !has(prototype, "toWritableByteStream"));
  }
  assert(!has(Push.prototype, "toReadableStream") && !has(Push.prototype, "toReadableByteStream"));
  for (const { prototype } of [Pair, Stream]) {
    assert(has(prototype, "toReadableStream") && has(prototype, "toWritableStream"));
  }
});
