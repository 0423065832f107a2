/** What must hold at last: what must settle has, what was sent has arrived, and nothing is left open. */

import { Poller } from "../../mod.ts";
import { backgroundSources } from "../../poller/background.ts";
import { openedSince } from "../fds.ts";
import { pause } from "../waiting.ts";
import { type Peer, SHORT_LINGER } from "./peers.ts";
import { Violation } from "./watched.ts";
import { BOUND, type World } from "./world.ts";

/** Lets time pass until a list is empty: what is left after the bound is a violation. */
async function until<T>(
  world: World,
  left: () => readonly T[],
  words: (left: readonly T[]) => string,
  bound: number = world.bound,
): Promise<void> {
  const limit = performance.now() + bound;
  for (;;) {
    world.turns++;
    world.assertFine();
    const those = left();
    if (those.length === 0) return;
    if (performance.now() >= limit) throw new Violation(words(those));
    await pause(1);
  }
}

/** Waits for each promise that must settle. */
export function settle(world: World): Promise<void> {
  return until(
    world,
    () => world.due,
    (left) => `These don't settle: ${left.map(({ what }) => what).join(", ")}`,
  );
}

/** Ends a sequence: everything is received, and everything closed. Throws for what doesn't hold. */
export async function finish(world: World, before: readonly string[]): Promise<void> {
  world.say("the end: everything is received");
  await settle(world);
  await until(world, () => {
    for (const peer of world.peers) if (peer.open) receiveAll(world, peer);
    return world.ledger.due;
  }, (left) => `Never arrived: ${left.map(({ name, sender }) => `${name} of ${sender.name}`)}`);
  await settle(world);
  world.say("the end: everything is closed");
  for (const one of world.pollers) {
    const { pending, name } = one;
    one.close();
    if (pending !== undefined) await world.assertSettled([pending], `${name} was closed`);
  }
  for (const peer of world.peers) if (peer.state !== "closed") await world.close(peer);
  await world.assertSettled(world.watched, "everything was closed");
  world.assertFine();
  dispose(world);
  await assertNothingLeft(world, before);
}

/** Receives what is there, and answers where that is what comes next. */
function receiveAll(world: World, peer: Peer): void {
  const { socket, kind } = peer;
  for (let turn = 0; turn < 100; turn++) {
    if (peer.turn === "send") {
      if (kind.begins !== "receive" || peer.sends.length > 0) return;
      const answer = world.ledger.submit(peer, { topic: "a", lengths: [0] }, peer.requester);
      if (!socket.trySend(answer.parts)) throw new Violation(`${peer.name} can't answer`);
      world.ledger.sent(answer);
      peer.turn = "receive";
    }
    if (!kind.receives || peer.receives.length > 0 || peer.sends.length > 0 && kind.begins) return;
    const frames = socket.tryReceive();
    if (frames === undefined) return;
    world.take(peer, frames);
  }
}

/** Closes all that a sequence has opened, whatever became of it. */
export function dispose(world: World): void {
  const close = [
    ...world.pollers.map((one) => () => one.dispose()),
    ...world.peers.map(({ socket, open }) => () => {
      if (open) socket.linger = SHORT_LINGER;
      socket.close();
    }),
    ...[...world.contexts, ...world.retired].map((context) => () => context.close()),
  ];
  for (const action of close) world.guard(action);
}

async function assertNothingLeft(world: World, before: readonly string[]): Promise<void> {
  world.assertFine();
  if (world.keepers !== 0) throw new Violation(`${world.keepers} waits are left in the reactor`);
  if (backgroundSources.size > 0) {
    throw new Violation(`${backgroundSources.size} background sources are left`);
  }
  await Poller.idle();
  // libzmq's threads close what they have when they come to it, and sockets linger.
  const words = (left: readonly string[]) => `Descriptors are left open: ${left}`;
  await until(world, () => leftOpen(before), words, BOUND);
}

/** Whether this isolate has opened its clock; other isolates of the process have some of their own. */
let hasClock = false;

/** What has been opened since, but for the one clock that an isolate opens when its waits first are short. */
function leftOpen(before: readonly string[]): string[] {
  const opened = openedSince(before);
  const clock = hasClock ? -1 : opened.findIndex((one) => one.endsWith("[timerfd]"));
  if (clock < 0) return opened;
  opened.splice(clock, 1);
  hasClock = opened.length === 0;
  return opened;
}
