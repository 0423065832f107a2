/** What ZMTP's conversations consist of, right or wrong: greetings, frames, commands and their properties. */

import type { Random } from "./random.ts";

const TEXT = new TextEncoder();
/** Its length. */
export const GREETING = 64;
/** Flags. */
export const [MORE, LONG, COMMAND] = [1, 2, 4] as const;
const MECHANISMS = ["NULL", "PLAIN", "CURVE", "GSSAPI", "null", "", "X".repeat(20)];
const NAMES = [
  "READY",
  "ERROR",
  "HELLO",
  "WELCOME",
  "INITIATE",
  "MESSAGE",
  "SUBSCRIBE",
  "CANCEL",
  "JOIN",
  "LEAVE",
  "\0",
  "",
  "Z".repeat(255),
];
const PROPERTIES = ["Socket-Type", "Identity", "Resource", "X-Own", "", "Y".repeat(255)];
const TYPES = [
  "PUSH",
  "PULL",
  "PUB",
  "SUB",
  "XPUB",
  "REQ",
  "REP",
  "DEALER",
  "ROUTER",
  "CLIENT",
  "RADIO",
  "",
];

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function some(
  random: Random,
  most: number,
  make: (random: Random) => Uint8Array,
): Uint8Array[] {
  return Array.from({ length: 1 + random.size(most - 1) }, () => make(random));
}

export function greeting(random: Random): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(GREETING);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = random.pick([0, 1, 2, 3, 3, 3, 4, 255]);
  bytes[11] = random.pick([0, 0, 1, 255]);
  bytes.set(TEXT.encode(random.pick(MECHANISMS)), 12);
  bytes[32] = random.pick([0, 1, 2, 255]);
  if (random.chance(0.3)) bytes[random.below(GREETING)] = random.below(256);
  return bytes.slice(0, random.chance(0.8) ? GREETING : random.below(GREETING));
}

/** A frame with these flags, whose length is true. */
export function framed(flags: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  if (body.length < 256) return joined(Uint8Array.of(flags & ~LONG, body.length), body);
  const head = new Uint8Array(9);
  head[0] = flags | LONG;
  new DataView(head.buffer).setBigUint64(1, BigInt(body.length));
  return joined(head, body);
}

export function frame(random: Random): Uint8Array<ArrayBuffer> {
  return framed(random.pick([0, 0, MORE, MORE, 8, 0xf8]), random.bytes(random.size(5000)));
}

export function command(random: Random): Uint8Array<ArrayBuffer> {
  const flags = random.chance(0.8) ? COMMAND : random.below(256) & ~LONG;
  return framed(flags, commandBody(random));
}

/** Its name, and properties or bytes. */
export function commandBody(random: Random): Uint8Array<ArrayBuffer> {
  const name = TEXT.encode(random.pick(NAMES));
  const parts = random.chance(0.6)
    ? some(random, 5, property)
    : [random.bytes(random.pick([0, 1, 32, 104, 192, 194, 256]))];
  return joined(Uint8Array.of(name.length), name, ...parts);
}

/** A property of a command: mostly as it should be, but for the length of its value. */
export function property(random: Random): Uint8Array<ArrayBuffer> {
  const name = TEXT.encode(random.pick(PROPERTIES));
  // Never a name as libzmq gives them out: those are five bytes of which the first is 0.
  const value = random.chance(0.5)
    ? TEXT.encode(random.pick(TYPES))
    : joined(Uint8Array.of(1), random.bytes(random.size(300)));
  const length = random.chance(0.7) ? value.length : random.below(2 ** 31);
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, length);
  return joined(Uint8Array.of(name.length), name, head, value);
}

/** The head of a frame that says more, or less, than what follows. */
export function forged(random: Random): Uint8Array<ArrayBuffer> {
  if (random.chance(0.3)) return Uint8Array.of(random.below(8) & ~LONG, random.below(256));
  const head = new Uint8Array(9);
  head[0] = LONG | random.pick([0, MORE, COMMAND]);
  new DataView(head.buffer).setBigUint64(
    1,
    random.pick([
      0n,
      1n,
      255n,
      2n ** 31n - 1n,
      2n ** 31n,
      2n ** 32n,
      2n ** 63n - 1n,
      2n ** 63n,
      2n ** 64n - 1n,
    ]),
  );
  return head;
}
