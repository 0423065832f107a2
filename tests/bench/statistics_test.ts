import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { othersShare } from "../../bench/harness/machine.ts";
import { median, ratios, spreadOf } from "../../bench/harness/statistics.ts";

Deno.test("the median of an odd number of values is the middle one, of an even number their mean", () => {
  assertEquals(median([100, 9, 8]), 9);
  assertEquals(median([1, 10, 2, 100]), 6);
  assert(Number.isNaN(median([])));
});

Deno.test("a spread goes from the smallest to the largest value, whatever their order", () => {
  assertEquals(spreadOf([5, 20, 3]), { median: 5, min: 3, max: 20 });
});

Deno.test("ratios pair the values of one round, and leave out rounds that failed", () => {
  assertEquals(ratios([10, null, 30, 40], [20, 20, null, 10]), [0.5, 4]);
});

Deno.test("others' share is what the machine did beside this process and its children", () => {
  const before = { all: 1000, busy: 300, own: 100 };
  assertEquals(othersShare(before, { all: 1200, busy: 450, own: 200 }), 25);
  assertEquals(othersShare(before, { all: 1200, busy: 395, own: 200 }), 0);
  assertEquals(othersShare(undefined, before), null);
});
