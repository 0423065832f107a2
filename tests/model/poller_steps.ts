/** Commands that open, change, wait for, wake and close Pollers. */

import { pick, type Step, step } from "./steps.ts";
import { isPeer, PollerRecord } from "./pollers.ts";
import { Violation, Watched } from "./watched.ts";
import type { World } from "./world.ts";

const BACKENDS = [undefined, "poll", "select"] as const;
const TIMEOUTS = [undefined, 0, 3, 12];
const MANY = 2;

function openPollers(world: World): PollerRecord[] {
  return world.pollers.filter(({ closed }) => !closed);
}

const open = step("poller", 2, { backend: 2 }, (world, { backend }) => {
  if (openPollers(world).length >= MANY) return;
  const name = `poller${world.nextName()}`;
  world.say(`${name} opened${backend === 0 ? "" : `, by ${BACKENDS[backend]}`}`);
  world.pollers.push(new PollerRecord(name, BACKENDS[backend]));
});

/** The directions that a number means, of those that a socket has. */
function directionsOf(
  { sends, receives }: { sends: boolean; receives: boolean },
  number: number,
): { readable: boolean; writable: boolean } {
  const readable = receives && (number !== 1 || !sends);
  return { readable, writable: sends && (number > 0 || !receives) };
}

const add = step("poller add", 4, { poller: 1, peer: 7, directions: 2 }, (world, numbers) => {
  const one = pick(openPollers(world), numbers.poller);
  const able = world.peers.filter((peer) => peer.open && !one?.sources.has(peer));
  const peer = pick(able, numbers.peer);
  if (one === undefined || peer === undefined) return;
  const interest = directionsOf(peer.kind, numbers.directions);
  world.say(`${one.name} watches ${peer.name}: ${words(interest)}`);
  one.add(peer, interest, world.turns);
});

const modify = step(
  "poller modify",
  2,
  { poller: 1, source: 7, directions: 3 },
  (world, numbers) => {
    const one = pick(openPollers(world), numbers.poller);
    const source = one && pick([...one.sources.keys()], numbers.source);
    if (source === undefined) return;
    const { directions } = numbers;
    const interest = directions === 3
      ? { readable: false, writable: false }
      : directionsOf(isPeer(source) ? source.kind : { sends: false, receives: true }, directions);
    world.say(
      `${one!.name} watches ${isPeer(source) ? source.name : source} otherwise: ${words(interest)}`,
    );
    one!.modify(source, interest, world.turns);
  },
);

function words({ readable, writable }: { readable: boolean; writable: boolean }): string {
  return [readable && "readable", writable && "writable"].filter((word) => word).join(", ") || "-";
}

const remove = step("poller remove", 1, { poller: 1, source: 7 }, (world, numbers) => {
  const one = pick(openPollers(world), numbers.poller);
  const source = one && pick([...one.sources.keys()].filter(isPeer), numbers.source);
  if (source === undefined) return;
  world.say(`${one!.name} watches ${source.name} no more`);
  one!.remove(source, world.turns);
});

const wait = step(
  "poller wait",
  6,
  { poller: 1, timeout: 3, signal: 1 },
  async (world, numbers) => {
    const one = pick(openPollers(world), numbers.poller);
    if (one === undefined) return;
    if (one.pending !== undefined) {
      world.say(`${one.name}.wait() while it waits`);
      const outcome = await one.poller.wait().catch(({ code }) => code);
      if (outcome !== "EBUSY") throw new Violation(`a second wait has ${outcome}`);
      return;
    }
    const watched = new Watched(
      `${one.name}.wait()`,
      TIMEOUTS[numbers.timeout],
      numbers.signal === 1,
    );
    world.say(
      `${watched.what}` + (watched.timeout === undefined ? "" : ` within ${watched.timeout} ms`) +
        (numbers.signal === 1 ? ", can be aborted" : ""),
    );
    const certain = one.certain(world);
    one.begin();
    one.pending = watched;
    const settled = () => one.pending = undefined;
    world.watch(watched, one.poller.wait(watched.options), {
      value: (ready) => {
        settled();
        const { late } = watched;
        // What was ready when the wait began is reported by it, unless it was received since, or its connection has ended.
        const still = [...certain].filter((source) => !isPeer(source) || world.hasMessage(source));
        const expected = new Set(one.unchanged ? still : []);
        world.add(
          `[${one.name}: ${one.judge(world, ready, { certain: expected, late, sync: false })}]`,
        );
      },
      failed: settled,
      codes: () => one.closed ? ["EBADF"] : [],
    });
  },
);

const waitSync = step("poller waitSync", 3, { poller: 1, timeout: 2 }, (world, numbers) => {
  const one = pick(openPollers(world), numbers.poller);
  if (one === undefined || one.pending !== undefined) return;
  const { timeout } = numbers;
  const watched = new Watched(`${one.name}.waitSync()`, timeout, false);
  world.say(`${watched.what} within ${timeout} ms`);
  const certain = one.certain(world);
  one.begin();
  const ready = one.poller.waitSync({ timeout });
  world.add(`→ ${one.judge(world, ready, { certain, late: watched.late, sync: true })}`);
});

const wake = step("poller wake", 1, { poller: 1 }, (world, { poller: index }) => {
  const one = pick(openPollers(world), index);
  if (one === undefined) return;
  world.say(`${one.name} woken`);
  one.wake();
});

const timer = step("poller timer", 1, { poller: 1, ms: 4 }, (world, { poller: index, ms }) => {
  const one = pick(openPollers(world), index);
  if (one === undefined) return;
  world.say(`${one.name} has a timer of ${ms} ms`);
  one.addTimer(ms);
});

const write = step("pipe write", 1, { poller: 1 }, (world, { poller: index }) => {
  const one = pick(openPollers(world), index);
  if (one === undefined) return;
  world.say(`a byte into ${one.name}'s pipe`);
  one.write();
});

const read = step("pipe read", 1, { poller: 1 }, (world, { poller: index }) => {
  const one = pick(openPollers(world), index);
  if (one === undefined || !one.read()) return;
  world.say(`a byte out of ${one.name}'s pipe`);
});

const close = step("poller close", 1, { poller: 1 }, async (world, { poller: index }) => {
  const one = pick(openPollers(world), index);
  if (one === undefined) return;
  world.say(`${one.name} closed`);
  const { pending } = one;
  one.close();
  if (pending !== undefined) await world.assertSettled([pending], `${one.name} was closed`);
  const outcome = await one.poller.wait().catch(({ code }) => code);
  if (outcome !== "EBADF") throw new Violation(`a wait of a closed Poller has ${outcome}`);
});

/** All of them. */
export const POLLER_STEPS: readonly Step[] = [
  open,
  add,
  modify,
  remove,
  wait,
  waitSync,
  wake,
  timer,
  write,
  read,
  close,
];
