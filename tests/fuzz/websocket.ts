/**
 * What a fuzzed peer says over ws://: WebSocket's upgrade, and ZWS 2.0, each wrong in one way or another.
 *
 * The classes of `conversation.ts` are left out here, too.
 */

import type { Step } from "./conversation.ts";
import { commandBody, joined, some } from "./frames.ts";
import { type Speaker, talk } from "./peers.ts";
import type { Random } from "./random.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a peer that is in order says: its upgrade, and its frames. */
interface Said {
  upgrade: Bytes;
  frames: Bytes;
  /** A client masks its frames. */
  masks: boolean;
}

const TEXT = new TextEncoder();
/** In a frame's first byte; the rest of it is what the frame is. */
const FINAL = 0x80;
const [BINARY, CLOSE, PING, PONG] = [2, 8, 9, 10];
/** ZWS's flags, in the first byte of a binary frame's content. */
const [MORE, COMMAND] = [1, 2];
const PROTOCOLS = [
  "ZWS2.0",
  "ZWS2.0/NULL",
  "ZWS2.0/PLAIN",
  "ZWS2.0/CURVE",
  "ZWS2.0/NULL,ZWS2.0",
  "zws1.0",
  "chat, ZWS2.0",
  ",",
];

/** A peer that has no key, and that says what another has said, or nonsense. */
export function webOutsider(recording: Bytes): Speaker {
  const end = new TextDecoder("latin1").decode(recording).indexOf("\r\n\r\n") + 4;
  if (end < 4) throw new Error("There is no upgrade in what was recorded");
  const said = {
    upgrade: recording.slice(0, end),
    frames: recording.slice(end),
    masks: recording[0] === "G".charCodeAt(0),
  };
  return (connection, random) =>
    talk(connection, random.pick(WAYS)(random, said), random.size(100));
}

type Way = (random: Random, said: Said) => Step[];

const WAYS: readonly Way[] = [
  function noise(random) {
    return [{ write: random.bytes(random.size(4096)) }];
  },
  function truncated(random, { upgrade, frames }) {
    const whole = joined(upgrade, frames);
    return [{ write: whole.slice(0, random.below(whole.length + 1)) }];
  },
  function changed(random, { upgrade, frames }) {
    const bytes = joined(upgrade, frames);
    for (let changes = 1 + random.size(8); changes > 0; changes--) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    return [{ write: bytes }];
  },
  function slow(random, { upgrade, frames }) {
    const bytes = joined(upgrade, frames);
    const steps: Step[] = [];
    for (let at = 0; at < bytes.length && steps.length < 60;) {
      const length = 1 + random.size(32);
      steps.push({ write: bytes.slice(at, at + length) }, { pause: random.size(4) });
      at += length;
    }
    return steps;
  },
  function halfOpen(random, { upgrade }) {
    return [{ write: upgrade.slice(0, random.below(upgrade.length + 1)) }, {
      pause: random.size(300),
    }];
  },
  function upgrades(random, { masks, frames }) {
    return [{ write: madeUp(random, masks) }, ...later(random, frames)];
  },
  function twice(random, { upgrade, frames }) {
    return [{ write: joined(upgrade, upgrade) }, ...later(random, frames)];
  },
  function atOnce(random, { upgrade, masks }) {
    return [{ write: upgrade }, ...later(random, joined(...some(random, 20, framesOf(masks))))];
  },
  function frames(random, { upgrade, frames, masks }) {
    const more = joined(...some(random, 60, framesOf(masks)));
    return [{ write: upgrade }, ...later(random, frames), ...later(random, more)];
  },
  /** ZWS 2.0 without a mechanism begins with the peer's name. */
  function unsecured(random, { upgrade, masks }) {
    const head = new TextDecoder().decode(upgrade).replace(/(Protocol:) [^\r]*/, "$1 ZWS2.0");
    // Never a name as libzmq gives them out.
    const name = content(0, joined(Uint8Array.of(1), random.bytes(random.size(300))));
    const bytes = joined(
      framed(random, FINAL | BINARY, random.chance(0.2) ? Uint8Array.of(0) : name, masks),
      ...some(random, 20, framesOf(masks)),
    );
    return [{ write: TEXT.encode(head) }, ...later(random, bytes)];
  },
  function commands(random, { upgrade, frames, masks }) {
    const one = () => framed(random, FINAL | BINARY, content(COMMAND, commandBody(random)), masks);
    return [{ write: upgrade }, ...later(random, frames), {
      write: joined(...some(random, 20, one)),
    }];
  },
  function subscriptions(random, { upgrade, frames, masks }) {
    const one = () => {
      const topic = joined(Uint8Array.of(random.pick([0, 1, 2])), random.bytes(random.size(300)));
      return framed(random, FINAL | BINARY, content(random.chance(0.2) ? MORE : 0, topic), masks);
    };
    return [{ write: upgrade }, ...later(random, frames), {
      write: joined(...some(random, 100, one)),
    }];
  },
  /** Pings, pongs and closes, of any length. */
  function controls(random, { upgrade, frames, masks }) {
    const one = () =>
      framed(
        random,
        FINAL | random.pick([CLOSE, PING, PING, PONG]),
        random.bytes(random.size(random.pick([2, 125, 2000]))),
        masks,
      );
    return [{ write: upgrade }, ...later(random, frames), {
      write: joined(...some(random, 10, one)),
    }];
  },
  /** A message in several frames, as WebSocket has it. */
  function fragmented(random, { upgrade, frames, masks }) {
    const first = framed(random, BINARY, content(0, random.bytes(random.size(300))), masks);
    const next = () => framed(random, random.pick([0, 0, FINAL]), random.bytes(20), masks);
    return [{ write: upgrade }, ...later(random, frames), {
      write: joined(first, ...some(random, 5, next)),
    }];
  },
  function forgedLengths(random, { upgrade, frames, masks }) {
    const forged = joined(head(random, random.pick(KINDS), random.pick(LENGTHS), masks));
    return [{ write: upgrade }, ...later(random, frames), {
      write: joined(forged, random.bytes(random.size(2000))),
    }];
  },
  /** What a client says when it's the server, and the other way round. */
  function masked(random, { upgrade, frames, masks }) {
    return [{ write: upgrade }, ...later(random, frames), {
      write: joined(...some(random, 5, framesOf(!masks))),
    }];
  },
];

