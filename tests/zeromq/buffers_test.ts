import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { freshAddress } from "../util.ts";
import { run } from "../program.ts";
import { watched } from "../replacing.ts";
import { zmq } from "../../ffi/libzmq.ts";
import { handleOf } from "../../socket/handle.ts";
import { pipeline } from "../socket/support.ts";
import { takeBuffers } from "../../zeromq/buffers.ts";
import { withPairs } from "./support.ts";

const SIZES = [0, 1, 33, 34, 64, 65, 5000, 20_000, 100_000];

Deno.test("a received part is a true Buffer, alone in its memory", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    for (const size of SIZES) {
      await one.send(Buffer.alloc(size, 7));
      const [part] = await other.receive();
      assert(Buffer.isBuffer(part));
      assertEquals(Object.getPrototypeOf(part), Buffer.prototype);
      assertEquals([part.byteOffset, part.buffer.byteLength], [0, size]);
      assertEquals(part.equals(Buffer.alloc(size, 7)), true);
      assertEquals(structuredClone(part).length, size);
    }
  });
});

Deno.test("a received part isn't changed by what is received later", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    for (const size of SIZES) {
      for (let i = 0; i < 3; i++) {
        await one.send([Buffer.alloc(size, i), Buffer.alloc(size, 100 + i)]);
        await one.send(Buffer.alloc(size, 200 + i));
      }
      const parts: Buffer[] = [];
      for (let i = 0; i < 6; i++) parts.push(...await other.receive());
      const expected = [0, 100, 200, 1, 101, 201, 2, 102, 202];
      assertEquals(parts.map((part) => part.length), expected.map(() => size));
      parts.forEach((part, i) =>
        assert(part.every((byte) => byte === expected[i]), `${size}, ${i}`)
      );
      assertEquals(new Set(parts.map(({ buffer }) => buffer)).size, parts.length);
    }
  });
});

Deno.test("a part that is received with properties of its connection is alone in its memory", async () => {
  using sockets = await pipeline();
  const reader = { names: [], read() {}, attach() {} };
  // Before they're copied, they lie side by side in pages: 1,024 of this size in each.
  for (let i = 0; i < 2100; i++) {
    sockets.push.trySend(new Uint8Array(60));
    const [part] = takeBuffers(handleOf(sockets.pull).pointer, reader) as Buffer[];
    assertEquals([part.length, part.byteOffset, part.buffer.byteLength], [60, 0, 60]);
  }
});

Deno.test("what a large part has of libzmq's memory goes back as soon as it's received", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    for (const size of [34, 5000, 100_000]) {
      await one.send(Buffer.alloc(size));
      let closed = 0;
      using _ = watched(zmq(), "zmq_msg_close", () => void closed++);
      const received = other.receive();
      assertEquals([closed, (await received)[0].length], [1, size]);
    }
  });
});

Deno.test("where Buffer has no species, received parts are Buffers just as well", async () => {
  const { stdout, stderr } = await run(`
    import { Buffer } from "node:buffer";
    import { Pair } from "$ROOT/zeromq.ts";
    delete Buffer[Symbol.species];
    const one = new Pair({ linger: 0 });
    const other = new Pair({ linger: 0 });
    await one.bind("inproc://species");
    other.connect("inproc://species");
    for (const size of [16, 1000, 100_000]) {
      await one.send(Buffer.alloc(size, 7));
      const [part] = await other.receive();
      console.log(Object.getPrototypeOf(part) === Buffer.prototype, part.equals(Buffer.alloc(size, 7)));
      console.log(part.byteOffset, part.buffer.byteLength === size);
    }
    one.close();
    other.close();
  `);
  assertEquals([stdout, stderr], ["true true\n0 true\n".repeat(3), ""]);
});

Deno.test("a large part was copied behind its Buffer where a program had made Buffers shorter", async () => {
  const Short = function (): Buffer {
    return Reflect.construct(Uint8Array, [1], Buffer);
  };
  Short.prototype = Buffer.prototype;
  const before = Object.getOwnPropertyDescriptor(Buffer, Symbol.species);
  Object.defineProperty(Buffer, Symbol.species, { configurable: true, value: Short });
  try {
    // A copy of the module, which looks at the class again.
    const copy = "../../zeromq/buffers.ts?short";
    const { takeBuffers } = await import(copy);
    using sockets = await pipeline();
    sockets.push.trySend(new Uint8Array(5000));
    const { reason } = takeBuffers(handleOf(sockets.pull).pointer);
    assertEquals(reason.name, "RangeError");
  } finally {
    delete (Buffer as { [Symbol.species]?: unknown })[Symbol.species];
    if (before !== undefined) Object.defineProperty(Buffer, Symbol.species, before);
  }
});
