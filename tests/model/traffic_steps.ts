/** Commands that send and receive, in each of the ways that there are. */

import type { Frame } from "../../mod.ts";
import type { Message, Shape } from "./messages.ts";
import type { Peer } from "./peers.ts";
import { soon } from "../waiting.ts";
import { pick, type Step, step } from "./steps.ts";
import { judgeThrown, Violation, Watched } from "./watched.ts";
import { codesOf, WatchedWait, type World } from "./world.ts";

const LENGTHS = [0, 1, 20, 33, 300, 70_000];
const TIMEOUTS = [undefined, 0, 3, 12];
/** As many calls as wait on one socket. */
const MANY = 6;

const SENDING = { peer: 7, to: 3, topic: 1, parts: 2, length: 5 };
type Sending = Record<keyof typeof SENDING, number>;

/** A message that can be sent now, and how its socket takes it. */
interface Draft {
  peer: Peer;
  message: Message;
  frames: Uint8Array<ArrayBuffer>[];
}

/** The socket that a number means, of those which send or receive and whose turn that is. */
function inTurn(world: World, direction: "send" | "receive", number: number): Peer | undefined {
  const able = world.peers.filter(({ open, kind, turn, receives, sends }) =>
    open && (direction === "send" ? kind.sends : kind.receives) &&
    (kind.begins === undefined ||
      (turn === direction && receives.length === 0 && sends.length === 0)) &&
    receives.length < MANY && sends.length < MANY
  );
  return pick(able, number);
}

/**
 * The lengths of a message's parts. Large ones stand alone: libzmq ends the process where a socket is closed and its linger
 * is over, or its connection breaks, in the middle of a message of several parts.
 */
function lengthsOf(parts: number, length: number): number[] {
  if (parts === 1) return [LENGTHS[length]];
  const small = LENGTHS.length - 1;
  return Array.from({ length: parts }, (_, index) => LENGTHS[(length + index) % small]);
}

function draft(world: World, numbers: Sending): Draft | undefined {
  const peer = inTurn(world, "send", numbers.peer);
  if (peer === undefined) return undefined;
  const to = peer.kind.routes ? pick([...peer.ids.keys()], numbers.to) : peer.requester;
  if (peer.kind.routes && to === undefined) return undefined;
  const lengths = lengthsOf(numbers.parts + 1, numbers.length);
  const shape: Shape = { topic: numbers.topic === 0 ? "a" : "b", lengths };
  const message = world.ledger.submit(peer, shape, to);
  const frames = message.parts;
  if (peer.kind.routes) frames.unshift(peer.ids.get(to!)!);
  return { peer, message, frames };
}

/** The codes with which a send may fail beside those of its socket's state: a Router's peer may have gone. */
function sendCodes({ peer, message }: Draft): string[] {
  const { to } = message;
  const gone = to !== undefined && (!to.open || peer.linkTo(to)!.state !== "up");
  return [...codesOf(peer), ...(peer.kind.routes && gone ? ["EHOSTUNREACH"] : [])];
}

function whatIsSent({ message: { name, shape, to } }: Draft): string {
  return `${name} (${shape.lengths})${to === undefined ? "" : ` to ${to.name}`}`;
}

function succeeded(world: World, { peer, message }: Draft): void {
  world.ledger.sent(message);
  if (peer.kind.begins !== undefined) peer.turn = "receive";
}

const send = step(
  "send",
  16,
  { ...SENDING, timeout: 3, signal: 1 },
  (world, { timeout, signal, ...numbers }) => {
    const it = draft(world, numbers);
    if (it === undefined) return;
    const { peer, message, frames } = it;
    const one = new Watched(`${peer.name}.send(${message.name})`, TIMEOUTS[timeout], signal === 1);
    world.say(
      `${peer.name}.send(${whatIsSent(it)})` +
        (one.timeout === undefined ? "" : ` within ${one.timeout} ms`) +
        (signal === 1 ? ", can be aborted" : ""),
    );
    const promise = peer.socket.send(frames.length === 1 ? frames[0] : frames, one.options);
    // Its buffers are the program's again.
    for (const frame of frames) if (frame !== peer.ids.get(message.to!)) frame.fill(255);
    world.watch(one, promise, {
      lists: [peer.sends],
      value: () => {
        if (peer.sends[0] !== one) {
          throw new Violation(`${one.what} overtakes ${peer.sends[0].what}`);
        }
        succeeded(world, it);
      },
      failed: (error) => world.ledger.refused(message, String(error)),
      codes: () => sendCodes(it),
    });
  },
);

