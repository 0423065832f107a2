import "../security/support.ts";
import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { loadLibrary } from "../../ffi/load.ts";
import { z85Decode, z85Encode } from "../../security/mod.ts";

// Opened here: a table bound within a test would be its leak to the sanitizers.
const native = loadLibrary().open({
  // char *zmq_z85_encode(char *dest, const uint8_t *data, size_t size)
  zmq_z85_encode: { parameters: ["buffer", "buffer", "usize"], result: "pointer" },
  // uint8_t *zmq_z85_decode(uint8_t *dest, const char *string)
  zmq_z85_decode: { parameters: ["buffer", "buffer"], result: "pointer" },
});

function nativeEncode(bytes: Uint8Array<ArrayBuffer>): string {
  const text = new Uint8Array(bytes.length / 4 * 5 + 1);
  assert(native.zmq_z85_encode(text, bytes, BigInt(bytes.length)) !== null);
  return new TextDecoder().decode(text.subarray(0, -1));
}

function nativeDecode(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.ceil(text.length / 5) * 4);
  const pointer = native.zmq_z85_decode(bytes, new TextEncoder().encode(`${text}\0`));
  return pointer === null ? null : bytes;
}

Deno.test("Z85: random bytes of many lengths come out as libzmq has them, and back", () => {
  for (let length = 4; length <= 256; length += 4) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    const text = z85Encode(bytes);
    assertEquals(text, nativeEncode(bytes));
    assertEquals(z85Decode(text), bytes);
    assertEquals(nativeDecode(text), bytes);
  }
});

Deno.test("Z85: nothing, zeros, ones, and the part of a larger buffer", () => {
  assertEquals(z85Encode(new Uint8Array(0)), "");
  assertEquals(z85Decode(""), new Uint8Array(0));
  assertEquals(z85Encode(new Uint8Array(4)), "00000");
  const ones = new Uint8Array(12).fill(255).subarray(5, 9);
  assertEquals(z85Encode(ones), nativeEncode(new Uint8Array(ones)));
  assertEquals(z85Decode(z85Encode(ones)), new Uint8Array(ones));
});

Deno.test("Z85: every character is taken as libzmq takes it, and no other", () => {
  for (let code = 1; code < 256; code++) {
    const text = `0000${String.fromCharCode(code)}`;
    let ours: Uint8Array | null = null;
    try {
      ours = z85Decode(text);
    } catch (error) {
      assert(error instanceof TypeError);
    }
    assertEquals(ours, code < 128 ? nativeDecode(text) : null, text);
  }
});

Deno.test("Z85: five characters that stand for more than 32 bits are refused", () => {
  const largest = z85Encode(new Uint8Array(4).fill(255));
  const next = largest.slice(0, -1) + "1";
  assertEquals(nativeDecode(next), null);
  for (const text of [next, "#####"]) throws(() => z85Decode(text), { name: "TypeError" });
});

Deno.test("Z85: wrong lengths and types are TypeErrors, which don't show what was given", () => {
  for (const length of [1, 2, 3, 5, 31]) {
    throws(() => z85Encode(new Uint8Array(length)), {
      name: "TypeError",
      message: /multiple of 4/,
    });
  }
  for (const wrong of ["x", null, undefined, 5, [1, 2, 3, 4], new ArrayBuffer(4)] as never[]) {
    throws(() => z85Encode(wrong), { name: "TypeError" });
  }
  for (const wrong of ["secret", "secret-é-x", null, undefined, 5, new Uint8Array(5)] as never[]) {
    throws(() => z85Decode(wrong), (error: Error) => {
      return error instanceof TypeError && !Deno.inspect(error).includes("secret-é");
    });
  }
});
