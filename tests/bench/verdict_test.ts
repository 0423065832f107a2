import { match as assertMatch, strictEqual as assertEquals } from "node:assert/strict";
import { describePairs, isWorse, type Pairs, ratioOf } from "../../bench/harness/verdict.ts";

function pairs(before: number[], now: number[]): Pairs {
  return { name: "a way", unit: "ns", before, now };
}

/** Nine runs of 100, of which every third was disturbed. */
const DISTURBED = [100, 101, 180, 99, 100, 240, 102, 98, 160];

Deno.test("what takes a fifth longer is worse, though a third of the runs was disturbed", () => {
  const slower = DISTURBED.map((value) => value * 1.2);
  assertEquals(isWorse(pairs(DISTURBED, slower)), true);
  assertEquals(isWorse(pairs(DISTURBED, slower.toReversed())), true);
});

Deno.test("what takes as long isn't worse, whichever of its runs were disturbed", () => {
  const quiet = DISTURBED.map((value) => Math.min(value, 102));
  assertEquals(isWorse(pairs(quiet, DISTURBED)), false);
  assertEquals(isWorse(pairs(DISTURBED, quiet)), false);
});

Deno.test("where the machine is half as fast for a while, it's half as fast for both", () => {
  const before = [100, 100, 100, 200, 200, 200, 200, 200, 200];
  assertEquals(isWorse(pairs(before, before.map((value) => value * 1.03))), false);
  assertEquals(isWorse(pairs(before, before.map((value) => value * 1.2))), true);
});

Deno.test("of two estimates that disagree, none counts", () => {
  assertEquals(ratioOf(pairs([100, 100, 100], [99, 120, 120])), 1);
});

Deno.test("what takes less time isn't worse", () => {
  assertEquals(isWorse(pairs([100, 100, 100], [50, 50, 50])), false);
});

Deno.test("a table marks what is worse", () => {
  const text = describePairs([pairs([100, 100, 100], [130, 130, 130])]);
  assertMatch(text, /a way +100 ns +130 ns +1\.30 +1\.30–1\.30 +WORSE/);
});
