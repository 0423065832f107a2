import { deepStrictEqual as assertEquals, rejects as assertRejects } from "node:assert/strict";
import { type Contest, hold } from "../../bench/harness/contest.ts";
import { PeerError } from "../../bench/harness/process.ts";

const RATE = {
  key: "rate",
  title: "rate",
  unit: "msg",
  better: "more",
  from: "rate",
} as const;

const silent = () => {};

/** A contest in which each run is noted down, and returns the next number. */
function counting(order: string[], rounds: number, ...names: string[]): Contest {
  const contender = (name: string) => ({
    name,
    run: () => Promise.resolve({ rate: order.push(name) }),
  });
  return {
    group: "test",
    metrics: [RATE],
    reference: contender("C"),
    contenders: names.map(contender),
    rounds,
  };
}

Deno.test("each contender runs between two of the reference, in an order that alternates", async () => {
  const order: string[] = [];
  await hold(counting(order, 2, "one", "two"), silent);
  assertEquals(order.join(" "), "C C one C two C C two C one C");
});

Deno.test("a contender is divided by the mean of the reference's runs before and after it", async () => {
  const [{ series }] = await hold(counting([], 1, "one", "two"), silent);
  // The warm-up was 1.
  assertEquals(series, [
    { name: "C", values: [2, 4, 6], references: [] },
    { name: "one", values: [3], references: [3] },
    { name: "two", values: [5], references: [5] },
  ]);
});

Deno.test("a contender that failed isn't run again, and its reason is kept", async () => {
  let runs = 0;
  const failing = () => {
    runs++;
    return Promise.reject(new PeerError("hung"));
  };
  const contest = counting([], 3, "one");
  const [{ series }] = await hold({
    ...contest,
    contenders: [...contest.contenders, { name: "bad", run: failing }],
  }, silent);
  assertEquals(runs, 1);
  assertEquals(series[2].problem, "hung");
  assertEquals(series[2].values, [null, null, null]);
  assertEquals(series[1].values.length, 3);
});

Deno.test("an error of the benchmark itself ends the contest", async () => {
  const contest = counting([], 1);
  const broken = { name: "broken", run: () => Promise.reject(new TypeError("no")) };
  await assertRejects(() => hold({ ...contest, contenders: [broken] }, silent), TypeError);
});
