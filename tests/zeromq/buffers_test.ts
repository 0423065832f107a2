import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { freshAddress } from "../util.ts";
import { run } from "../program.ts";
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
