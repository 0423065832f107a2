import {
  deepStrictEqual as assertEquals,
  doesNotMatch as assertNoMatch,
  match as assertMatch,
} from "node:assert/strict";
import { wrongWith } from "../../bench/checkout/examples.ts";
import { portable } from "../../bench/checkout/portable.ts";
import { outcomeOf } from "../../bench/checkout/suite.ts";
import type { Case, Series } from "../../bench/harness/contest.ts";
import { fill } from "../../bench/harness/markdown.ts";
import { DROP_IN, NPM_ON_DENO, NPM_ON_NODE } from "../../bench/harness/names.ts";
import { type Ending, runToEnd } from "../../bench/harness/process.ts";
import { reachedOf } from "../../bench/harness/report.ts";
import { caseOf, reportOf } from "./support.ts";

/** Figures of the three, in the order of the table's columns. */
function npmCase(key: string, of: number | undefined, ...figures: (number | null)[][]): Case {
  const names = [NPM_ON_NODE, NPM_ON_DENO, DROP_IN];
  const series: Series[] = figures.map((values, i) => ({ name: names[i], values, references: [] }));
  return { group: "npm", key, title: key, unit: "ms", better: "more", of, series };
}

const REPORT = reportOf(
  npmCase("npm/trips", 1000, [1000, 1000], [0, 999], [1000, 1000]),
  npmCase("npm/suite", 1432, [1430], [278], [1428]),
  npmCase("npm/example/one", 1, [1, 1], [1, 0], [1, 1]),
  npmCase("npm/example/other", 1, [1, 1], [1, 1], [1, 1]),
  npmCase("npm/rate/16", undefined, [100], [null], [300]),
);
Object.assign(REPORT.machine.versions, { node: "20", "zeromq.js": "6.8.0, libzmq 4.3.5" });
Object.assign(REPORT.cases[4].series[1], { problem: "hung: nothing within 10 s" });
Object.assign(REPORT.cases[4].series[2], { references: [100] });

Deno.test("of several runs those that reached all are counted, of a single one how far it came", () => {
  const one = npmCase("npm/trips", 1000, [1000, 999, null, 1000], [], [999]);
  assertEquals(reachedOf(one, one.series[0]), "2 of 4");
  assertEquals(reachedOf(one, one.series[2]), "999 of 1,000");
});

Deno.test("the table has a row for each case, and a column for each of the three", () => {
  const filled = fill("<!-- figures: npm -->\n<!-- end -->\n", REPORT);
  assertMatch(filled, /\| npm\/trips \| 2 of 2 \| 0 of 2 \| 2 of 2 \|/);
  assertMatch(filled, /\| npm\/suite \| 1,430 of 1,432 \| 278 of 1,432 \| 1,428 of 1,432 \|/);
  assertMatch(filled, /\| npm\/rate\/16, ms \| 100 \| stuck \| 300 \(3\.00 ×\) \|/);
});

Deno.test("the summary counts the examples that worked in every run", () => {
  const filled = fill("<!-- figures: npm-summary -->\n<!-- end -->\n", REPORT);
  assertMatch(filled, /how many work in every run \| 2 of 2 \| 1 of 2 \| 2 of 2 \|/);
  assertMatch(filled, /with Deno 2, Node\.js 20 and zeromq 6\.8\.0, libzmq 4\.3\.5\./);
});

Deno.test("a run without a checkout fills the summary with what it has", () => {
  const report = { ...REPORT, cases: REPORT.cases.slice(0, 1) };
  const filled = fill("<!-- figures: npm-summary -->\n<!-- end -->\n", report);
  assertMatch(filled, /npm\/trips \| 2 of 2 \| 0 of 2 \| 2 of 2 \|/);
  assertNoMatch(filled, /suite|examples|undefined|NaN/);
});

Deno.test("npm's figures and the others leave each other's places in a page alone", () => {
  const page =
    "<!-- figures: npm -->\nold\n<!-- end -->\n<!-- figures: send -->\nold\n<!-- end -->\n";
  const [npm, others] = [
    fill(page, REPORT),
    fill(page, reportOf(caseOf("send/tcp/16/1", "more"))),
  ];
  assertMatch(npm, /npm\/trips[^]*figures: send -->\nold\n/);
  assertMatch(others, /figures: npm -->\nold\n[^]*send\/tcp\/16\/1/);
});

const ENDED: Ending = { code: 0, signal: null, late: false, stdout: "done\n", stderr: "" };

Deno.test("an example is right if it says what it should and ends with status 0", () => {
  const example = { name: "one", says: ["done"] };
  assertEquals(wrongWith(example, ENDED), undefined);
  assertMatch(wrongWith(example, { ...ENDED, stdout: "" })!, /^ended, without "done"$/);
  assertMatch(wrongWith(example, { ...ENDED, late: true, signal: "SIGKILL" })!, /^hung$/);
  assertMatch(wrongWith(example, { ...ENDED, code: 139, signal: "SIGSEGV" })!, /^SIGSEGV$/);
  assertMatch(
    wrongWith(example, { ...ENDED, code: 1, stderr: "x\nTypeError: no\n  at y" })!,
    /^status 1: TypeError: no$/,
  );
});

Deno.test("an example that goes on is right if it does so without an error", () => {
  const example = { name: "one", says: [], stays: true };
  const stayed = { ...ENDED, code: 137, signal: "SIGKILL", late: true };
  assertEquals(wrongWith(example, stayed), undefined);
  assertMatch(wrongWith(example, { ...stayed, stderr: "Error: no" })!, /^complained: Error: no$/);
  assertMatch(wrongWith(example, ENDED)!, /^ended with status 0$/);
});

Deno.test("an example's ports are replaced, and no other number", () => {
  const text =
    `bind("tcp://*:3456"); connect("tcp://127.0.0.1:5555"); get("http://127.0.0.1:3000")`;
  assertEquals(
    portable(text, [1, 2, 3]),
    `bind("tcp://*:2"); connect("tcp://127.0.0.1:3"); get("http://127.0.0.1:3000")`,
  );
});

const PASS = `["pass",{"title":"a","fullTitle":"the a"}]`;
const FAIL =
  `["fail",{"title":"b","fullTitle":"the b","err":"Timeout. For async tests and hooks, x"}]`;
const END = `["end",{"passes":1,"failures":1}]`;

Deno.test("a file's tests are counted from mocha's lines, among those that the tests print", () => {
  const stdout = `ZeroMQ version 4\n["start",{"total":2}]\n${PASS}\nno newline${FAIL}\n${END}\n`;
  assertEquals(outcomeOf({ ...ENDED, code: 1, stdout }), {
    passed: 1,
    failed: ["the b: Timeout."],
  });
});

Deno.test("a file whose process crashed or hung says so, with what it had passed", () => {
  const stdout = `${PASS}\n${PASS}\n`;
  const crashed = { ...ENDED, code: 139, signal: "SIGSEGV", stdout };
  assertEquals(outcomeOf(crashed), { passed: 2, failed: [], broken: "ended by SIGSEGV" });
  assertEquals(outcomeOf({ ...crashed, late: true }).broken, "hung");
});

Deno.test("a program that doesn't end is ended when its time is over", async () => {
  const late = await runToEnd({ program: "sleep", args: ["60"] }, 50);
  assertEquals([late.late, late.signal], [true, "SIGKILL"]);
  const { code, stdout } = await runToEnd({ program: "pwd", args: [], cwd: "/" }, 10_000);
  assertEquals([code, stdout], [0, "/\n"]);
});
