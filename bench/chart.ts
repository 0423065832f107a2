/** The chart: the figures of a run as an SVG picture, with no scripts and nothing to fetch. Pure. */

import type { Case } from "./harness/contest.ts";
import { PEERS } from "./harness/names.ts";
import { occasion, type Report, short, summaryOf } from "./harness/report.ts";
import type { Spread } from "./harness/statistics.ts";
import { sizeName } from "./harness/group.ts";

const WIDTH = 1080;
const MARGIN = 36;
const GAP = 40;
const COLUMN = (WIDTH - 2 * MARGIN - GAP) / 2;
const HEAD = 116;
const FOOT = 111;
const ROW = 23;
const BAR = 15;
const LABEL = 132;
/** Beside the longest bar stands its figure. */
const FIGURE = 162;
const TITLE = 44;

/** What others are called here; ours go by their methods. */
const COLOURS: Record<string, string> = {
  "C": "#39424e",
  "pyzmq": "#a9792b",
  "pyzmq asyncio": "#a9792b",
  "zeromq.js": "#b4533c",
  "zeromq.js on Deno": "#b4533c",
};
const OURS = "#0a7d72";

/** How ours stand in the chart, in this order after C. */
const WAYS: Record<string, string> = {
  "visit(fn, { timeout })": "visit, blocking",
  "visit": "visit",
  "drain": "drain",
  "for await": "for await",
  "sync": "sync",
  "async": "async",
};

const SIZES = [16, 1024, 65536, 1 << 20];

/** A part of the picture, at a place that is decided later. */
interface Panel {
  height: number;
  body: string;
}

