/** What bounds the bytes that libzmq reads: their typed array itself, and nothing that a program has defined on it. */

import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import type { Pull, Push } from "../../mod.ts";
import { pipeline } from "./support.ts";

const OTHER = { configurable: true, value: 1000 };

/** What an array may say of itself that isn't so, by what it is. */
const MISLEADING: Record<string, (bytes: Uint8Array<ArrayBuffer>) => void> = {
  "a byteLength": (bytes) => Object.defineProperty(bytes, "byteLength", OTHER),
  "a length": (bytes) => Object.defineProperty(bytes, "length", OTHER),
  "a prototype": (bytes) =>
    Object.setPrototypeOf(bytes, Object.create(Uint8Array.prototype, { length: OTHER })),
};

/** Sends it in each way, often enough for its address to be remembered, and returns each part that arrives. */
async function passOften({ push, pull }: { push: Push; pull: Pull }, bytes: Uint8Array) {
  const arrived: string[] = [];
  const take = () => arrived.push(...pull.receiveSync().map(String));
  for (let i = 0; i < 40; i++) {
    push.trySend(bytes);
    take();
    push.sendSync(bytes);
    take();
    push.sendSync(["", bytes].slice(1));
    take();
  }
  await push.send(bytes);
  take();
  return new Set(arrived);
}

for (const [what, mislead] of Object.entries(MISLEADING)) {
  Deno.test(`what lay behind a buffer was sent where its array had ${what} of its own`, async () => {
    using sockets = await pipeline();
    const bytes = Uint8Array.of(97, 98, 99);
    mislead(bytes);
    assertEquals(await passOften(sockets, bytes), new Set(["abc"]));
  });
}

for (const name of ["byteLength", "length"]) {
  Deno.test(`what lay behind a buffer was sent where all typed arrays had another ${name}`, async () => {
    using sockets = await pipeline();
    const prototype = Object.getPrototypeOf(Uint8Array.prototype);
    const { push, pull } = sockets;
    const bytes = Uint8Array.of(97, 98, 99);
    const before = Object.getOwnPropertyDescriptor(prototype, name)!;
    const lengths: number[] = [];
    Object.defineProperty(prototype, name, OTHER);
    try {
      for (let i = 0; i < 40; i++) push.trySend(bytes);
      push.trySend(["x", bytes]);
    } finally {
      Object.defineProperty(prototype, name, before);
    }
    for (const message of pull.drain()) lengths.push(...message.map((frame) => frame.length));
    assertEquals(lengths, [...Array(40).fill(3), 1, 3]);
  });
}

Deno.test("an array that has a buffer and an offset of its own is sent as the bytes that it shows", async () => {
  using sockets = await pipeline();
  const bytes = Uint8Array.of(0, 97, 98, 99).subarray(1);
  Object.defineProperty(bytes, "buffer", { value: new ArrayBuffer(1000) });
  Object.defineProperty(bytes, "byteOffset", OTHER);
  assertEquals(await passOften(sockets, bytes), new Set(["abc"]));
});

Deno.test("a getter that transferred its buffer in the middle of a send ended the process", async () => {
  using sockets = await pipeline();
  class Transfers extends Uint8Array<ArrayBuffer> {
    override get byteLength(): number {
      this.buffer.transfer();
      return 64;
    }
  }
  for (let i = 0; i < 40; i++) sockets.push.trySend(new Transfers(new ArrayBuffer(64)));
  for (const [frame] of sockets.pull.drain()) assertEquals(frame.length, 64);
});

Deno.test("a buffer that was transferred after many sends went out from freed memory where its array had a length of its own", async () => {
  using sockets = await pipeline();
  const bytes = new Uint8Array(64);
  Object.defineProperty(bytes, "length", { value: 64 });
  const { push, pull } = sockets;
  for (let i = 0; i < 40; i++) push.trySend(bytes);
  bytes.buffer.transfer(0);
  push.trySend(bytes);
  assertEquals([...pull.drain()].map(([frame]) => frame.length), [...Array(40).fill(64), 0]);
});

Deno.test("an array of parts that says two things of its length is sent as it was first read, or not at all", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const parts = (...lengths: number[]) =>
    new Proxy(["a", "b", "c"], {
      get: (target, key) => key === "length" ? lengths.shift() : Reflect.get(target, key),
    });
  push.trySend(parts(2, 3));
  throws(() => push.trySend(parts(0, 3)), { name: "TypeError", message: /at least one part/ });
  throws(() => push.trySend(parts(4)), { name: "TypeError" });
  assertEquals([...pull.drain()].map((message) => message.map(String)), [["a", "b"]]);
});
