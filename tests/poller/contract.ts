/** The contract of the backends: one test a claim and backend, and what examines a set. */

import { claims } from "../claims.ts";
import { soon, STUCK, turn } from "../waiting.ts";
import { deepStrictEqual as assertEquals, fail, ok as assert } from "node:assert/strict";
import type { Backend, BackendKind } from "../../poller/backend.ts";
import { createBackend, kinds } from "../../poller/create.ts";
import { unusedNumber } from "../fds.ts";

/** What each part of the contract is given. */
export interface Contract {
  readonly kind: BackendKind;
  /** The system call that registers, as errors name it. */
  readonly registers: string;
  /** The system call that waits. */
  readonly waits: string;
  /** The first number of a descriptor that it can't watch. */
  readonly ceiling: number;
  /** A number below that which isn't open, and which no one else gets by chance. */
  readonly unused: number;
  /** Whether what is open can be counted: the system tells, and none belongs to a library's kqueue. */
  readonly countable: boolean;
  /** A test of a set, which is closed behind it. */
  claim(
    name: string,
    body: (set: Backend<string>) => unknown,
    ignore?: boolean,
  ): Deno.TestDefinition;
}

/** What was reported: readiness by token. */
export type Found = Record<string, number>;

/** Longer than any wait takes that works. Its number also tells our thread from others, see `parked`. */
export const LONG = 20_011;
export const LINUX = Deno.build.os === "linux";

/** The contract's frame for one kind. */
function contractOf(kind: BackendKind): Contract {
  // Foreign functions are bound at their first use, and the sanitizers take that for a test's leak.
  const first = createBackend<string>(kind);
  first.waitSync(0, () => {});
  first.close();
  const ceiling = kind === "select" ? 1024 : Infinity;
  return {
    kind,
    registers: kind === "epoll" ? "epoll_ctl" : kind === "kqueue" ? "kevent" : kind,
    waits: kind === "epoll" ? "epoll_wait" : kind === "kqueue" ? "kevent" : kind,
    ceiling,
    unused: Math.min(unusedNumber(), ceiling - 1),
    countable: LINUX && kind !== "kqueue",
    claim: (name, body, ignore = false) => ({
      name: `${kind}: ${name}`,
      ignore,
      fn: async () => {
        const set = createBackend<string>(kind);
        try {
          await body(set);
        } finally {
          set.close();
        }
      },
    }),
  };
}

/** The contract for each of this system's backends: what every one of them must do, in `backend_<topic>_test.ts`. */
export const CONTRACTS: readonly Contract[] = kinds().map(contractOf);

/** What a report tells, of each token once. */
export const gathered = claims(function gathered(
  reporting: (report: (token: string, ready: number) => void) => void,
): Found {
  const found: Found = {};
  reporting((token, ready) => {
    assert(!(token in found), `${token} was reported twice`);
    found[token] = ready;
  });
  return found;
});

/** Waits on this thread, and returns what was reported. */
export const onThread = claims(function onThread(set: Backend<string>, timeout: number): Found {
  return gathered((report) => set.waitSync(timeout, report));
});

/** What the last wait on a pool thread has found. */
export const collected = claims(function collected(set: Backend<string>): Found {
  return gathered((report) => set.collect(report));
});

/** Waits on a pool thread, and returns what was reported. */
export const onPool = claims(
  async function onPool(set: Backend<string>, timeout: number): Promise<Found> {
    await soon(set.wait(timeout));
    return collected(set);
  },
);

/** What is ready at this moment: the same, whichever way it's asked. */
export const both = claims(async function both(set: Backend<string>): Promise<Found> {
  const found = onThread(set, 0);
  assertEquals(await onPool(set, 0), found);
  assertEquals(onThread(set, 0), found);
  return found;
});

/** Waits again until something is reported: a wait may end for no reason. */
export const until = claims(
  async function until(set: Backend<string>, found: Found): Promise<Found> {
    const limit = performance.now() + STUCK;
    while (Object.keys(found).length === 0) {
      assert(performance.now() < limit, "nothing was reported");
      found = await onPool(set, LONG);
    }
    return found;
  },
);

/** Claims that waits of that length are waited out, both ways, and returns what they reported. */
export const lasts = claims(async function lasts(
  set: Backend<string>,
  timeout: number,
  atLeast: number = timeout,
): Promise<Found> {
  const begin = performance.now();
  const found = onThread(set, timeout);
  const middle = performance.now();
  Object.assign(found, await onPool(set, timeout));
  const end = performance.now();
  assert(middle - begin >= atLeast, `on this thread it took only ${middle - begin} ms`);
  assert(end - middle >= atLeast, `on a pool thread it took only ${end - middle} ms`);
  return found;
});

/**
 * Resolves when a thread of this process sleeps in a system call with that time-out among its
 * arguments (of select: with any, as its argument is a place in memory). Where the system doesn't
 * tell, it only gives the thread some turns to get there.
 */
export const parked = claims(async function parked(timeout: number): Promise<void> {
  const hex = timeout === -1 ? "0xffffffff" : `0x${timeout.toString(16)}`;
  const mask = timeout === -1 ? "0xffffffffffffffff" : hex;
  const limit = performance.now() + STUCK / 2;
  for (let looks = 0; performance.now() < limit; looks++) {
    await turn();
    let told = 0;
    for (const call of systemCalls()) {
      told++;
      const [number, ...words] = call.split(" ");
      const argument = words[CALLS[number] - 1];
      if (argument === hex || argument === mask) return;
      if (SELECTS.includes(number) && (argument === "0x0") === (timeout === -1)) return;
    }
    if (told === 0 && looks === 20) return;
  }
  fail("no thread waits");
});

/** Which argument of poll, epoll_wait, select and pselect6 is their time-out, by the numbers of x86_64. */
const CALLS: Record<string, number> = { 7: 3, 232: 4, 23: 5, 270: 5 };
const SELECTS = ["23", "270"];

/** What each thread is waiting for in the kernel, in its own numbers; empty where that isn't told. */
function* systemCalls(): Generator<string> {
  if (!LINUX || Deno.build.arch !== "x86_64") return;
  for (const { name } of Deno.readDirSync("/proc/self/task")) {
    try {
      yield Deno.readTextFileSync(`/proc/self/task/${name}/syscall`);
    } catch {
      // The thread has ended, or the kernel doesn't tell.
    }
  }
}
