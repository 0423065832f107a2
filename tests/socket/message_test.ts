import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type MessagePart, Pull, Push } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { pipeline, received, receivedMany, sameBytes } from "./support.ts";
import { soon } from "../waiting.ts";

const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const bytes = Uint8Array.from({ length: 24 }, (_, i) => 200 + i);
const shared = new SharedArrayBuffer(24);
new Uint8Array(shared).set(bytes);
const resizable = new ArrayBuffer(24, { maxByteLength: 64 });
new Uint8Array(resizable).set(bytes);

/** Every kind of part, with the bytes that are to arrive. */
const PARTS: Record<string, [part: MessagePart, bytes: number[]]> = {
  "ASCII text": ["hello", utf8("hello")],
  "text of all lengths in UTF-8": ["aäア🎉\0z", utf8("aäア🎉\0z")],
  "text with a byte order mark": ["\uFEFFa", [0xef, 0xbb, 0xbf, 97]],
  "a lone surrogate": ["a\ud800b", [97, 0xef, 0xbf, 0xbd, 98]],
  "a lone surrogate at the end": ["a\udc00", [97, 0xef, 0xbf, 0xbd]],
  "2048 characters of three bytes": ["ア".repeat(2048), utf8("ア".repeat(2048))],
  "2049 characters of three bytes": ["ア".repeat(2049), utf8("ア".repeat(2049))],
  "a long text with lone surrogates": ["\ud800".repeat(3000), utf8("\ufffd".repeat(3000))],
  "empty text": ["", []],
  "a Buffer": [Buffer.from("böse"), utf8("böse")],
  "a part of a Buffer": [Buffer.from(bytes).subarray(3, 7), [203, 204, 205, 206]],
  "an empty Uint8Array": [new Uint8Array(0), []],
  "a Uint8Array": [bytes, [...bytes]],
  "a part of a Uint8Array": [bytes.subarray(20), [220, 221, 222, 223]],
  "a Uint8ClampedArray": [new Uint8ClampedArray([1, 255]), [1, 255]],
  "an Int8Array": [new Int8Array([1, -1]), [1, 255]],
  "a Uint16Array": [new Uint16Array(bytes.buffer, 2, 2), [202, 203, 204, 205]],
  "an Int16Array": [new Int16Array(bytes.buffer, 2, 1), [202, 203]],
  "a Uint32Array": [new Uint32Array(bytes.buffer, 4, 1), [204, 205, 206, 207]],
  "an Int32Array": [new Int32Array(bytes.buffer, 4, 1), [204, 205, 206, 207]],
  "a Float32Array": [new Float32Array(bytes.buffer, 8, 1), [208, 209, 210, 211]],
  "a Float64Array": [new Float64Array(bytes.buffer, 16), [...bytes.subarray(16)]],
  "a BigInt64Array": [new BigInt64Array(bytes.buffer, 16, 1), [...bytes.subarray(16)]],
  "a BigUint64Array": [new BigUint64Array(bytes.buffer, 8, 1), [...bytes.subarray(8, 16)]],
  "a DataView": [new DataView(bytes.buffer), [...bytes]],
  "a DataView of a part": [new DataView(bytes.buffer, 5, 3), [205, 206, 207]],
  "an ArrayBuffer": [bytes.buffer, [...bytes]],
  "an empty ArrayBuffer": [new ArrayBuffer(0), []],
  "an empty view at the end of its buffer": [new DataView(bytes.buffer, 24), []],
  "an empty Float64Array": [new Float64Array(bytes.buffer, 24), []],
  "a resizable ArrayBuffer": [resizable, [...bytes]],
  "a view of a resizable ArrayBuffer": [new Uint8Array(resizable, 22), [222, 223]],
  "a SharedArrayBuffer": [shared, [...bytes]],
  "a view of a SharedArrayBuffer": [new Uint8Array(shared, 3, 4), [203, 204, 205, 206]],
  "a DataView of a SharedArrayBuffer": [new DataView(shared, 22), [222, 223]],
  "null": [null, []],
  "zero": [0, utf8("0")],
  "a negative fraction": [-1.5, utf8("-1.5")],
  "not a number": [NaN, utf8("NaN")],
  "true": [true, utf8("true")],
  "false": [false, utf8("false")],
  "a bigint": [-12345678901234567890n, utf8("-12345678901234567890")],
};

