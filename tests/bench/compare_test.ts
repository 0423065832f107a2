import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { compare, describeComparison } from "../../bench/harness/compare.ts";
import { caseOf, series } from "./support.ts";

/** A comparison of one figure, as words. */
function verdict(better: "more" | "less", was: number[], now: number[], name = "ours"): string {
  const [stored, run] = [was, now].map((values) => [caseOf("a", better, series(name, ...values))]);
  const { worse, better: improved, compared } = compare(stored, run);
  if (compared === 0) return "nothing";
  return worse.length > 0 ? "worse" : improved.length > 0 ? "better" : "same";
}

Deno.test("a figure that fell below all that was seen before got worse", () => {
  assertEquals(verdict("more", [80, 85, 90], [60, 65, 70]), "worse");
  assertEquals(verdict("more", [60, 65, 70], [80, 85, 90]), "better");
});

Deno.test("where less is better, a figure that rose got worse", () => {
  assertEquals(verdict("less", [60, 65, 70], [80, 85, 90]), "worse");
  assertEquals(verdict("less", [80, 85, 90], [60, 65, 70]), "better");
});

Deno.test("a change within the spread of either run is none", () => {
  assertEquals(verdict("more", [50, 85, 90], [60, 65, 70]), "same");
  assertEquals(verdict("more", [80, 85, 90], [60, 65, 95]), "same");
});

Deno.test("a change of a few percent is none, however small the spread", () => {
  assertEquals(verdict("more", [100, 100, 100], [97, 97, 97]), "same");
});

Deno.test("it's the ratio to the reference that counts, not the figure", () => {
  const halved = { name: "ours", values: [45, 45, 45], references: [50, 50, 50] };
  const stored = [caseOf("a", "more", series("ours", 90, 90, 90))];
  const { worse, compared } = compare(stored, [caseOf("a", "more", halved)]);
  assertEquals([worse.length, compared], [0, 1]);
});

Deno.test("peers aren't compared, nor figures that only one run has", () => {
  assertEquals(verdict("more", [80, 80, 80], [20, 20, 20], "zeromq.js"), "nothing");
  const [a, b] = ["a", "b"].map((key) => [caseOf(key, "more", series("ours", 1, 1, 1))]);
  assertEquals(compare(a, b).compared, 0);
  const zmqPoll = { ...caseOf("a", "more", series("100", 1, 1, 1)), peers: true };
  assertEquals(compare([zmqPoll], [zmqPoll]).compared, 0);
});

Deno.test("from two rounds, nothing is said", () => {
  const [stored, now] = [[80, 80], [20, 20, 20]].map((values) => [
    caseOf("a", "more", series("ours", ...values)),
  ]);
  const { worse, compared, tooFew } = compare(stored, now);
  assertEquals([worse.length, compared, tooFew], [0, 0, 1]);
});

Deno.test("the worst comes first, with what was and what is", () => {
  const [stored, now] = [[80, 80], [60, 40]].map(([one, two]) => [
    caseOf("a", "more", series("one", one, one, one), series("two", two, two, two)),
  ]);
  const text = describeComparison(compare(stored, now));
  assertMatch(text, /2 got worse[^]*two: 0\.8 \(.*50 % worse\n.*one.*25 % worse$/);
});