const trySend = step("trySend", 6, SENDING, async (world, numbers) => {
  const it = draft(world, numbers);
  if (it === undefined) return;
  const { peer, message, frames } = it;
  world.say(`${peer.name}.trySend(${whatIsSent(it)})`);
  const room = peer.sends.length === 0 && peer.immediate && !peer.kind.routes &&
    world.canSend(peer);
  const waiting = [...peer.sends];
  let sent = false;
  try {
    sent = peer.socket.trySend(frames);
  } catch (error) {
    judgeThrown("trySend", error, sendCodes(it));
  }
  world.add(`→ ${sent}`);
  if (sent) peer.produced++;
  await undefined;
  if (sent) assertOvertakesNone(peer, "trySend", waiting);
  if (!sent && room) throw new Violation(`${peer.name}.trySend is false, though there is room`);
  if (sent) succeeded(world, it);
  else world.ledger.refused(message, "trySend");
});

/**
 * Claims that a call hasn't come before others that were waiting. Some of them may have been served just before, and it takes
 * a microtask until that shows.
 */
function assertOvertakesNone(peer: Peer, call: string, waiting: readonly Watched[]): void {
  const overtaken = waiting.find(({ settled }) => !settled);
  if (overtaken === undefined) return;
  throw new Violation(`${peer.name}.${call} goes before ${overtaken.what}, which waits`);
}

const sendSync = step(
  "sendSync",
  1,
  { ...SENDING, timeout: 3 },
  (world, { timeout, ...numbers }) => {
    const it = draft(world, numbers);
    if (it === undefined) return;
    const { peer, message, frames } = it;
    const one = new Watched(`${peer.name}.sendSync(${message.name})`, timeout, false);
    world.say(`${peer.name}.sendSync(${whatIsSent(it)}) within ${timeout} ms`);
    try {
      peer.socket.sendSync(frames, { timeout });
    } catch (error) {
      one.judge(error, sendCodes(it));
      world.add(`→ ${(error as { code: string }).code}`);
      world.ledger.refused(message, "sendSync");
      return;
    }
    succeeded(world, it);
  },
);

/** A call out of turn is refused at once, and changes nothing. */
const outOfTurn = step("out of turn", 1, { peer: 7 }, async (world, { peer: index }) => {
  // A request that is kept from a connection which was ended counts as received before it is.
  const turning = world.peers.filter(({ open, kind, receives, sends, turn, loose }) =>
    open && !loose && kind.begins !== undefined && turn !== undefined &&
    receives.length + sends.length === 0
  );
  const peer = pick(turning, index);
  if (peer === undefined) return;
  const wrong = peer.turn === "send" ? "receive" : "send";
  world.say(`${peer.name}.${wrong} out of turn`);
  const call: Promise<unknown> = wrong === "send" ? peer.socket.send("x") : peer.socket.receive();
  const outcome = await soon(call.then(() => "a success", (error) => error), "its refusal");
  if ((outcome as { code?: string }).code !== "EFSM") throw new Violation(`it's ${outcome}`);
});

const receive = step("receive", 16, { peer: 7, timeout: 3, signal: 1 }, (world, numbers) => {
  const peer = inTurn(world, "receive", numbers.peer);
  if (peer === undefined) return;
  const one = new Watched(
    `${peer.name}.receive()`,
    TIMEOUTS[numbers.timeout],
    numbers.signal === 1,
  );
  world.say(
    `${peer.name}.receive()` + (one.timeout === undefined ? "" : ` within ${one.timeout} ms`) +
      (numbers.signal === 1 ? ", can be aborted" : ""),
  );
  const certain = world.certainNow(peer) && one.timeout === 0;
  world.watch(one, peer.socket.receive(one.options), {
    lists: [peer.receives],
    value: (frames) => received(world, peer, one, frames),
    failed: (error) => {
      const late = (error as { code?: string }).code === "EAGAIN";
      // It may have waited for the next turn, and a connection was ended meanwhile.
      if (late && certain && world.hasMessage(peer)) {
        throw new Violation(`${one.what} finds nothing, though there is one`);
      }
    },
    codes: () => codesOf(peer),
  });
});

