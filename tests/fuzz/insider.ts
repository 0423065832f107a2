/**
 * What an insider does: a peer that has a password or a key, completes the handshake, or breaks it, and means ill.
 *
 * The classes of `conversation.ts` are left out here, too. A seed repeats what is said, but not the bytes of its boxes.
 */

import type { Step } from "./conversation.ts";
import { COMMAND, commandBody, forged, frame, joined, MORE, property, some } from "./frames.ts";
import { type Speaker, talk } from "./peers.ts";
import type { Random } from "./random.ts";
import { type Credentials, handshake, type Session } from "./session.ts";
import type { Side, Transport } from "./targets.ts";
import { Wire } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** How long the other side may take for a handshake. */
const PATIENCE = 2000; // ms
const TEXT = new TextEncoder();

/** A peer of a type, as ZMTP names it, of sockets that bind or connect. */
export function insider(
  type: string,
  side: Side,
  transport: Transport,
  credentials: Credentials,
): Speaker {
  return async (connection, random) => {
    const [broken, own] = [random.chance(0.25) ? random.below(2) : -1, random.fork()];
    const metadata = broken < 0 || random.chance(0.5)
      ? introduced(type, random)
      : joined(...some(random, 6, property));
    let said = 0;
    const alter = (command: Bytes) => said++ === broken ? own.pick(BREAKS)(own, command) : command;
    let session;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      connection.close();
    }, PATIENCE);
    try {
      session = await handshake(
        Wire.on(transport, connection, side === "connect"),
        credentials,
        { metadata, alter },
      );
    } catch {
      // It was sent away, or took too long.
    }
    clearTimeout(timer);
    if (late) return;
    if (session === undefined) return connection.close();
    await talk(connection, own.pick(WAYS)(own, session), own.size(100));
  };
}

/** What is said of itself: its type, and at times a name, but never one as libzmq gives them out. */
function introduced(type: string, random: Random): Bytes {
  const one = (name: string, value: Uint8Array) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, value.length);
    return joined(Uint8Array.of(name.length), TEXT.encode(name), length, value);
  };
  const name = joined(Uint8Array.of(1), random.bytes(random.size(254)));
  const all = [one("Socket-Type", TEXT.encode(type))];
  if (random.chance(0.5)) all.push(one("Identity", random.chance(0.5) ? new Uint8Array() : name));
  return joined(...all);
}

/** Ways to break a command of the handshake, or what stands for it. */
const BREAKS: readonly ((random: Random, command: Bytes) => Bytes)[] = [
  function asItIs(_random, command) {
    return command;
  },
  function changed(random, command) {
    command[random.below(command.length)] ^= 1 + random.below(255);
    return command;
  },
  function truncated(random, command) {
    return command.slice(0, random.below(command.length));
  },
  function twice(_random, command) {
    return joined(command, command);
  },
  function another(random) {
    return joined(...some(random, 4, frame));
  },
  function withMore(random, command) {
    return joined(command, forged(random), random.bytes(random.size(500)));
  },
];

type Way = (random: Random, session: Session) => Step[];

const WAYS: readonly Way[] = [
  function frames(random, session) {
    return [{ write: joined(...some(random, 100, () => sealed(random, session))) }];
  },
  function endless(random, session) {
    const part = () => session.frame(MORE, random.bytes(random.size(1000)));
    return [{ write: joined(...some(random, 100, part)) }];
  },
  function commands(random, session) {
    const one = () => session.frame(COMMAND, commandBody(random));
    return [{ write: joined(...some(random, 20, one)) }];
  },
  function heartbeats(random, session) {
    const one = () => {
      const name = random.pick(["\x04PING", "\x04PONG"]);
      const rest = random.bytes(random.pick([0, 1, 2, 2, 18, random.size(300)]));
      return session.frame(COMMAND, joined(TEXT.encode(name), rest));
    };
    return [{ write: joined(...some(random, 20, one)) }];
  },
  function subscriptions(random, session) {
    const one = () => {
      const topic = random.bytes(random.size(300));
      const body = joined(Uint8Array.of(random.pick([0, 1, 2, 255])), topic);
      return session.frame(random.chance(0.2) ? MORE : 0, body);
    };
    return [{ write: joined(...some(random, 100, one)) }];
  },
  /** The length of a frame says more than there is, or less. */
  function forgedLengths(random, session) {
    const whole = sealed(random, session);
    const body = whole.slice(whole[0] & 2 ? 9 : 2);
    return [{ write: joined(forged(random), body, sealed(random, session)) }];
  },
  function truncated(random, session) {
    const whole = sealed(random, session);
    return [{ write: whole.slice(0, random.below(whole.length)) }];
  },
  function changed(random, session) {
    const bytes = joined(...some(random, 5, () => sealed(random, session)));
    bytes[random.below(bytes.length)] ^= 1 + random.below(255);
    return [{ write: bytes }];
  },
  /** Nonces come again, or from the last to the first. */
  function outOfTurn(random, session) {
    const all = some(random, 10, () => sealed(random, session));
    return [{ write: joined(...random.chance(0.5) ? [...all, ...all] : all.toReversed()) }];
  },
  /** What has no flags, or other ones, in boxes whose nonce is right, used, or at its end. */
  function oddBoxes(random, session) {
    const one = () => {
      const nonce = random.pick([0n, 1n, 3n, 100n, 2n ** 63n, 2n ** 64n - 1n]);
      const content = random.bytes(random.pick([0, 0, 1, 2, 255, 256, random.size(3000)]));
      return session.boxed(nonce, content);
    };
    return [{ write: joined(...some(random, 5, one)) }];
  },
  /** Frames that aren't in a box, or commands outside of one. */
  function unsealed(random, session) {
    const one = () =>
      random.chance(0.3)
        ? session.unboxed(COMMAND, random.pick([TEXT.encode("\x07MESSAGE"), commandBody(random)]))
        : session.unboxed(random.pick([0, MORE]), random.bytes(random.size(2000)));
    return [{ write: joined(sealed(random, session), ...some(random, 5, one)) }];
  },
  function slow(random, session) {
    const bytes = joined(...some(random, 3, () => sealed(random, session)));
    const steps: Step[] = [];
    for (let at = 0; at < bytes.length && steps.length < 40;) {
      const length = 1 + random.size(32);
      steps.push({ write: bytes.slice(at, at + length) }, { pause: random.size(4) });
      at += length;
    }
    return steps;
  },
  function halfOpen(random) {
    return [{ pause: random.size(300) }];
  },
  function noise(random, session) {
    return [{ write: joined(sealed(random, session), random.bytes(random.size(4000))) }];
  },
];

/** A frame, with flags that may be wrong. */
function sealed(random: Random, session: Session): Bytes {
  const flags = random.pick([0, 0, MORE, MORE, 8, 0xf8]);
  return session.frame(flags, random.bytes(random.size(2000)));
}
