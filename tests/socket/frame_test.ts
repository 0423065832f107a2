import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { inspect } from "node:util";
import { Frame, Pull, Push } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { pattern, sameBytes } from "./support.ts";
import { soon } from "../waiting.ts";
import { run } from "../program.ts";

/** Sends parts through a socket, and returns them as they were received. */
async function framesOf(...parts: (string | Uint8Array)[]): Promise<Frame[]> {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  await push.send(parts);
  return await soon(pull.receive());
}

async function frameOf(part: string | Uint8Array): Promise<Frame> {
  return (await framesOf(part))[0];
}

for (const size of [3, 33, 34, 4096, 4097]) {
  Deno.test(`a frame of ${size} bytes is a Frame and a Uint8Array`, async () => {
    const frame = await frameOf(new Uint8Array(size).fill(1));
    assert(frame instanceof Frame);
    assert(frame instanceof Uint8Array);
    assert(!(frame instanceof Buffer));
    assert(ArrayBuffer.isView(frame));
    assertEquals([frame.length, frame.byteLength, frame.BYTES_PER_ELEMENT], [size, size, 1]);
  });
}

Deno.test("a frame's text is what was sent as text", async () => {
  for (const text of ["", "hello", "äア🎉", "\uFEFFmarked", "x".repeat(10_000), "nul\0s"]) {
    const frame = await frameOf(text);
    assertEquals(frame.text(), text);
    assertEquals(String(frame), text);
  }
});

Deno.test("what isn't UTF-8 reads as U+FFFD", async () => {
  assertEquals((await frameOf(new Uint8Array([97, 255, 98]))).text(), "a\ufffdb");
});

Deno.test("a frame's JSON is parsed", async () => {
  const value = { a: [1, "ä", null], b: { c: true } };
  assertEquals((await frameOf(JSON.stringify(value))).json(), value);
  assertEquals((await frameOf("\uFEFF[1]")).json(), [1]);
  const broken = await frameOf("{");
  throws(() => broken.json(), { name: "SyntaxError" });
  const empty = await frameOf("");
  throws(() => empty.json(), { name: "SyntaxError" });
});

Deno.test("a frame's toString reads all of it as UTF-8, and names what reads other encodings and parts", async () => {
  const frame = await frameOf("häi");
  assertEquals(
    [frame.toString(), frame.toString("utf8"), frame.toString("utf-8")],
    Array(3).fill("häi"),
  );
  for (const encoding of ["hex", "base64", "latin1", 16, null]) {
    throws(() => frame.toString(encoding as never), {
      name: "TypeError",
      message: /toHex\(\).*toBase64\(\).*Buffer\.from\(frame\)/,
    });
  }
  throws(() => frame.toString("utf8", 1 as never), { name: "TypeError", message: /subarray/ });
});

Deno.test("a frame's text takes no encoding, and names what reads others", async () => {
  const frame = await frameOf("hi");
  throws(() => Reflect.apply(frame.text, frame, ["latin1"]), {
    name: "TypeError",
    message: /text reads UTF-8, not latin1.*Buffer\.from\(frame\)/,
  });
});

Deno.test("a large frame that was released is printed as one", async () => {
  const frame = await frameOf("x".repeat(5000));
  frame.release();
  assertEquals([Deno.inspect(frame), inspect(frame)], Array(2).fill("Frame (released)"));
});

Deno.test("a frame is printed with its length and its text, or its bytes if they aren't UTF-8", async () => {
  const printed = async (part: string | Uint8Array) => Deno.inspect(await frameOf(part));
  assertEquals(await printed("hello"), 'Frame(5) "hello"');
  assertEquals(await printed('say "ä"\n'), 'Frame(9) "say \\"ä\\"\\n"');
  assertEquals(await printed(""), 'Frame(0) ""');
  assertEquals(await printed(new Uint8Array([255, 0, 18])), "Frame(3) <ff 00 12>");
  assertEquals(await printed("é".repeat(60)), `Frame(120) "${"é".repeat(50)}"…`);
  assertEquals(await printed("x" + "é".repeat(60)), `Frame(121) "x${"é".repeat(49)}"…`);
  assertEquals(inspect(await frameOf("node")), 'Frame(4) "node"');
});

Deno.test("parts of a frame show its bytes", async () => {
  const [, frame] = await framesOf("a neighbour", "0123456789");
  assertEquals(String(frame.subarray(2, 5)), "234");
  frame.subarray(2, 5).fill(120);
  assertEquals(frame.text(), "01xxx56789");
});

Deno.test("a slice of a frame is a copy with a buffer of its own", async () => {
  const [, frame] = await framesOf("a neighbour", "0123456789");
  const copy = frame.slice(-2);
  copy.fill(120);
  assertEquals([frame.text(), copy.text(), copy.buffer.byteLength], ["0123456789", "xx", 2]);
});

Deno.test("a Uint8Array's methods work on a frame", async () => {
  const frame = await frameOf(new Uint8Array([3, 1, 2]));
  assertEquals([...frame], [3, 1, 2]);
  assertEquals(frame.at(-1), 2);
  assertEquals([...frame.map((byte) => byte * 2)], [6, 2, 4]);
  assertEquals([...frame.filter((byte) => byte > 1)], [3, 2]);
  assertEquals(frame.reduce((sum, byte) => sum + byte), 6);
  assertEquals([...new Uint8Array(frame).sort()], [1, 2, 3]);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  assertEquals(view.getUint8(1), 1);
});

