import "../util.ts";
import "../fds.ts";
import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { bindExtra, libc } from "../../ffi/libc.ts";
import {
  allocate,
  byteLengthOf,
  copyOfBytes,
  cString,
  PinnedBuffer,
  toCString,
  usize,
} from "../../ffi/memory.ts";
import { graphOf } from "../graph.ts";
import { run } from "../program.ts";

Deno.test("a size is the same number as a BigInt, in the table and beyond", () => {
  for (const size of [0, 1, 4095, 4096, 4097, 65536, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1]) {
    assertEquals(usize(size), BigInt(size));
  }
});

Deno.test("a pinned buffer's address is that of its bytes, in both directions", () => {
  const kept = new PinnedBuffer(16);
  assertEquals([kept.bytes.length, kept.words.length], [16, 4]);
  libc().memcpy_out(kept.pointer, new Uint8Array([1, 2, 3, 4]), 4n);
  assertEquals([...kept.bytes.subarray(0, 5)], [1, 2, 3, 4, 0]);
  kept.words[1] = 0x01010101;
  const copy = new Uint8Array(8);
  libc().memcpy(copy, kept.pointer, 8n);
  assertEquals([...copy], [1, 2, 3, 4, 1, 1, 1, 1]);
});

Deno.test("a pinned buffer's size is rounded up to whole words", () => {
  assertEquals([0, 1, 7, 8, 9, 64].map((size) => new PinnedBuffer(size).bytes.length), [
    0,
    8,
    8,
    8,
    16,
    64,
  ]);
});

Deno.test("a pinned buffer's address stays valid while the collector is at work", async () => {
  const outcome = await run(
    `import { PinnedBuffer } from "$ROOT/ffi/memory.ts";
    import { libc } from "$ROOT/ffi/libc.ts";

    // V8 keeps arrays of up to 64 bytes in its heap, where they move, until their buffer is asked for.
    const kept = [8, 64, 100, 5000].map((size) => new PinnedBuffer(size));
    const text = new TextEncoder().encode("in place");
    for (let turn = 0; turn < 50; turn++) {
      let waste = [];
      for (let i = 0; i < 2000; i++) waste.push(new Uint8Array(i % 200), { i });
      gc();
      gc({ type: "minor" });
      for (const { bytes, pointer } of kept) {
        bytes.fill(0);
        libc().memcpy_out(pointer, text, 8n);
        if (String(bytes.subarray(0, 8)) !== String(text)) throw new Error("it has moved");
      }
    }
    console.log("stayed");`,
    { flags: ["--allow-ffi", "--v8-flags=--expose-gc"] },
  );
  assertEquals(outcome, { code: 0, signal: null, stdout: "stayed\n", stderr: "" });
});

// No run has ever shown it, and V8 decides: so the sources are read.
Deno.test("a terminated worker's reports were read into a function's own buffer, of which only the address was used", async () => {
  const root = new URL("../../", import.meta.url);
  const faults: string[] = [];
  let buffers = 0;
  for (const { specifier } of await graphOf(new URL("mod.ts", root))) {
    if (!specifier.startsWith(root.href)) continue;
    const source = await Deno.readTextFile(new URL(specifier));
    for (
      const [start, indent, name] of source.matchAll(/^( +)const (\w+) = new PinnedBuffer\(.*$/gm)
    ) {
      buffers++;
      const rest = source.slice(source.indexOf(start));
      const scope = rest.slice(0, rest.indexOf(`\n${indent.slice(2)}}`));
      const read = new RegExp(`\\b${name}\\.(bytes|words)\\b|\\} = ${name};`);
      if (!read.test(scope)) faults.push(`${specifier.slice(root.href.length)}: ${start.trim()}`);
    }
  }
  assert(buffers > 0, "nothing is found any more by this test");
  assertEquals(faults, []);
});

Deno.test("text becomes a C string and comes back, whatever its characters", () => {
  for (const text of ["", "tcp://127.0.0.1:5555", "größe ❤ 𝄞", "\ufeffa byte order mark"]) {
    const bytes = toCString(text, "It");
    assertEquals(bytes.at(-1), 0);
    const memory = allocate(bytes.length);
    libc().memcpy_out(memory, bytes, BigInt(bytes.length));
    assertEquals(cString(memory), text);
    libc().free(memory);
  }
});

Deno.test("text with a NUL is refused, since C would cut it there", () => {
  throws(() => toCString("tcp://a\0b", "An address"), (error) => {
    assert(error instanceof TypeError);
    assertEquals(error.message, "An address must not contain a NUL character");
    return true;
  });
});

Deno.test("a null pointer is the empty string", () => {
  assertEquals(cString(null), "");
});

Deno.test("from 16,384 bytes on, a copy is made of shown memory", () => {
  const memory = allocate(16384);
  const made = (size: number) => copyOfBytes(memory, size, Uint8Array)?.length;
  assertEquals([made(16383), made(16384)], [undefined, 16384]);
  libc().free(memory);
});

Deno.test("memory that isn't to be had is a RangeError", () => {
  throws(() => allocate(2 ** 53 - 1), RangeError);
});

Deno.test({
  name:
    "after much was received in large blocks, the C library has the next ones from its own heap",
  ignore: Deno.build.os !== "linux" || !isGlibc(),
  fn: async () => {
    // The word before a block has a bit that tells that it was mapped, and will be unmapped.
    const program = `
      import { libc } from "$ROOT/ffi/libc.ts";
      import { countBlock } from "$ROOT/ffi/memory.ts";

      for (let i = 0; i < 20; i++) countBlock(BYTES);
      const block = libc().malloc(1_000_000n);
      const before = Deno.UnsafePointer.create(Deno.UnsafePointer.value(block) - 8n);
      const size = new Deno.UnsafePointerView(before).getBigUint64();
      console.log((size & 2n) === 0n ? "from the heap" : "mapped");`;
    const origin = async (bytes: number, env = {}) =>
      (await run(program.replace("BYTES", String(bytes)), { flags: ["-A"], env })).stdout.trim();
    assertEquals(await origin(1000), "mapped");
    assertEquals(await origin(1_000_000), "from the heap");
    // Who says what to keep ends the learning.
    assertEquals(await origin(1_000_000, { MALLOC_TRIM_THRESHOLD_: "131072" }), "mapped");
  },
});

/** Whether the C library is glibc: others don't learn. */
function isGlibc(): boolean {
  try {
    bindExtra({ gnu_get_libc_version: { parameters: [], result: "pointer" } });
    return true;
  } catch {
    return false;
  }
}

Deno.test("the number of an array's bytes is its own, whatever a program has defined on it, and nothing else has one", () => {
  class Misleading extends Uint16Array {
    override get byteLength(): number {
      return 1000;
    }
  }
  const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
  for (const [array, bytes] of [[new Misleading(3), 6], [new Uint8Array(buffer, 2), 6]] as const) {
    assertEquals(byteLengthOf(array as never), bytes);
  }
  const view = new Uint8Array(buffer, 2);
  buffer.resize(16);
  assertEquals(byteLengthOf(view), 14);
  buffer.resize(1);
  assertEquals(byteLengthOf(view), 0);
  buffer.transfer();
  assertEquals(byteLengthOf(view), 0);
  const others = [new Proxy(view, {}), new DataView(new ArrayBuffer(8)), { byteLength: 4 }, [1]];
  for (const other of others) {
    throws(() => byteLengthOf(Object.setPrototypeOf(other, Uint8Array.prototype)), {
      name: "TypeError",
    });
  }
});