function received(world: World, peer: Peer, one: Watched, frames: Frame[]): void {
  if (peer.receives[0] !== one) {
    throw new Violation(`${one.what} is served before an earlier one`);
  }
  world.add(`[${peer.name} has ${world.take(peer, frames)}]`);
}

/** A turn of an iteration, which may end. */
class WatchedTurn extends Watched {
  left = false;
}

const next = step("next", 3, { peer: 7 }, (world, { peer: index }) => {
  const peer = inTurn(world, "receive", index);
  if (peer === undefined) return;
  world.say(`${peer.name}: next of its iteration`);
  const one = new WatchedTurn(`${peer.name}'s next()`, undefined, false);
  peer.iteration ??= peer.socket.iterate();
  world.watch(one, peer.iteration.next(), {
    lists: [peer.receives],
    value: ({ value, done }) => {
      if (done !== true) return received(world, peer, one, value);
      if (!one.left && peer.state !== "closed") throw new Violation(`${one.what} has ended`);
    },
    codes: () => codesOf(peer),
  });
});

const leave = step("leave", 1, { peer: 7 }, async (world, { peer: index }) => {
  const peer = pick(world.peers.filter(({ iteration }) => iteration !== undefined), index);
  if (peer === undefined) return;
  world.say(`${peer.name}: its iteration left`);
  const turns = peer.receives.filter((one) => one instanceof WatchedTurn);
  for (const one of turns) one.left = true;
  const { iteration } = peer;
  peer.iteration = undefined;
  await iteration!.return!();
  await world.assertSettled(turns, "the iteration was left");
});

const tryReceive = step("tryReceive", 5, { peer: 7 }, async (world, { peer: index }) => {
  const peer = inTurn(world, "receive", index);
  if (peer === undefined) return;
  const certain = world.certainNow(peer);
  const waiting = [...peer.receives];
  world.say(`${peer.name}.tryReceive()`);
  const frames = peer.socket.tryReceive();
  // Waits that end before the message is judged have to know.
  if (frames !== undefined) peer.consumed++;
  await undefined;
  if (frames !== undefined) assertOvertakesNone(peer, "tryReceive", waiting);
  if (frames === undefined && certain) {
    throw new Violation(`${peer.name}.tryReceive finds nothing, though there is one`);
  }
  peer.seenReadable = false;
  world.add(`→ ${frames === undefined ? "nothing" : world.take(peer, frames)}`);
});

const receiveSync = step("receiveSync", 1, { peer: 7, timeout: 3 }, async (world, numbers) => {
  const peer = inTurn(world, "receive", numbers.peer);
  if (peer === undefined) return;
  const { timeout } = numbers;
  const certain = world.certainNow(peer);
  world.say(`${peer.name}.receiveSync() within ${timeout} ms`);
  const one = new Watched(`${peer.name}.receiveSync()`, timeout, false);
  let frames: Frame[];
  try {
    frames = peer.socket.receiveSync({ timeout });
  } catch (error) {
    one.judge(error, codesOf(peer));
    if (certain) throw new Violation(`${one.what} finds nothing, though there is one`);
    return;
  }
  peer.consumed++;
  await undefined;
  world.add(`→ ${world.take(peer, frames)}`);
});

const drain = step("drain", 3, { peer: 7, limit: 3, visit: 1 }, async (world, numbers) => {
  const peer = inTurn(world, "receive", numbers.peer);
  // One that takes turns has to answer between two messages.
  if (peer === undefined || peer.kind.begins !== undefined) return;
  const limit = numbers.limit === 3 ? Infinity : numbers.limit + 1;
  const how = numbers.visit === 1 ? "visit" : "drain";
  const waiting = [...peer.receives];
  const sure = peer.immediate && waiting.length === 0 ? Math.min(limit, world.certain(peer)) : 0;
  const certain = Math.max(sure, world.certainNow(peer) ? 1 : 0);
  world.say(`${peer.name}.${how}(${limit})`);
  const messages = how === "drain" ? peer.socket.drain({ limit }).toArray() : visited(peer, limit);
  const count = messages.length;
  if (count > 0) peer.consumed++;
  await undefined;
  if (count > 0) assertOvertakesNone(peer, how, waiting);
  for (const frames of messages) world.add(`→ ${world.take(peer, frames)}`);
  if (count < certain) throw new Violation(`${how} takes ${count} messages, of ${certain}`);
  if (count > limit) throw new Violation(`${how} takes ${count} messages, of ${limit} allowed`);
  peer.seenReadable = false;
});

