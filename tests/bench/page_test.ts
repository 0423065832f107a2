import {
  deepStrictEqual,
  doesNotMatch as assertNoMatch,
  match as assertMatch,
  strictEqual as assertEquals,
} from "node:assert/strict";
import { chart } from "../../bench/chart.ts";
import { fill } from "../../bench/harness/markdown.ts";
import { type Report, withGroups } from "../../bench/harness/report.ts";
import { caseOf, reportOf, series } from "./support.ts";

const RECEIVE = caseOf("receive/tcp/16/1", "more", series("drain", 50, 60), {
  ...series("zeromq.js on Deno", null),
  problem: "hung <there>",
});

Deno.test("a page's figures are replaced between the markers, and nothing else", () => {
  const page = "before\n<!-- figures: receive/tcp/16 -->\nold\n<!-- end -->\nafter\n";
  const filled = fill(page, reportOf(RECEIVE, caseOf("receive/tcp/1600/1", "more")));
  assertMatch(filled, /^before\n<!-- figures: receive\/tcp\/16 -->\n[^]*<!-- end -->\nafter\n$/);
  assertMatch(filled, /\| drain \| 55 \| 50–60 \| 0\.55 \| 0\.50–0\.60 \|/);
  assertMatch(filled, /\| zeromq\.js on Deno \| hung <there> \|/);
  assertNoMatch(filled, /old|1600/);
  assertEquals(fill(filled, reportOf(RECEIVE, caseOf("receive/tcp/1600/1", "more"))), filled);
});

Deno.test("a summary has C's figure, and the others as multiples of it", () => {
  const page = "<!-- figures: summary -->\n<!-- end -->\n";
  const filled = fill(page, reportOf(RECEIVE));
  assertMatch(filled, /\| messages a second, 16 B \| 100 [^|]*\| +\| 0\.55 \|/);
  assertMatch(fill(page, reportOf()), /_Not measured yet\._/);
});

Deno.test("where a run lacks the figures, the page says so", () => {
  const page = "<!-- figures: send targets -->\nold\n<!-- end -->\n";
  assertMatch(fill(page, reportOf(RECEIVE)), /-->\n\n_Not measured yet\._\n\n<!-- end/);
});

Deno.test("figures that are measured later take the place of those before, and the page says when that was", () => {
  const of = (group: string, key: string, value: number) => ({
    ...caseOf(key, "more", series("ours", value)),
    group,
  });
  const later = reportOf(of("b", "b/one", 3), of("c", "c", 3));
  later.machine.date = "2026-02-03 04:05 UTC";
  const { cases, machine } = withGroups(
    reportOf(of("a", "a", 1), of("b", "b/one", 2), of("b", "b/two", 2)),
    later,
  );
  const values = cases.map(({ key, series }) => `${key} ${series.at(-1)!.values}`);
  assertEquals(values.join(", "), "a 1, b/one 3, b/two 2, c 3");
  const when = { date: "2026-02-03 04:05 UTC", commit: "abc", others: 12 };
  assertEquals(machine.date, "2026-01-02 03:04 UTC");
  deepStrictEqual(machine.later, { "b (1 of 2 figures)": when, c: when });
});

Deno.test("a group that is measured once more is told of once, with the last time", () => {
  const again = (date: string, stored: Report) => {
    const later = reportOf(RECEIVE);
    later.machine.date = date;
    return withGroups(stored, later);
  };
  const twice = again("the third", again("the second", reportOf(RECEIVE)));
  const page = fill("<!-- figures: machine -->\n<!-- end -->\n", twice);
  assertMatch(page, /\| measured \| 2026-01-02 03:04 UTC, commit abc, others took 12 % \|/);
  assertMatch(page, /\| test, measured \| the third, commit abc, others took 12 % \|/);
  assertNoMatch(page, /the second/);
});

/** The widths of a chart's bars, by their colour. */
function bars(svg: string): number[] {
  return [...svg.matchAll(/<rect [^>]*width="([\d.]+)" height="15"/g)].map(([, width]) =>
    Number(width)
  );
}

Deno.test("a bar is as long as its figure, against C's", () => {
  const [c, ours] = bars(chart(reportOf(RECEIVE)));
  assertEquals(Math.round(ours / c * 100), 55);
});

Deno.test("the chart says why a peer has no bar", () => {
  const svg = chart(reportOf(RECEIVE));
  assertEquals(bars(svg).length, 2);
  assertMatch(svg, />hung &lt;there&gt;</);
});

Deno.test("a chart leaves out what wasn't measured, and is still a picture", () => {
  const svg = chart(reportOf());
  assertMatch(svg, /^<svg [^]*<\/svg>\n$/);
  assertNoMatch(svg, /NaN|undefined|Infinity/);
});

Deno.test("a chart takes nothing from elsewhere, and names machine and versions", () => {
  const svg = chart(reportOf(RECEIVE));
  assertNoMatch(svg, /<script|<image|href=|url\(|@import/);
  assertMatch(svg, /Some &lt;CPU&gt; &amp; more, 2 cores, linux 6; deno 2; libzmq 4\.3\.4/);
  assertMatch(svg, /2026-01-02 03:04 UTC, commit abc/);
});

Deno.test("among silent descriptors, the chart's lines rise with the time", () => {
  const crowd = (key: string, ...times: number[]) => ({
    ...caseOf(key, "less"),
    series: ["10", "1,000", "5,000"].map((name, i) => ({
      name,
      values: [times[i]],
      references: [],
    })),
  });
  const svg = chart(
    reportOf(crowd("wake/epoll", 50, 50, 50), crowd("wake/C's zmq_poll", 50, 100, 900)),
  );
  const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  const [few, many, most, flat, still, level] = heights;
  assertEquals(few > many && many > most, true, `${heights}`);
  assertEquals(flat === still && still === level, true, `${heights}`);
});
