/** How a soak judges what it has measured. */

import { deepStrictEqual as assertEquals, match as assertMatch, throws } from "node:assert/strict";
import { chart } from "./soak/chart.ts";
import { Numbered } from "./soak/counts.ts";
import { type Measures, trends } from "./soak/measures.ts";

/** Ten minutes of measurements: `value` says what each of them has, by its share of the time. */
function measured(value: (share: number) => Partial<Measures>): Measures[] {
  return Array.from({ length: 40 }, (_, index) => ({
    at: index * 15,
    quiet: true,
    rss: 100,
    v8: 10,
    v8Total: 20,
    c: 10,
    descriptors: 40,
    threads: 9,
    workers: 0,
    ...value(index / 39),
  }));
}

function growing(all: Measures[]): string[] {
  return trends(all)!.filter(({ grows }) => grows).map(({ name }) => name);
}

Deno.test("what grows to the end is found, and what only grows at first, or goes up and down, isn't", () => {
  assertEquals(growing(measured((share) => ({ rss: 100 + 100 * share }))), ["rss"]);
  assertEquals(growing(measured((share) => ({ descriptors: 40 + Math.round(20 * share) }))), [
    "descriptors",
  ]);
  assertEquals(growing(measured((share) => ({ c: 10 + 30 * Math.min(0.3, share) }))), []);
  assertEquals(growing(measured((share) => ({ v8: 10 + 5 * Math.sin(100 * share) }))), []);
  assertEquals(trends(measured(() => ({})).slice(0, 6)), undefined);
});

Deno.test("what the runtime leaves of each worker isn't growth, and what anything else leaves is", () => {
  const left = (each: number) =>
    measured((share) => ({ c: 10 + 10_000 * share * each / 1024, workers: 10_000 * share }));
  assertEquals(growing(left(1)), []);
  assertEquals(growing(left(6)), ["c"]);
});

Deno.test("a message that is lost, twice there, out of order or torn is found", () => {
  const received = new Numbered("a test");
  received.take(Numbered.message(0));
  received.take(Numbered.message(1));
  throws(() => received.take(Numbered.message(1)), { name: "Failure" });
  throws(() => received.take(Numbered.message(3)), { name: "Failure" });
  throws(() => received.take(Numbered.message(2).subarray(0, 5)), { name: "Failure" });
  throws(() => received.end(3), { name: "Failure" });
});

Deno.test("the picture has a line for each measure", () => {
  const svg = chart(measured(() => ({})), "a title");
  assertEquals(svg.match(/<polyline/g)?.length, 6);
  assertMatch(svg, /^<svg [^]*a title[^]*<\/svg>\n$/);
});