for (const [kind, [part, expected]] of Object.entries(PARTS)) {
  Deno.test(`${kind}: arrives as its bytes, alone and among others, however it's sent`, async () => {
    using sockets = await pipeline();
    const { push, pull } = sockets;
    await push.send(part);
    await push.send([part]);
    await push.send(["before", part, "after"]);
    assert(push.trySend(part));
    push.sendSync(part);
    for (let i = 0; i < 5; i++) {
      const message = await soon(pull.receive());
      assertEquals(message.length, i === 2 ? 3 : 1);
      assertEquals([...message[i === 2 ? 1 : 0]], expected);
    }
  });
}

Deno.test("every kind of part arrives as its bytes also after waiting", async () => {
  using push = new Push();
  using pull = new Pull();
  const all = Object.values(PARTS);
  const sent = all.flatMap(([part]) => [push.send(part), push.send([part, part])]);
  await join(pull, push, freshAddress("inproc"));
  await soon(Promise.all(sent));
  for (const [, expected] of all) {
    const [alone] = await soon(pull.receive());
    assertEquals([...alone], expected);
    const two = await soon(pull.receive());
    assertEquals(two.map((frame) => [...frame]), [expected, expected]);
  }
});

Deno.test("all kinds of parts go into one message", async () => {
  using sockets = await pipeline();
  const all = Object.values(PARTS);
  await sockets.push.send(all.map(([part]) => part));
  const message = await soon(sockets.pull.receive());
  assertEquals(message.map((frame) => [...frame]), all.map(([, expected]) => expected));
});

Deno.test("a received message can be sent on as it is", async () => {
  using sockets = await pipeline();
  using next = await pipeline();
  await sockets.push.send(["one", "", new Uint8Array(5000).fill(7)]);
  await next.push.send(await sockets.pull.receive());
  const [one, empty, large] = await soon(next.pull.receive());
  assertEquals([one.text(), empty.length], ["one", 0]);
  assert(sameBytes(large, new Uint8Array(5000).fill(7)));
});

/** A view whose buffer was transferred. */
function transferred<V extends ArrayBufferView>(view: V): V {
  structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
  return view;
}

/** A view that lies outside its buffer, which was made smaller. */
function cutOff<V extends ArrayBufferView>(View: new (buffer: ArrayBuffer, at: number) => V): V {
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
  const view = new View(buffer, 8);
  buffer.resize(4);
  return view;
}

/** What no message consists of. */
const ILLEGAL: Record<string, unknown> = {
  "bytes whose buffer was transferred": transferred(new Uint8Array(5)),
  "a view whose buffer was transferred": transferred(new DataView(new ArrayBuffer(5))),
  "a buffer that was transferred": transferred(new Uint8Array(5)).buffer,
  "bytes whose buffer was transferred behind a legal part": [
    "hello",
    transferred(new Uint8Array(5)),
  ],
  "bytes whose buffer was resized": cutOff(Uint8Array),
  "numbers whose buffer was resized": cutOff(Float64Array),
  "a view whose buffer was resized": cutOff(DataView),
  "undefined": undefined,
  "a function": () => "text",
  "a symbol": Symbol("text"),
  "a plain object": { text: "hello" },
  "a String object": new String("hello"),
  "a Date": new Date(),
  "a Map": new Map(),
  "a Promise": Promise.resolve("hello"),
  "an empty array": [],
  "an array within an array": [["hello"]],
  "an empty array within an array": [[]],
  "an array with a hole": new Array(1),
  "undefined behind a legal part": ["hello", undefined],
  "a symbol behind a legal part": ["hello", Symbol("text")],
  "a plain object behind many legal parts": [...new Array(50).fill("hello"), {}],
  "an array within an array behind a legal part": ["hello", ["hello"]],
};

