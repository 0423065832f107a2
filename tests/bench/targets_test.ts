import { strictEqual as assertEquals } from "node:assert/strict";
import { judge } from "../../bench/harness/targets.ts";
import { TARGETS } from "../../bench/targets.ts";
import { caseOf, series } from "./support.ts";

const CASES = [
  caseOf("rate", "more", series("ours", 80, 90, 20), series("peer", 40, 30, 10)),
  { ...caseOf("time", "less"), series: [{ name: "ours", values: [7, 9, 8], references: [] }] },
];
const OURS = { name: "a target", key: "rate", series: "ours" };

Deno.test("a target is judged by the median of the ratios to the reference", () => {
  assertEquals(judge({ ...OURS, atLeast: 0.8 }, CASES)?.met, true);
  assertEquals(judge({ ...OURS, atLeast: 0.81 }, CASES)?.met, false);
  assertEquals(judge({ ...OURS, atMost: 0.79 }, CASES)?.met, false);
});

Deno.test("against another peer, a target takes the ratio of each round", () => {
  // 2, 3 and 2: the ratio of the medians would be 80 to 30.
  const verdict = judge({ ...OURS, against: "peer", atLeast: 2 }, CASES);
  assertEquals(verdict?.found?.median, 2);
  assertEquals(verdict?.met, true);
});

Deno.test("what the machine did to the reference beside a run is taken out of the ratio to a peer", () => {
  // While ours ran, all was half as fast.
  const ours = { name: "ours", values: [50], references: [50] };
  const cases = [caseOf("rate", "more", ours, series("peer", 25))];
  assertEquals(judge({ ...OURS, against: "peer", atLeast: 4 }, cases)?.found?.median, 4);
});

Deno.test("an absolute target takes the figure itself", () => {
  const target = { ...OURS, key: "time", against: "absolute" };
  assertEquals(judge({ ...target, atMost: 8 }, CASES)?.met, true);
  assertEquals(judge({ ...target, atMost: 7.9 }, CASES)?.met, false);
});

Deno.test("what wasn't measured is neither met nor missed", () => {
  assertEquals(judge({ ...OURS, key: "nothing", atLeast: 1 }, CASES), undefined);
  const verdict = judge({ ...OURS, against: "somebody", atLeast: 1 }, CASES);
  assertEquals(verdict?.met, undefined);
  assertEquals(verdict?.problem, "without somebody");
});

Deno.test("each target has one limit and a name of its own", () => {
  assertEquals(new Set(TARGETS.map(({ name }) => name)).size, TARGETS.length);
  for (const { name, atLeast, atMost } of TARGETS) {
    assertEquals((atLeast === undefined) !== (atMost === undefined), true, name);
  }
});
