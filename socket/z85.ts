/** Z85: bytes as printable text, five characters for each four bytes. */

const ALPHABET =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/**
 * Bytes as Z85 text, five characters for each four bytes (`zmq_z85_encode`).
 *
 * @throws {TypeError} If it isn't a `Uint8Array`, or if its length isn't a multiple of four.
 *
 * @example There and back
 * ```ts
 * import { z85Decode, z85Encode } from "@deno-zmq/zmq/security";
 *
 * const text = z85Encode(new Uint8Array([1, 2, 3, 4]));
 * console.log(text, z85Decode(text));
 * ```
 */
export function z85Encode(bytes: Uint8Array): string {
  if (!(bytes instanceof Uint8Array) || bytes.length % 4 !== 0) {
    throw new TypeError("Z85 encodes a Uint8Array whose length is a multiple of 4");
  }
  let text = "";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += 4) {
    const value = view.getUint32(at);
    for (let unit = 85 ** 4; unit >= 1; unit /= 85) text += ALPHABET[Math.floor(value / unit) % 85];
  }
  return text;
}

/**
 * The bytes behind Z85 text (`zmq_z85_decode`).
 *
 * @throws {TypeError} If it isn't Z85: another length than a multiple of five, other characters, or five that mean more
 * than 32 bits. The error doesn't show the text, which may be a secret.
 */
export function z85Decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = typeof text === "string" ? decode(text) : undefined;
  if (bytes === undefined) {
    throw new TypeError("This isn't Z85: five of its 85 characters for each four bytes");
  }
  return bytes;
}

/** Returns a CURVE key as 32 bytes, from either of its two forms; `undefined` for what isn't a key. */
export function keyBytes(key: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (key instanceof Uint8Array) return key.length === 32 ? new Uint8Array(key) : undefined;
  return typeof key === "string" && key.length === 40 ? decode(key) : undefined;
}

function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 5 !== 0) return undefined;
  const view = new DataView(new ArrayBuffer(text.length / 5 * 4));
  for (let from = 0, to = 0; from < text.length; to += 4) {
    let value = 0;
    for (const end = from + 5; from < end; from++) {
      const digit = ALPHABET.indexOf(text[from]);
      if (digit < 0) return undefined;
      value = value * 85 + digit;
    }
    if (value > 0xffffffff) return undefined;
    view.setUint32(to, value);
  }
  return new Uint8Array(view.buffer);
}