const KINDS = [0, 1, BINARY, CLOSE, PING, FINAL, FINAL | 1, FINAL | BINARY, FINAL | BINARY, 0xff];
const LENGTHS = [
  0n,
  1n,
  2n,
  125n,
  126n,
  65535n,
  65536n,
  2n ** 31n,
  2n ** 32n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** Writes at once, or when the other side has had time for what was before. */
function later(random: Random, bytes: Bytes): Step[] {
  return random.chance(0.5) ? [{ write: bytes }] : [{ pause: random.size(8) }, { write: bytes }];
}

const content = (flags: number, body: Uint8Array) => joined(Uint8Array.of(flags), body);

/** Makes binary frames, which are in order but for their flags, which are any. */
function framesOf(masks: boolean): (random: Random) => Bytes {
  return (random) => {
    const flags = random.pick([0, 0, MORE, MORE, 4, 0xfc]);
    return framed(
      random,
      FINAL | BINARY,
      random.chance(0.95) ? content(flags, random.bytes(random.size(3000))) : new Uint8Array(),
      masks,
    );
  };
}

/** A frame whose length is true. */
function framed(random: Random, kind: number, bytes: Uint8Array, masks: boolean): Bytes {
  const start = head(random, kind, BigInt(bytes.length), masks);
  if (!masks) return joined(start, bytes);
  const mask = random.bytes(4);
  return joined(start, mask, bytes.map((one, at) => one ^ mask[at % 4]));
}

/** A frame's kind and length, in as few bytes as it takes, or, seldom, in more. */
function head(random: Random, kind: number, length: bigint, masks: boolean): Bytes {
  const mask = masks ? 0x80 : 0;
  if (length < 126n && random.chance(0.9)) return Uint8Array.of(kind, mask | Number(length));
  const short = length < 65536n && random.chance(0.9);
  const bytes = new Uint8Array(short ? 4 : 10);
  const view = new DataView(bytes.buffer);
  bytes[0] = kind;
  bytes[1] = mask | (short ? 126 : 127);
  if (short) view.setUint16(2, Number(length));
  else view.setBigUint64(2, length);
  return bytes;
}

/** An upgrade, or the answer to one, of which some is missing, double, long or other than it should be. */
function madeUp(random: Random, request: boolean): Bytes {
  const filler = () => random.pick(["x", " ", ",", "\t", "é"]).repeat(random.size(3000));
  const protocol = random.chance(0.7) ? random.pick(PROTOCOLS) : filler();
  const first = request
    ? random.pick([
      "GET / HTTP/1.1",
      "GET / HTTP/1.1",
      "GET  /",
      "POST / HTTP/1.1",
      `GET /${filler()}`,
    ])
    : random.pick([
      "HTTP/1.1 101 Switching Protocols",
      "HTTP/1.1 101 x",
      "HTTP/1.1 200 OK",
      `HTTP/1.1 101 ${filler()}`,
    ]);
  const key = request ? "Sec-WebSocket-Key" : "Sec-WebSocket-Accept";
  const headers = [
    "Host: localhost",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `${key}: ${random.chance(0.7) ? "AAAAAAAAAAAAAAAAAAAAAA==" : filler()}`,
    `Sec-WebSocket-Protocol: ${protocol}`,
    "Sec-WebSocket-Version: 13",
  ].flatMap((one) => random.pick([[one], [one], [one], [one], [one], [], [one, one]]));
  if (random.chance(0.3)) headers.push(`${filler()}: ${filler()}`);
  const end = random.pick(["\r\n", "\r\n", "\r\n", "\n", "\r"]);
  return TEXT.encode([first, ...headers, "", ""].join(end));
}
