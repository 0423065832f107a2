/**
 * What a fuzzed peer says on a connection: ZMTP 1.0 to 3.1, wrong in one way or another.
 *
 * Classes that end libzmq itself, or only use it up, are left out, whatever the seed: heartbeats to a receiver that is full
 * (the servers under test have no receive mark); names that libzmq has given out itself; more than a hundred
 * subscriptions or parts; a disconnect while a peer of an older protocol introduces itself; heartbeats over ws://, which the
 * library refuses.
 */

import {
  command,
  forged,
  frame,
  framed,
  GREETING,
  greeting,
  joined,
  MORE,
  some,
} from "./frames.ts";
import type { Random } from "./random.ts";

/** What happens on a connection, one after the other. */
export type Step =
  | { write: Uint8Array<ArrayBuffer> }
  /** Milliseconds in which nothing is said. */
  | { pause: number };

/** What a peer that is in order says to the server: its bytes, in the order in which it says them. */
export type Recording = Uint8Array<ArrayBuffer>;

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