/** What a visit shows, as messages. */
function visited(peer: Peer, limit: number): Frame[][] {
  const messages: Uint8Array[][] = [[]];
  const number = peer.socket.visit((bytes, more) => {
    messages.at(-1)!.push(bytes.slice());
    if (!more) messages.push([]);
  }, { limit });
  const rest = messages.pop()!;
  if (rest.length > 0 || messages.length !== number) {
    throw new Violation(
      `visit shows ${messages.length} messages and ${rest.length} parts: ${number}`,
    );
  }
  return messages as Frame[][];
}

const abort = step("abort", 3, { which: 7 }, async (world, { which }) => {
  const able = [...world.watched].filter(({ controller, reason }) =>
    controller !== undefined && reason === undefined
  );
  const one = pick(able, which);
  if (one === undefined) return;
  world.say(`${one.what} aborted`);
  one.abort();
  await world.assertSettled([one], "it was aborted");
});

const WAITING = { peer: 7, direction: 2, timeout: 3 };

/** The socket and what is waited for on it; undefined where that can't be. */
function waitOf(world: World, numbers: Record<keyof typeof WAITING, number>, signal: boolean) {
  const peer = pick(world.peers.filter(({ open }) => open), numbers.peer);
  if (peer === undefined) return undefined;
  const { kind: { sends, receives } } = peer;
  const readable = receives && (numbers.direction !== 1 || !sends);
  const writable = sends && (numbers.direction !== 0 || !receives);
  const words = [readable && "readable", writable && "writable"].filter((word) => word).join(
    " or ",
  );
  const one = new WatchedWait(`${peer.name}.wait()`, TIMEOUTS[numbers.timeout], signal);
  Object.assign(one, { readable, writable });
  return { peer, one, directions: { readable, writable }, words };
}

const wait = step("wait", 3, { ...WAITING, signal: 1 }, (world, { signal, ...numbers }) => {
  const found = waitOf(world, numbers, signal === 1);
  if (found === undefined) return;
  const { peer, one, directions, words } = found;
  world.say(`${peer.name}.wait() until ${words}, within ${one.timeout} ms`);
  const before = peer.consumed + peer.produced;
  const certain = directions.readable && world.certainNow(peer);
  world.watch(one, peer.socket.wait({ ...one.options, ...directions }), {
    lists: [peer.waits],
    value: (ready) => {
      const untouched = before === peer.consumed + peer.produced && peer.receives.length === 0;
      if (!ready && !one.late) throw new Violation(`${one.what} is false before its time`);
      if (!ready && certain && untouched && world.hasMessage(peer)) {
        throw new Violation(`${one.what} is false, though there is a message`);
      }
      if (ready && untouched && !directions.writable) world.assertReadable(peer, one.what);
    },
    codes: () => codesOf(peer),
  });
});

const waitSync = step("waitSync", 1, WAITING, (world, numbers) => {
  const found = waitOf(world, numbers, false);
  if (found === undefined) return;
  const { peer, one, directions, words } = found;
  const timeout = one.timeout ?? 1;
  const certain = directions.readable && world.certainNow(peer);
  const began = performance.now();
  world.say(`${peer.name}.waitSync() until ${words}, within ${timeout} ms`);
  const ready = peer.socket.waitSync({ timeout, ...directions });
  world.add(`→ ${ready}`);
  if (!ready && certain) throw new Violation("waitSync is false, though there is a message");
  if (!ready && performance.now() - began < timeout) {
    throw new Violation("waitSync is false before its time");
  }
  if (ready && !directions.writable && peer.receives.length === 0) {
    world.assertReadable(peer, "waitSync");
  }
});

/** All of them. */
export const TRAFFIC_STEPS: readonly Step[] = [
  send,
  trySend,
  sendSync,
  outOfTurn,
  receive,
  next,
  leave,
  tryReceive,
  receiveSync,
  drain,
  abort,
  wait,
  waitSync,
];
