/** The picture of a soak: lines over time, as SVG. */

import type { Measures } from "./measures.ts";

interface Line {
  label: string;
  color: string;
  /** Only measurements in which nothing was under way. */
  quiet: boolean;
  value: (one: Measures) => number;
}

const MEMORY: Line[] = [
  { label: "RSS, under traffic", color: "#9ecae1", quiet: false, value: ({ rss }) => rss },
  { label: "RSS", color: "#2171b5", quiet: true, value: ({ rss }) => rss },
  { label: "V8's heap in use", color: "#d94801", quiet: true, value: ({ v8 }) => v8 },
  { label: "the C library's heap in use", color: "#238b45", quiet: true, value: ({ c }) => c },
];
const NUMBERS: Line[] = [
  { label: "descriptors", color: "#6a51a3", quiet: true, value: ({ descriptors }) => descriptors },
  { label: "threads", color: "#636363", quiet: true, value: ({ threads }) => threads },
];

const WIDTH = 760;
const LEFT = 50;
const RIGHT = 20;
const PANEL = 190;
const GAP = 56;

/** Draws it. */
export function chart(all: readonly Measures[], title: string): string {
  const height = 2 * (PANEL + GAP) + 30;
  const end = Math.max(60, all.at(-1)?.at ?? 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" ` +
    `font-family="sans-serif" font-size="12">\n` +
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>\n` +
    `<text x="${LEFT}" y="18" font-size="14" fill="#222">${title}</text>\n` +
    panel(all, MEMORY, "MB", 40, end) + panel(all, NUMBERS, "", 40 + PANEL + GAP, end) +
    "</svg>\n";
}

function panel(
  all: readonly Measures[],
  lines: readonly Line[],
  unit: string,
  top: number,
  end: number,
): string {
  const known = lines.filter(({ value }) => all.some((one) => !Number.isNaN(value(one))));
  const most = roundUp(Math.max(...known.flatMap(({ value }) => all.map(value))));
  const x = (at: number) => (LEFT + at / end * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number) => (top + PANEL - value / most * PANEL).toFixed(1);
  let svg = "";
  for (let i = 0; i <= 4; i++) {
    const value = most * i / 4;
    svg +=
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${
        y(value)
      }" stroke="#ddd"/>\n` +
      `<text x="${LEFT - 6}" y="${
        y(value)
      }" dy="4" text-anchor="end" fill="#555">${value}</text>\n`;
  }
  for (let i = 0; i <= 5; i++) {
    const at = end * i / 5;
    svg += `<text x="${x(at)}" y="${top + PANEL + 16}" text-anchor="middle" fill="#555">` +
      `${(at / 60).toFixed(end < 600 ? 1 : 0)} min</text>\n`;
  }
  let left = LEFT;
  for (const { label, color, quiet, value } of known) {
    const points = all.filter((one) => one.quiet || !quiet)
      .map((one) => `${x(one.at)},${y(value(one))}`);
    svg +=
      `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${
        points.join(" ")
      }"/>\n` +
      `<rect x="${left}" y="${top + PANEL + 26}" width="10" height="10" fill="${color}"/>\n` +
      `<text x="${left + 14}" y="${top + PANEL + 35}" fill="#222">${label}${
        unit && `, ${unit}`
      }</text>\n`;
    left += 34 + 6.4 * (label.length + unit.length);
  }
  return svg;
}

/** The next number that a scale can end with. */
function roundUp(value: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(4, value)));
  return Math.ceil(value / step * 2) * step / 2;
}
