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

Deno.test("transferring the first frame of all leaves the next ones alone", async () => {
  const said = await outputOf(`
    ${PAIR}
    const [first, second, third] = ["first", "second", "third"].map(next);
    structuredClone(second.buffer, { transfer: [second.buffer] });
    console.log(first.text(), second.length, third.text());
  `);
  assertEquals(said, "first 0 third");
});

Deno.test("a thread that never waits for its event loop still gets frames that share buffers", async () => {
  const said = await outputOf(`
    ${PAIR}
    const frames = Array.from({ length: 600 }, (_, i) => next(String(i)));
    const whole = frames.every((frame, i) => frame.text() === String(i));
    console.log(whole, frames[598].buffer === frames[599].buffer);
    try {
      structuredClone(null, { transfer: [frames[599].buffer] });
    } catch {
      console.log("refused");
    }
  `);
  assertEquals(said, "true true\nrefused");
});

Deno.test("once some dozens have come and the event loop had its turn, frames share buffers", async () => {
  const said = await outputOf(`
    ${PAIR}
    for (let i = 0; i < 32; i++) next("before");
    await new Promise((resolve) => setTimeout(resolve));
    const [first, second] = ["first", "second"].map(next);
    console.log(first.buffer === second.buffer);
  `);
  assertEquals(said, "true");
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
