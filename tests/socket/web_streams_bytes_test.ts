/** Messages as Web streams of bytes: files and processes, one's own buffers, the end marker, and errors. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { freshAddress, join, withFolder } from "../util.ts";
import { eachTransport, pattern, pending, pipeline, received, sameBytes } from "./support.ts";
import { held, soon, turn } from "../waiting.ts";

const encoder = new TextEncoder();
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

for (const over of eachTransport()) {
  Deno.test(over(
    "a file goes through sockets into another, to the last byte",
    (address) =>
      withFolder(async (folder) => {
        const bytes = pattern(3_000_001);
        await Deno.writeFile(`${folder}/original`, bytes);
        using push = new Push();
        using pull = new Pull();
        await join(pull, push, address);
        const original = await Deno.open(`${folder}/original`);
        const copy = await Deno.create(`${folder}/copy`);
        const sent = original.readable.pipeTo(push.toWritableByteStream({ endMarker: true }));
        await soon(pull.toReadableByteStream({ endMarker: true }).pipeTo(copy.writable));
        await soon(sent);
        assert(sameBytes(await Deno.readFile(`${folder}/copy`), bytes));
        assertEquals([push.closed, pull.closed], [false, false]);
      }),
  ));
}

Deno.test("a process can have its input from one socket, and its output sent by another", async () => {
  using input = await pipeline();
  using output = await pipeline();
  const child = new Deno.Command("sort", { stdin: "piped", stdout: "piped" }).spawn();
  const feeding = input.pull.toReadableByteStream({ endMarker: true }).pipeTo(child.stdin);
  const sending = child.stdout.pipeTo(output.push.toWritableByteStream({ endMarker: true }));
  for (const line of ["pear\n", "apple\n", "plum\n", ""]) await input.push.send(line);
  const sorted = new Response(output.pull.toReadableByteStream({ endMarker: true })).text();
  assertEquals(await soon(sorted), "apple\npear\nplum\n");
  await soon(Promise.all([feeding, sending]));
  assertEquals((await child.status).success, true);
});

Deno.test("each message is one chunk, cut as it was sent", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const reader = pull.toReadableByteStream().getReader();
  for (const size of [1, 33, 34, 4096, 4097, 8192, 1_000_000, 5]) {
    await push.send(pattern(size, size));
    const { value } = await soon(reader.read());
    assert(value instanceof Uint8Array);
    assert(sameBytes(value, pattern(size, size)), `${size}`);
  }
});

Deno.test("each chunk is one message, of the bytes that the view shows", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const writer = push.toWritableByteStream().getWriter();
  const bytes = pattern(10_000);
  for (const [from, to] of [[0, 1], [5, 38], [5, 39], [1000, 10_000], [9999, 10_000]]) {
    await soon(writer.write(bytes.subarray(from, to)));
    const [frame, ...more] = await soon(pull.receive());
    assert(sameBytes(frame, bytes.subarray(from, to)) && more.length === 0);
  }
});

Deno.test("a chunk that was read is the reader's own: its buffer can be given away", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const name of ["before", "chunk", "after"]) await push.send(name);
  const [before] = await soon(pull.receive());
  const { value } = await soon(pull.toReadableByteStream().getReader().read());
  const [after] = await soon(pull.receive());
  const moved = structuredClone(value!.buffer, { transfer: [value!.buffer] });
  assertEquals(text(new Uint8Array(moved)), "chunk");
  assertEquals([before.text(), after.text()], ["before", "after"]);
});

Deno.test("no message is taken ahead of a read", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const name of ["a", "b", "c", "d"]) await push.send(name);
  const reader = pull.toReadableByteStream().getReader();
  await turn();
  assertEquals(await received(pull), ["a"]);
  assertEquals(text((await soon(reader.read())).value), "b");
  await turn();
  assertEquals(await received(pull), ["c"]);
  assertEquals(text((await soon(reader.read())).value), "d");
});

Deno.test("a write waits at the high-water mark, with a copy of its bytes", async () => {
  using sockets = await pipeline(1);
  const { push, pull } = sockets;
  const writer = push.toWritableByteStream().getWriter();
  for (const name of ["a", "b"]) await soon(writer.write(encoder.encode(name)));
  const bytes = encoder.encode("c");
  const waiting = writer.write(bytes);
  await turn();
  assert(await pending(waiting));
  bytes.fill(0);
  for (const name of ["a", "b", "c"]) assertEquals(await received(pull), [name]);
  await soon(waiting);
});

Deno.test("bytes can be decoded and decompressed on their way", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const story = "grüße ".repeat(20_000);
  const sent = new Response(story).body!
    .pipeThrough(new CompressionStream("gzip"))
    .pipeTo(push.toWritableByteStream({ endMarker: true }));
  const decompressed = pull.toReadableByteStream({ endMarker: true })
    .pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(new TextDecoderStream());
  assertEquals((await soon(Array.fromAsync(decompressed))).join(""), story);
  await soon(sent);
});

// One's own buffers.

Deno.test("a reader's own buffer is filled, and what doesn't fit comes with the next reads", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  await push.send(pattern(250));
  await push.send("next");
  const reader = pull.toReadableByteStream().getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(100);
  for (const [from, to] of [[0, 100], [100, 200], [200, 250]]) {
    const { value, done } = await soon(reader.read(new Uint8Array(buffer)));
    assertEquals(done, false);
    assert(sameBytes(value!, pattern(250).subarray(from, to)), `${from}`);
    buffer = value!.buffer;
    assertEquals(buffer.byteLength, 100);
  }
  assertEquals(await received(pull), ["next"]);
});

Deno.test("several reads at once into buffers of one's own are served in order", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const reader = pull.toReadableByteStream().getReader({ mode: "byob" });
  const reads = [10, 3, 10, 10].map((size) => reader.read(new Uint8Array(size)));
  for (const name of ["one", "second", "third"]) await push.send(name);
  const results = await soon(Promise.all(reads));
  assertEquals(results.map(({ value }) => text(value)), ["one", "sec", "ond", "third"]);
  assertEquals(results.map(({ done }) => done), [false, false, false, false]);
});

Deno.test("a read that asks for a minimum waits for as many messages as that takes", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const reader = pull.toReadableByteStream().getReader({ mode: "byob" });
  const reading = reader.read(new Uint8Array(20), { min: 10 });
  for (const name of ["four", "five5", "sixsix"]) {
    assert(await pending(reading));
    await push.send(name);
    await turn();
  }
  assertEquals(text((await soon(reading)).value), "fourfive5sixsix");
});

Deno.test("a read into words takes whole ones, and leaves the rest for later", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const reader = pull.toReadableByteStream().getReader({ mode: "byob" });
  await push.send(new Uint8Array([1, 2, 3]));
  const words = await soon(reader.read(new Uint16Array(8)));
  assertEquals([...new Uint8Array(words.value!.buffer, 0, words.value!.byteLength)], [1, 2]);
  const rest = await soon(reader.read(new Uint8Array(8)));
  assertEquals([...rest.value!], [3]);
});

Deno.test("the end returns a reader's own buffer, empty", async () => {
  for (const [endMarker, how] of [[true, "marker"], [false, "close"]] as const) {
    using sockets = await pipeline();
    const { push, pull } = sockets;
    const reader = pull.toReadableByteStream({ endMarker }).getReader({ mode: "byob" });
    const reads = [reader.read(new Uint8Array(7)), reader.read(new Uint8Array(9))];
    await turn();
    if (how === "marker") await push.send("");
    else pull.close();
    const results = await soon(Promise.all(reads));
    assertEquals(results.map(({ done, value }) => [done, value!.length]), [[true, 0], [true, 0]]);
    assertEquals(results.map(({ value }) => value!.buffer.byteLength), [7, 9]);
    await soon(reader.closed);
  }
});

Deno.test("cancelling ends a read into a buffer of one's own, which swallows no message", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const reader = pull.toReadableByteStream().getReader({ mode: "byob" });
  const reading = reader.read(new Uint8Array(10));
  await turn();
  await soon(reader.cancel());
  assertEquals((await soon(reading)).done, true);
  await push.send("kept");
  assertEquals(await received(pull), ["kept"]);
});

// The end, and empty messages.

Deno.test("aborting a stream whose end marker waits for a peer takes that back", async () => {
  using push = new Push();
  const address = await push.bind(freshAddress("inproc"));
  const writer = push.toWritableByteStream({ endMarker: true }).getWriter();
  const closed = held(writer.close());
  await turn();
  const reason = new Error("enough");
  held(writer.abort(reason));
  await rejects(soon(closed), reason);
  using pull = new Pull();
  pull.connect(address);
  await push.send("next");
  assertEquals(await received(pull), ["next"]);
});

Deno.test("an end marker ends the stream, and leaves what comes behind it to the socket", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const name of ["a", "b", "", "behind"]) await push.send(name);
  const chunks = await soon(Array.fromAsync(pull.toReadableByteStream({ endMarker: true })));
  assertEquals(chunks.map(text), ["a", "b"]);
  assertEquals(await received(pull), ["behind"]);
});

Deno.test("without an end marker, empty messages are passed over", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const name of ["", "a", "", "", "b"]) await push.send(name);
  const reader = pull.toReadableByteStream().getReader();
  for (const name of ["a", "b"]) assertEquals(text((await soon(reader.read())).value), name);
  const last = reader.read();
  await turn();
  assert(await pending(last));
  pull.close();
  assertEquals((await soon(last)).done, true);
});

Deno.test("closing sends the end marker where there is to be one, behind all else", async () => {
  for (const endMarker of [true, false]) {
    using sockets = await pipeline(1);
    const { push, pull } = sockets;
    const writer = push.toWritableByteStream({ endMarker }).getWriter();
    const writes = ["a", "b", "c"].map((name) => writer.write(encoder.encode(name)));
    const closing = writer.close();
    for (const name of ["a", "b", "c"]) assertEquals(await received(pull), [name]);
    if (endMarker) assertEquals(await received(pull), [""]);
    await soon(closing);
    await Promise.all(writes);
    await push.send("after");
    assertEquals(await received(pull), ["after"]);
  }
});

Deno.test("empty chunks aren't sent, since they would be the end", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const writer = push.toWritableByteStream({ endMarker: true }).getWriter();
  for (const name of ["", "a", "", "b"]) await soon(writer.write(encoder.encode(name)));
  assertEquals([await received(pull), await received(pull)], [["a"], ["b"]]);
  assertEquals(pull.tryReceive(), undefined);
});

Deno.test("aborting sends no end marker, so that what was cut short doesn't look whole", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const writer = push.toWritableByteStream({ endMarker: true }).getWriter();
  await writer.write(encoder.encode("part"));
  const closed = rejects(writer.closed, { message: "cut short" });
  await soon(writer.abort(new Error("cut short")));
  await closed;
  await push.send("after");
  assertEquals([await received(pull), await received(pull)], [["part"], ["after"]]);
});

Deno.test("aborting drops the chunk that waits, and leaves the socket open", async () => {
  using sockets = await pipeline(1);
  const { push, pull } = sockets;
  const writer = push.toWritableByteStream().getWriter();
  for (const name of ["a", "b"]) await writer.write(encoder.encode(name));
  const waiting = writer.write(encoder.encode("dropped"));
  await turn();
  const ends = [waiting, writer.closed].map((end) => end.catch(({ message }) => message));
  await soon(writer.abort(new Error("my reason")));
  assertEquals(await soon(Promise.all(ends)), ["my reason", "my reason"]);
  await received(pull);
  await push.send("after");
  assertEquals([await received(pull), await received(pull)], [["b"], ["after"]]);
});

// Errors.

Deno.test("a message of several frames is a TypeError of the stream, and goes with it", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  for (const mode of [undefined, "byob"] as const) {
    await push.send(["several", "frames"]);
    await push.send("after");
    const stream = pull.toReadableByteStream();
    const reading = mode === undefined
      ? stream.getReader().read()
      : stream.getReader({ mode }).read(new Uint8Array(10));
    await rejects(soon<unknown>(reading), { name: "TypeError", message: /one frame/ });
    assertEquals(await received(pull), ["after"]);
  }
});

Deno.test("a chunk that isn't a Uint8Array is a TypeError of the stream, and isn't sent", async () => {
  for (const chunk of ["text", 5, null, undefined, new ArrayBuffer(2), new Uint16Array(2), []]) {
    using sockets = await pipeline();
    const { push, pull } = sockets;
    const writer = push.toWritableByteStream().getWriter();
    writer.closed.catch(() => {});
    await rejects(soon(writer.write(chunk as never)), { name: "TypeError" });
    await push.send("after");
    assertEquals(await received(pull), ["after"]);
  }
});

Deno.test("a receiveTimeout is an error of the stream", async () => {
  using pull = new Pull({ receiveTimeout: 5 });
  for (const mode of [undefined, "byob"] as const) {
    const stream = pull.toReadableByteStream();
    const reading = mode === undefined
      ? stream.getReader().read()
      : stream.getReader({ mode }).read(new Uint8Array(10));
    await rejects(soon<unknown>(reading), { name: "ZmqError", code: "EAGAIN" });
  }
});

Deno.test("a write that waits fails when its socket is closed", async () => {
  using sockets = await pipeline(1);
  const { push } = sockets;
  const writer = push.toWritableByteStream({ endMarker: true }).getWriter();
  writer.closed.catch(() => {});
  for (const name of ["a", "b"]) await writer.write(encoder.encode(name));
  const waiting = writer.write(encoder.encode("c"));
  await turn();
  push.close();
  await rejects(soon(waiting), { name: "ZmqError", code: "EBADF" });
});

Deno.test("an end marker that isn't a boolean was taken for one", () => {
  using pull = new Pull();
  using push = new Push();
  const refused = { name: "TypeError", message: "The option endMarker must be a boolean" };
  for (const endMarker of ["no", 0, null] as never[]) {
    throws(() => pull.toReadableByteStream({ endMarker }), refused);
    throws(() => push.toWritableByteStream({ endMarker }), refused);
  }
  for (const wrong of [5, "x", { endmarker: true }, null] as never[]) {
    throws(() => pull.toReadableByteStream(wrong), { name: "TypeError" });
    throws(() => push.toWritableByteStream(wrong), { name: "TypeError" });
  }
});