/** The whole picture. Cases that the run hasn't got are left out. */
export function chart(report: Report): string {
  const find = (key: string) => report.cases.find((one) => one.key === key);
  const panels = [
    ...SIZES.map((size) => throughputPanel(find(`receive/tcp/${size}/1`), size)),
    tripPanel(find("roundtrip/client/tcp/median")),
    wakePanel(find("wake/epoll"), find("wake/poll"), find("wake/C's zmq_poll")),
  ].filter((panel) => panel !== undefined);

  let y = HEAD;
  const placed: string[] = [];
  for (let i = 0; i < panels.length; i += 2) {
    const row = panels.slice(i, i + 2);
    for (const [k, { body }] of row.entries()) {
      placed.push(`<g transform="translate(${MARGIN + k * (COLUMN + GAP)} ${y})">${body}</g>`);
    }
    y += Math.max(...row.map(({ height }) => height)) + 22;
  }
  const height = y + FOOT;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">deno-zmq beside C, pyzmq and zeromq.js</title>
<desc id="desc">${escape(describe(report))}</desc>
<style>${STYLE}</style>
<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="10" class="paper"/>
${head()}
${placed.join("\n")}
${foot(report, y)}
</svg>
`;
}

const STYLE = `
text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 13px; fill: #1d242d; }
.paper { fill: #fcfcfa; stroke: #d8d8d2; }
.big { font-size: 24px; font-weight: 650; }
.panel { font-size: 15.5px; font-weight: 650; }
.soft { fill: #626b77; font-size: 12px; }
.end { text-anchor: end; }
.mid { text-anchor: middle; }
.strong { font-weight: 650; }
.ours { fill: ${OURS}; }
.rule { stroke: #dededa; }
.whisker { stroke: #1d242d; stroke-opacity: 0.55; stroke-width: 1.2; fill: none; }
.guide { stroke: #39424e; stroke-opacity: 0.3; stroke-dasharray: 2 3; fill: none; }
.halo { paint-order: stroke; stroke: #fcfcfa; stroke-width: 4px; stroke-linejoin: round; }
.line { fill: none; stroke-width: 2.4; stroke-linejoin: round; }
`;

function head(): string {
  const key = [["C", COLOURS.C], ["deno-zmq", OURS], ["pyzmq", COLOURS.pyzmq], [
    "zeromq.js",
    COLOURS["zeromq.js"],
  ]];
  let x = MARGIN;
  const keys = key.map(([name, colour]) => {
    const at = x;
    x += 40 + name.length * 7.4;
    return `<rect x="${at}" y="83" width="12" height="12" rx="2" fill="${colour}"/>` +
      `<text x="${at + 18}" y="93.5">${name}</text>`;
  });
  return text(MARGIN, 44, "deno-zmq beside C, pyzmq and zeromq.js", "big") +
    text(
      MARGIN,
      67,
      "Two processes over tcp on one machine; only the measured end differs, the other is always the same C program.",
      "soft",
    ) + keys.join("");
}

/** The groups whose figures the chart shows. */
const DRAWN = ["receive", "roundtrip", "wake"];

function foot({ machine }: Report, y: number): string {
  const { cpu, cores, kernel, versions, later = {} } = machine;
  const times = DRAWN.filter((group) => later[group] !== undefined)
    .map((group) => `${group} ${later[group]!.date}, commit ${later[group]!.commit}`);
  const names = ["deno", "libzmq", "node", "zeromq.js", "python", "pyzmq"];
  const known = names.filter((name) => versions[name] !== undefined)
    .map((name) => `${name} ${versions[name]}`);
  const lines = [
    "Bars: the median of the rounds; thin lines: the smallest and the largest. " +
    "“× C”: the median ratio to C's runs just before and after.",
    `${cpu}, ${cores} cores, ${kernel}; ${known.join("; ")}`,
    `${occasion(machine)}. Drawn by ./dev bench --chart`,
    ...times.length === 0 ? [] : [`Measured again: ${times.join("; ")}`],
  ];
  return `<line x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${y}" y2="${y}" class="rule"/>` +
    lines.map((line, i) => text(MARGIN, y + 26 + i * 19, line, "soft")).join("");
}

function throughputPanel(one: Case | undefined, size: number): Panel | undefined {
  if (one === undefined) return undefined;
  const title = `Messages of ${sizeName(size)} received a second`;
  return bars(one, title, "more is better", (thousands) => {
    if (thousands >= 1000) return `${short(thousands / 1000)} M`;
    return thousands >= 1 ? `${short(thousands)} k` : short(thousands * 1000);
  }, size < 1024 ? undefined : (thousands) => `${(thousands * size / 1e6).toFixed(2)} GB/s`);
}

function tripPanel(one: Case | undefined): Panel | undefined {
  if (one === undefined) return undefined;
  return bars(
    one,
    "Round trip of 16 B, median",
    "less is better",
    (microseconds) => `${short(microseconds)} µs`,
  );
}

interface Row {
  label: string;
  colour: string;
  ours: boolean;
  figures?: Spread;
  ratio?: number;
  problem?: string;
}

function bars(
  { series }: Case,
  title: string,
  note: string,
  format: (value: number) => string,
  also?: (value: number) => string,
): Panel {
  const rows: Row[] = [];
  const order = ["C", ...Object.keys(WAYS), ...Object.keys(COLOURS).slice(1)];
  for (const name of order) {
    const one = series.find((each) => each.name === name);
    if (one === undefined) continue;
    const summary = summaryOf(one);
    rows.push({
      label: WAYS[name] ?? name,
      colour: COLOURS[name] ?? OURS,
      ours: !PEERS.has(name),
      figures: summary?.absolute,
      ratio: summary?.relative?.median,
      problem: one.problem,
    });
  }
  const most = Math.max(...rows.map(({ figures }) => figures?.max ?? 0));
  const scale = (COLUMN - LABEL - FIGURE - 10) / most;
  const beside = ({ figures, ratio }: Row) =>
    [figures && also?.(figures.median), ratio && `${ratio.toFixed(2)} × C`]
      .filter((part) => part !== undefined).join(", ");
  const body = rows.map((row, i) => bar(row, TITLE + i * ROW, scale, format, beside(row)));
  const height = TITLE + rows.length * ROW;
  const measure = rows[0]?.label === "C" ? rows[0].figures : undefined;
  const x = measure && round(LABEL + measure.median * scale);
  // C's length, down beside all the others.
  const guide = x === undefined
    ? ""
    : `<path d="M${x} ${TITLE + BAR}V${height - 4}" class="guide"/>`;
  return {
    height,
    body: text(0, 14, title, "panel") + text(0, 31, note, "soft") + guide + body.join(""),
  };
}

function bar(
  { label, colour, ours, figures, problem }: Row,
  y: number,
  scale: number,
  format: (value: number) => string,
  beside: string,
): string {
  const middle = y + BAR / 2;
  const name = text(LABEL - 10, middle + 4.5, label, ours ? "end strong ours" : "end");
  if (figures === undefined) return name + text(LABEL, middle + 4.5, problem ?? "–", "soft");
  const [min, median, max] = [figures.min, figures.median, figures.max].map((value) =>
    round(value * scale)
  );
  const whisker = max > min
    ? `<path d="M${LABEL + min} ${middle}H${LABEL + max}M${LABEL + max} ${middle - 3}v6M${
      LABEL + min
    } ${middle - 3}v6" class="whisker"/>`
    : "";
  const at = LABEL + max + 8;
  return `${name}<rect x="${LABEL}" y="${y}" width="${median}" height="${BAR}" rx="2" fill="${colour}"/>` +
    whisker +
    `<text x="${at}" y="${middle + 4.5}" class="halo"><tspan class="strong">${
      escape(format(figures.median))
    }</tspan>${beside === "" ? "" : `<tspan class="soft" dx="7">${escape(beside)}</tspan>`}</text>`;
}

/** Among how many, and how long. */
type Point = [many: number, microseconds: number];

function wakePanel(
  ours: Case | undefined,
  poll: Case | undefined,
  c: Case | undefined,
): Panel | undefined {
  if (ours === undefined || c === undefined) return undefined;
  const lines: { name: string; colour: string; dash?: string; points: Point[] }[] = [
    { name: "C's zmq_poll", colour: COLOURS.C, points: pointsOf(c) },
    { name: "Poller, poll", colour: OURS, dash: "5 4", points: pointsOf(poll) },
    { name: "Poller, epoll", colour: OURS, points: pointsOf(ours) },
  ];
  const all = lines.flatMap(({ points }) => points);
  const [left, right, top, bottom] = [LABEL - 60, COLUMN - 110, TITLE + 6, TITLE + 8 * ROW];
  const counts = [...new Set(all.map(([many]) => many))].sort((a, b) => a - b);
  const log = Math.log10;
  const x = (many: number) =>
    round(left + (right - left) * log(many / counts[0]) / log(counts.at(-1)! / counts[0]));
  const low = 10 ** Math.floor(log(Math.min(...all.map(([, time]) => time))));
  const high = 10 ** Math.ceil(log(Math.max(...all.map(([, time]) => time))));
  const y = (time: number) => round(bottom - (bottom - top) * log(time / low) / log(high / low));

  const grid: string[] = [];
  for (let time = low; time <= high * 1.001; time *= 10) {
    grid.push(
      `<line x1="${left}" x2="${right}" y1="${y(time)}" y2="${y(time)}" class="rule"/>` +
        text(left - 8, y(time) + 4, time >= 1000 ? `${time / 1000} ms` : `${time} µs`, "soft end"),
    );
  }
  const marks = counts.map((many) =>
    text(x(many), bottom + 17, many.toLocaleString("en"), "soft mid")
  );
  const drawn = lines.filter(({ points }) => points.length > 1).map(
    ({ name, colour, dash, points }) => {
      const path = points.map(([many, time]) => `${x(many)} ${y(time)}`).join("L");
      const [many, time] = points.at(-1)!;
      const dots = points.map(([many, time]) =>
        `<circle cx="${x(many)}" cy="${y(time)}" r="3" fill="${colour}"/>`
      ).join("");
      return `<path d="M${path}" class="line" stroke="${colour}"${
        dash ? ` stroke-dasharray="${dash}"` : ""
      }/>${dots}` + text(x(many) + 10, y(time) + 4.5, name, colour === OURS ? "strong ours" : "");
    },
  );
  return {
    height: bottom + 24,
    body: text(0, 14, "Round trip among silent descriptors, median", "panel") +
      text(0, 31, "by how many there are; both scales are logarithmic; less is better", "soft") +
      grid.join("") + marks.join("") + drawn.join(""),
  };
}

function pointsOf(one: Case | undefined): Point[] {
  const points = one?.series.map((series): Point => [
    Number(series.name.replaceAll(",", "")),
    summaryOf(series)?.absolute.median ?? NaN,
  ]) ?? [];
  return points.filter(([, time]) => Number.isFinite(time)).sort((a, b) => a[0] - b[0]);
}

/** The main figures in words, for those who can't see the picture. */
function describe({ cases }: Report): string {
  const sentences: string[] = [];
  for (const size of SIZES) {
    const one = cases.find(({ key }) => key === `receive/tcp/${size}/1`);
    for (const series of one?.series ?? []) {
      const ratio = summaryOf(series)?.relative?.median;
      if (ratio === undefined) continue;
      const name = WAYS[series.name] ?? series.name;
      sentences.push(`${sizeName(size)}, ${name}: ${ratio.toFixed(2)} of C's rate.`);
    }
  }
  return sentences.join(" ");
}

function text(x: number, y: number, content: string, classes = ""): string {
  return `<text x="${round(x)}" y="${round(y)}"${classes === "" ? "" : ` class="${classes}"`}>${
    escape(content)
  }</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
