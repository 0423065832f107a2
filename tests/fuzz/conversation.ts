/**
 * What a fuzzed peer says on a connection: ZMTP 1.0 to 3.1, wrong in one way or another.
 *
 * Classes that end libzmq itself, or only use it up, are left out, whatever the seed: heartbeats to a receiver that is full
 * (the servers under test have no receive mark); names that libzmq has given out itself; more than a hundred
 * subscriptions or parts; a disconnect while a peer of an older protocol introduces itself; ws:// altogether.
 */

import type { Random } from "./random.ts";

/** What happens on a connection, one after the other. */
export type Step =
  | { write: Uint8Array<ArrayBuffer> }
  /** Milliseconds in which nothing is said. */
  | { pause: number };

/** What a peer that is in order says to the server: its bytes, in the order in which it says them. */
export type Recording = Uint8Array<ArrayBuffer>;

const TEXT = new TextEncoder();
const GREETING = 64;
const [MORE, LONG, COMMAND] = [1, 2, 4];
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

/** One of the ways below, each as often as the others. */
export function conversation(random: Random, recording: Recording): Step[] {
  return random.pick(WAYS)(random, recording);
}

type Way = (random: Random, recording: Recording) => Step[];

const WAYS: readonly Way[] = [
  function noise(random) {
    return [{ write: random.bytes(random.size(4096)) }];
  },
  function truncated(random, recording) {
    return [{ write: recording.slice(0, random.below(recording.length + 1)) }];
  },
  function changed(random, recording) {
    const bytes = recording.slice();
    for (let changes = 1 + random.size(8); changes > 0; changes--) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    return [{ write: bytes }];
  },
  function repeated(random, recording) {
    const [from, to] = [random.below(recording.length), random.below(recording.length + 1)];
    return [{ write: joined(recording, recording.slice(Math.min(from, to), Math.max(from, to))) }];
  },
  function slow(random, recording) {
    const steps: Step[] = [];
    for (let at = 0; at < recording.length && steps.length < 40;) {
      const length = 1 + random.size(16);
      steps.push({ write: recording.slice(at, at + length) }, { pause: random.size(4) });
      at += length;
    }
    return steps;
  },
  function halfOpen(random, recording) {
    return [{ write: recording.slice(0, random.below(GREETING + 1)) }, {
      pause: random.size(300),
    }];
  },
  function greetings(random) {
    return [{ write: joined(greeting(random), ...some(random, 4, command)) }];
  },
  function handshakes(random, recording) {
    const begun = recording.slice(0, GREETING);
    return [{ write: joined(begun, ...some(random, 6, command)) }];
  },
  function frames(random, recording) {
    return [{ write: joined(recording, ...some(random, 100, frame)) }];
  },
  function commands(random, recording) {
    return [{ write: joined(recording, ...some(random, 20, command)) }];
  },
  function forgedLengths(random, recording) {
    return [{ write: joined(recording, forged(random), random.bytes(random.size(2000))) }];
  },
  function subscriptions(random, recording) {
    const one = () =>
      framed(
        random.chance(0.2) ? MORE : 0,
        joined(
          Uint8Array.of(random.pick([0, 1, 2, 255])),
          random.bytes(random.size(300)),
        ),
      );
    return [{ write: joined(recording, ...some(random, 100, one)) }];
  },
  function older(random) {
    // 1.0 has frames of a length and flags, 2.0 a greeting of 12 bytes; both begin with the peer's name.
    const body = random.bytes(random.size(250));
    const one = Uint8Array.of(body.length + 1, random.below(4), ...body);
    const [name, revision, type] = [random.size(255), random.below(3), random.below(20)];
    const two = Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, revision, type, 0, name);
    return [{
      write: joined(random.chance(0.5) ? one : joined(two, random.bytes(name)), one, one),
    }];
  },
];

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function some(random: Random, most: number, make: (random: Random) => Uint8Array): Uint8Array[] {
  return Array.from({ length: 1 + random.size(most - 1) }, () => make(random));
}

function greeting(random: Random): Uint8Array<ArrayBuffer> {
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
function framed(flags: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  if (body.length < 256) return joined(Uint8Array.of(flags & ~LONG, body.length), body);
  const head = new Uint8Array(9);
  head[0] = flags | LONG;
  new DataView(head.buffer).setBigUint64(1, BigInt(body.length));
  return joined(head, body);
}

function frame(random: Random): Uint8Array<ArrayBuffer> {
  return framed(random.pick([0, 0, MORE, MORE, 8, 0xf8]), random.bytes(random.size(5000)));
}

function command(random: Random): Uint8Array<ArrayBuffer> {
  const name = TEXT.encode(random.pick(NAMES));
  const parts = random.chance(0.6)
    ? some(random, 5, property)
    : [random.bytes(random.pick([0, 1, 32, 104, 192, 194, 256]))];
  const flags = random.chance(0.8) ? COMMAND : random.below(256) & ~LONG;
  return framed(flags, joined(Uint8Array.of(name.length), name, ...parts));
}

/** A property of a command: mostly as it should be, but for the length of its value. */
function property(random: Random): Uint8Array<ArrayBuffer> {
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
function forged(random: Random): Uint8Array<ArrayBuffer> {
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