for (const [kind, message] of Object.entries(ILLEGAL)) {
  Deno.test(`${kind}: refused at once, and nothing of it is sent`, async () => {
    using sockets = await pipeline();
    const { push, pull } = sockets;
    const refused = {
      name: "TypeError",
      message: /^A message (consists of|has at least one)|its buffer was (transferred|resized)/,
    };
    await rejects(push.send(message as never), refused);
    throws(() => push.trySend(message as never), refused);
    throws(() => push.sendSync(message as never), refused);
    await push.send("legal");
    assertEquals(await received(pull), ["legal"]);
    assertEquals(pull.tryReceive(), undefined);
  });
}

Deno.test("a plain object's refusal says how it could be sent", async () => {
  using sockets = await pipeline();
  await rejects(sockets.push.send({} as never), { message: /JSON\.stringify/ });
});

Deno.test("a promise's refusal says that it has to be awaited", () => {
  using push = new Push();
  throws(() => push.trySend(Promise.resolve("x") as never), { message: /a promise: await it/ });
});

Deno.test("what isn't a message is refused also while others wait", async () => {
  using push = new Push();
  using pull = new Pull();
  const waiting = push.send("waits");
  await rejects(push.send(["hello", undefined] as never), { name: "TypeError" });
  throws(() => push.trySend({} as never), { name: "TypeError" });
  await join(pull, push, freshAddress("inproc"));
  await soon(waiting);
  assertEquals(await received(pull), ["waits"]);
  assertEquals(pull.tryReceive(), undefined);
});

Deno.test("a part that fails while it's read fails the send, and nothing is sent", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const parts = ["first", "second"];
  Object.defineProperty(parts, 1, {
    get: () => {
      throw new Error("no such part");
    },
  });
  await rejects(push.send(parts), { message: "no such part" });
  await push.send("next");
  assertEquals(await received(pull), ["next"]);
});

Deno.test("a message that waits is independent of its buffers", async () => {
  using push = new Push();
  using pull = new Pull();
  const alone = new Uint8Array([1, 2, 3]);
  const buffer = new ArrayBuffer(2);
  const ofShared = new SharedArrayBuffer(2);
  const view = new Int16Array([0x0101]);
  const sent = [push.send(alone), push.send([alone, buffer, new DataView(ofShared), view])];
  for (const changed of [alone, new Uint8Array(buffer), new Uint8Array(ofShared), view]) {
    changed.fill(99);
  }
  await join(pull, push, freshAddress("inproc"));
  await soon(Promise.all(sent));
  assertEquals([...(await soon(pull.receive()))[0]], [1, 2, 3]);
  const message = await soon(pull.receive());
  assertEquals(message.map((frame) => [...frame]), [[1, 2, 3], [0, 0], [0, 0], [1, 1]]);
});

Deno.test("a buffer may be used again as soon as its message was sent", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffer = new Uint8Array(100);
  for (let i = 0; i < 50; i++) {
    buffer.fill(i);
    await push.send(buffer);
  }
  for (let i = 0; i < 50; i++) {
    const [frame] = await soon(pull.receive());
    assert(sameBytes(frame, new Uint8Array(100).fill(i)));
  }
});

Deno.test("a text that follows another isn't mixed up with it", async () => {
  using sockets = await pipeline();
  const texts = ["long ".repeat(100), "short", "", "ä", "long again ".repeat(300)];
  for (const text of texts) await sockets.push.send(text);
  await sockets.push.send(texts);
  assertEquals(await receivedMany(sockets.pull, 5), texts);
  assertEquals(await received(sockets.pull), texts);
});
