/** What frames need is loaded when the first socket opens, and in the background: programs that look before. */

import { strictEqual as assertEquals } from "node:assert/strict";
import { run } from "../program.ts";

async function outputOf(source: string): Promise<string> {
  const { stdout, stderr } = await run(source);
  return stdout.trim() || stderr;
}

Deno.test("a Frame made before any socket has a Buffer's methods", async () => {
  const said = await outputOf(`
    import { Frame } from "$MOD";
    const { buffer } = new TextEncoder().encode("hello");
    const frame = new Frame(buffer, 1, 3);
    console.log(frame.toHex(), frame.length, frame.text());
  `);
  assertEquals(said, "656c6c 3 ell");
});

const PAIR = `
  import { Pair } from "$MOD";
  using a = new Pair();
  a.bindSync("inproc://a");
  using b = new Pair();
  b.connect("inproc://a");
  const next = (text) => {
    a.sendSync(text);
    return b.receiveSync()[0];
  };
`;

Deno.test("the first frames of a program could be transferred, and later ones couldn't", async () => {
  const said = await outputOf(`
    ${PAIR}
    const [first, second, third] = ["first", "second", "third"].map(next);
    for (const transfer of [
      () => structuredClone(second.buffer, { transfer: [second.buffer] }),
      () => second.buffer.transfer(),
    ]) {
      try {
        transfer();
      } catch (error) {
        console.log(error instanceof Error);
      }
    }
    console.log(first.text(), second.text(), third.text(), first.buffer === third.buffer);
    console.log(new TextDecoder().decode(structuredClone(second)));
  `);
  assertEquals(said, "true\ntrue\nfirst second third true\nsecond");
});

Deno.test("a thread that never waits for its event loop gets frames that can't be transferred, however many", async () => {
  const said = await outputOf(`
    ${PAIR}
    const text = "x".repeat(4000);
    const frames = Array.from({ length: 200 }, (_, i) => next(i + text));
    console.log(frames.every((frame, i) => frame.text() === i + text));
    const buffers = new Set(frames.map(({ buffer }) => buffer));
    let refused = 0;
    for (const buffer of buffers) {
      try {
        structuredClone(null, { transfer: [buffer] });
      } catch {
        refused++;
      }
    }
    console.log(buffers.size < 50, refused === buffers.size);
  `);
  assertEquals(said, "true\ntrue true");
});

Deno.test("a receive that needed the second slab once got the message of one that a microtask made meanwhile", async () => {
  const said = await outputOf(`
    ${PAIR}
    const { buffer } = next("0");
    for (let end = 0; end < buffer.byteLength - 16;) end = next("0").byteOffset;
    a.sendSync("1");
    a.sendSync("2");
    let later;
    // Not in a microtask, within which no other runs.
    await new Promise((resolve) => setTimeout(() => {
      queueMicrotask(() => later = b.receiveSync()[0]);
      const [first] = b.receiveSync();
      console.log(first.buffer !== buffer, first.text());
      resolve();
    }));
    console.log(later.text());
  `);
  assertEquals(said, "true 1\n2");
});

Deno.test("where no page of WebAssembly memory can be had, the first frames come all the same", async () => {
  const said = await outputOf(`
    WebAssembly.Memory = class {
      constructor() {
        throw new RangeError("no memory");
      }
    };
    ${PAIR}
    const [first, second] = ["first", "second"].map(next);
    first.buffer.transfer();
    console.log(first.length, second.text());
  `);
  assertEquals(said, "0 second");
});

Deno.test("a first message doesn't use Buffer, which takes milliseconds to load", async () => {
  const said = await outputOf(`
    let used = false;
    Object.defineProperty(globalThis, "Buffer", { get: () => used = true });
    const { Pair } = await import("$MOD");
    using a = new Pair();
    a.bindSync("inproc://a");
    using b = new Pair();
    b.connect("inproc://a");
    await a.send("first");
    console.log((await b.receive())[0].text(), used);
  `);
  assertEquals(said, "first false");
});