Deno.test("a frame can be written to, and its neighbours stay as they are", async () => {
  const frames = await framesOf("first", "second", "", "third", "x".repeat(40), "y".repeat(40));
  frames[1].fill(33);
  frames[4].fill(34);
  assertEquals(frames.map((frame) => frame.text()), [
    "first",
    "!!!!!!",
    "",
    "third",
    '"'.repeat(40),
    "y".repeat(40),
  ]);
});

Deno.test("frames that are kept aren't overwritten by later ones", async () => {
  using push = new Push({ sendHighWaterMark: 0 });
  using pull = new Pull({ receiveHighWaterMark: 0 });
  await join(pull, push, freshAddress("inproc"));
  const sizeOf = (i: number) => [0, 1, 5, 8, 31, 33, 34, 60, 200, 1500, 4096, 4097][i % 12];
  const kept: Frame[] = [];
  for (let i = 0; i < 6000; i += 3) {
    await push.send([0, 1, 2].map((j) => pattern(sizeOf(i + j), i + j)));
    if (i % 2 === 0) kept.push(...await soon(pull.receive()));
  }
  while (kept.length < 6000) kept.push(...await soon(pull.receive()));
  // Half was taken at once, the other half later: both in the order in which they were sent.
  for (let i = 0; i < 6000; i++) assert(sameBytes(kept[i], pattern(sizeOf(i), i)), `frame ${i}`);
});

/** Receives so many frames that the next ones share buffers. */
async function manyFrames(): Promise<void> {
  await framesOf(...Array(300).fill("a frame"));
}

for (const size of [5, 33, 34, 4096]) {
  Deno.test(`the buffer of a frame of ${size} bytes can't be transferred`, async () => {
    await manyFrames();
    const frames = await framesOf("first", new Uint8Array(size).fill(9), "third");
    const { buffer } = frames[1];
    const { port1, port2 } = new MessageChannel();
    const refused = (error: Error) => ["TypeError", "DataCloneError"].includes(error.name);
    throws(() => structuredClone(frames[1], { transfer: [buffer] }), refused);
    throws(() => port1.postMessage(buffer, [buffer]), refused);
    throws(() => buffer.transfer(), refused);
    port1.close();
    port2.close();
    assertEquals([frames[0].text(), frames[2].text()], ["first", "third"]);
    assert(sameBytes(frames[1], new Uint8Array(size).fill(9)));
  });
}

Deno.test("a large frame has a buffer of its own, which can be transferred", async () => {
  const frames = await framesOf("first", new Uint8Array(4097).fill(9), "third");
  const [, large] = frames;
  assertEquals([large.byteOffset, large.buffer.byteLength], [0, 4097]);
  const moved = structuredClone(large.buffer, { transfer: [large.buffer] });
  assert(sameBytes(new Uint8Array(moved), new Uint8Array(4097).fill(9)));
  assertEquals([frames[0].text(), large.length, frames[2].text()], ["first", 0, "third"]);
});

/** A program of its own: what V8 counts changes later where it's tidying up after a collection. */
async function mebibytesCounted(then: string): Promise<number> {
  const { stdout } = await run(
    `import { Pull, Push } from "$MOD";
    using pull = new Pull(), push = new Push();
    await pull.bind("inproc://large");
    push.connect("inproc://large");
    const parts = Array(16).fill(new Uint8Array(1 << 20));
    await push.send(parts);
    const before = Deno.memoryUsage().external;
    const frames = await pull.receive();
    ${then}
    console.log((Deno.memoryUsage().external - before) / (1 << 20));`,
    { flags: ["--allow-ffi"] },
  );
  return Math.round(Number(stdout));
}

Deno.test("large frames count once for the collector: what they were copied from ran it twice as often", async () => {
  assertEquals(await mebibytesCounted(""), 16);
});

Deno.test("a large frame that is released gives its memory back at once", async () => {
  assertEquals(await mebibytesCounted("for (const frame of frames) frame.release();"), 0);
});

for (const size of [5, 4096, 4097]) {
  Deno.test(`a frame of ${size} bytes that is released has lost its content, and its neighbours haven't`, async () => {
    await manyFrames();
    const frames = await framesOf("first", new Uint8Array(size).fill(9), "third");
    frames[1].release();
    assert(frames[1][0] !== 9 && frames[1][size - 1] !== 9);
    assertEquals([frames[0].text(), frames[2].text()], ["first", "third"]);
  });
}

Deno.test("a second release of a large frame, or of a part of it, threw: its buffer was gone", async () => {
  const [, frame] = await framesOf("first", new Uint8Array(10_000));
  const part = frame.subarray(5, 10);
  for (const one of [frame, frame, part]) one.release();
  assertEquals([frame.length, part.length], [0, 0]);
});

Deno.test("a part of a frame that is released leaves the rest", async () => {
  const [, frame] = await framesOf("first", new Uint8Array(10_000).fill(9));
  frame.subarray(0, 9_000).release();
  assertEquals([frame.indexOf(9), frame.length], [9_000, 10_000]);
});

Deno.test("a copied frame can be posted", async () => {
  const [, frame] = await framesOf("first", "second");
  const copy = structuredClone(frame.slice());
  assertEquals([copy.buffer.byteLength, new TextDecoder().decode(copy)], [6, "second"]);
});

Deno.test("a Frame can be made", () => {
  assertEquals(new Frame(3).toHex(), "000000");
  const { buffer } = new TextEncoder().encode("hello");
  assertEquals(new Frame(buffer, 1, 3).text(), "ell");
});
