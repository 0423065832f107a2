/** Many descriptors at once. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { EDGE, READABLE, WRITABLE } from "../../poller/backend.ts";
import { descriptorLimit, drain, type Pair, pipe, put, socketPair } from "../fds.ts";
import { both, collected, CONTRACTS, type Found, LONG, onPool, onThread } from "./contract.ts";
import { soon } from "../waiting.ts";

/** 500 pairs, or as many as the backend can watch; a few numbers are left for others. */
function manyPairs(ceiling: number): Pair[] {
  const pairs: Pair[] = [];
  while (pairs.length < 500) {
    const pair = socketPair();
    pairs.push(pair);
    if (Math.max(pair.read, pair.write) + 8 > ceiling) break;
  }
  return pairs;
}

for (const { claim, ceiling } of CONTRACTS) {
  const tooFew = descriptorLimit() < 1200;
  const reason = tooFew ? " (skipped: the limit of descriptors is below 1,200)" : "";
  const thousand = ceiling === Infinity ? "1,000" : `all that there can be below ${ceiling}`;

  Deno.test(
    claim(`of ${thousand} descriptors only the ready ones are reported${reason}`, async (set) => {
      const pairs = manyPairs(ceiling);
      const all = pairs.flatMap(({ read, write }) => [[read, write], [write, read]]);
      try {
        for (const [fd] of all) set.add(fd, READABLE, String(fd));
        assertEquals(await both(set), {});
        // Among them the first, the last, and whole runs.
        const chosen = all.filter((_, index) =>
          index % 37 === 0 || index > all.length - 40 || index === 1
        );
        for (const [, other] of chosen) put(other);
        const expected = Object.fromEntries(chosen.map(([fd]) => [String(fd), READABLE]));
        assertEquals(await both(set), expected);
        // Every third is removed; those that remain are reported as before.
        const left = all.filter(([fd], index) => index % 3 !== 0 || void set.remove(fd));
        const still = left.filter(([fd]) => String(fd) in expected);
        const rest = Object.fromEntries(still.map(([fd]) => [String(fd), READABLE]));
        assertEquals(await both(set), rest);
        assert(Object.keys(rest).length < Object.keys(expected).length);
      } finally {
        for (const pair of pairs) pair[Symbol.dispose]();
      }
    }, tooFew),
  );

  Deno.test(
    claim(`when ${thousand} are ready at once, none is left out for long${reason}`, async (set) => {
      const pairs = manyPairs(ceiling);
      try {
        for (const fd of pairs.flatMap(({ read, write }) => [read, write])) {
          set.add(fd, WRITABLE | EDGE, String(fd));
        }
        const seen = new Set<string>();
        for (let turn = 0; turn < 4 && seen.size < 2 * pairs.length; turn++) {
          const found = turn % 2 === 0 ? onThread(set, LONG) : await onPool(set, LONG);
          for (const token of Object.keys(found)) seen.add(token);
        }
        assertEquals(seen.size, 2 * pairs.length);
      } finally {
        for (const pair of pairs) pair[Symbol.dispose]();
      }
    }, tooFew),
  );

  Deno.test(claim("descriptors may come and go while waiting, any number of times", async (set) => {
    const pipes = Array.from({ length: 40 }, () => pipe());
    const expected: Found = {};
    try {
      for (let turn = 0; turn < 20; turn++) {
        const waiting = set.wait(LONG);
        for (const [index, { read, write }] of pipes.entries()) {
          const token = String(read);
          if ((index * 7 + turn) % 3 !== 0) continue;
          if (token in expected) {
            set.remove(read);
            delete expected[token];
            drain(read);
          } else {
            set.add(read, READABLE, token);
            put(write);
            expected[token] = READABLE;
          }
        }
        set.wake();
        await soon(waiting);
        for (const token of Object.keys(collected(set))) assert(token in expected);
        assertEquals(await both(set), expected);
      }
    } finally {
      for (const one of pipes) one[Symbol.dispose]();
    }
  }));
}
