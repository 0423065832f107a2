/** The boxes that CURVE is made of: X25519, XSalsa20 and Poly1305, as NaCl's `crypto_box` has them. Only for tests. */

import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";

type Bytes = Uint8Array<ArrayBuffer>;

/** What stands before a key of 32 bytes in its DER. */
const SECRET_DER = hex("302e020100300506032b656e04220420");
const PUBLIC_DER = hex("302a300506032b656e032100");
const SIGMA = wordsOf(new TextEncoder().encode("expand 32-byte k"));
const [KEY, TAG, BLOCK] = [32, 16, 64];

function hex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g)!, (one) => parseInt(one, 16));
}

/** A secret key, or a new one, of which a public one can be had. */
export class SecretKey {
  readonly #key: KeyObject;

  constructor(bytes: Uint8Array = crypto.getRandomValues(new Uint8Array(KEY))) {
    const der = new Uint8Array([...SECRET_DER, ...bytes]);
    this.#key = createPrivateKey({
      key: der as unknown as string,
      format: "der",
      type: "pkcs8",
    });
  }

  publicBytes(): Bytes {
    const der = createPublicKey(this.#key as unknown as string).export({
      format: "der",
      type: "spki",
    });
    return new Uint8Array(der).slice(-KEY);
  }

  /** What this key and another's public one have in common (`crypto_box_beforenm`). */
  sharedWith(publicBytes: Uint8Array): Box {
    const der = new Uint8Array([...PUBLIC_DER, ...publicBytes]);
    const publicKey = createPublicKey({
      key: der as unknown as string,
      format: "der",
      type: "spki",
    });
    const shared = new Uint8Array(diffieHellman({ privateKey: this.#key, publicKey }));
    return new Box(hashed(wordsOf(shared), new Uint32Array(4)));
  }
}

/** Closes boxes that only the two who share the key can open. */
export class Box {
  readonly #key: Uint32Array;

  constructor(key: Uint32Array) {
    this.#key = key;
  }

  /** Returns the tag and the content that is hidden (`crypto_box_afternm` without its zeros). The nonce has 24 bytes. */
  seal(nonce: Uint8Array, content: Uint8Array): Bytes {
    const [key, hidden] = this.#changed(nonce, content);
    return new Uint8Array([...authenticated(key, hidden), ...hidden]);
  }

  /** Returns the content, and throws where the tag is another box's (`crypto_box_open_afternm`). */
  open(nonce: Uint8Array, sealed: Uint8Array): Bytes {
    const [tag, hidden] = [sealed.subarray(0, TAG), sealed.subarray(TAG)];
    const [key, content] = this.#changed(nonce, hidden);
    if (authenticated(key, hidden).some((one, at) => one !== tag[at])) {
      throw new Error("The box is another one");
    }
    return content;
  }

  /** Hides what is open and the other way round, and returns the key of the tag before it. */
  #changed(nonce: Uint8Array, content: Uint8Array): [key: Bytes, changed: Bytes] {
    const words = wordsOf(nonce);
    const key = hashed(this.#key, words.subarray(0, 4));
    const padded = new Uint8Array(KEY + content.length);
    padded.set(content, KEY);
    const input = Uint32Array.of(words[4], words[5], 0, 0);
    for (let at = 0; at < padded.length; at += BLOCK, input[2]++) {
      const stream = bytesOf(mixed(key, input, true));
      const end = Math.min(padded.length, at + BLOCK);
      for (let i = at; i < end; i++) padded[i] ^= stream[i - at];
    }
    return [padded.slice(0, KEY), padded.slice(KEY)];
  }
}

/** HSalsa20. */
function hashed(key: Uint32Array, input: Uint32Array): Uint32Array {
  const out = mixed(key, input, false);
  return Uint32Array.of(out[0], out[5], out[10], out[15], out[6], out[7], out[8], out[9]);
}

/** The core of Salsa20; `added` is its last step. */
function mixed(key: Uint32Array, input: Uint32Array, added: boolean): Uint32Array {
  const start = new Uint32Array(16);
  for (let i = 0; i < 4; i++) start[i * 5] = SIGMA[i];
  start.set(key.subarray(0, 4), 1);
  start.set(input, 6);
  start.set(key.subarray(4, 8), 11);
  const x = start.slice();
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 4; i++) {
      quarter(x, i * 5, (i * 5 + 4) & 15, (i * 5 + 8) & 15, (i * 5 + 12) & 15);
    }
    for (let i = 0; i < 4; i++) {
      const row = i * 4;
      quarter(x, row + i, row + ((i + 1) & 3), row + ((i + 2) & 3), row + ((i + 3) & 3));
    }
  }
  if (added) { for (let i = 0; i < 16; i++) x[i] += start[i]; }
  return x;
}

function quarter(x: Uint32Array, a: number, b: number, c: number, d: number): void {
  x[b] ^= turned(x[a] + x[d], 7);
  x[c] ^= turned(x[b] + x[a], 9);
  x[d] ^= turned(x[c] + x[b], 13);
  x[a] ^= turned(x[d] + x[c], 18);
}

const turned = (sum: number, by: number) => sum << by | sum >>> (32 - by);

/** Poly1305. */
function authenticated(key: Uint8Array, bytes: Uint8Array): Bytes {
  const prime = (1n << 130n) - 5n;
  const r = numberOf(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < bytes.length; at += 16) {
    const part = bytes.subarray(at, at + 16);
    sum = (sum + numberOf(part) + (1n << BigInt(part.length * 8))) * r % prime;
  }
  sum += numberOf(key.subarray(16));
  const out = new Uint8Array(TAG);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, sum & (1n << 64n) - 1n, true);
  view.setBigUint64(8, sum >> 64n & (1n << 64n) - 1n, true);
  return out;
}

/** Of up to 16 bytes, the least first. */
function numberOf(bytes: Uint8Array): bigint {
  const whole = new Uint8Array(16);
  whole.set(bytes);
  const view = new DataView(whole.buffer);
  return view.getBigUint64(8, true) << 64n | view.getBigUint64(0, true);
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(at * 4, true));
}

function bytesOf(words: Uint32Array): Bytes {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of words.entries()) view.setUint32(at * 4, word, true);
  return bytes;
}
