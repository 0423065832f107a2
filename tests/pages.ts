/** The pages that users read: their order, the contents and the links between them, and how many words they have. */

import { ROOT } from "./files.ts";

/** In reading order. The README is before the first. */
export const PAGES: readonly string[] = [
  "getting-started",
  "patterns",
  "messages",
  "recipes",
  "guide",
  "shutdown",
  "poller",
  "poll-loop",
  "options",
  "more-options",
  "contexts",
  "events",
  "threads",
  "web-streams",
  "proxy",
  "draft",
  "security",
  "authentication",
  "permissions",
  "performance",
  "guarantees",
  "zeromq-js",
  "from-zeromq-js",
  "pyzmq",
  "versions",
];

export function pathOf(page: string): string {
  return `docs/${page}.md`;
}

export async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** A heading's anchor, as the usual readers of Markdown make it. */
export function anchorOf(heading: string): string {
  const text = heading.replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return text.replaceAll(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-");
}

/** A page without its blocks of code, whose comments aren't headings. */
function prose(text: string): string {
  return text.replaceAll(/^```[^]*?^```$/gm, "");
}

function titleOf(text: string): string {
  return /^# (.*)$/m.exec(text)?.[1] ?? "";
}

/**
 * The page with its contents, a list of its sections between two markers, and with its last line, which leads to the
 * page before, to the list of all and to the page behind.
 */
export function navigated(page: string, texts: ReadonlyMap<string, string>): string {
  const text = texts.get(page)!;
  const sections = [...prose(text).matchAll(/^## (.*)$/gm)].map(([, heading]) =>
    `- [${heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")}](#${anchorOf(heading)})`
  );
  const contents = `<!-- contents -->\n\n${sections.join("\n")}\n\n<!-- /contents -->`;
  const at = PAGES.indexOf(page);
  const link = (to: number) => `[${titleOf(texts.get(PAGES[to])!)}](${PAGES[to]}.md)`;
  const line = [
    at === 0 ? "Back: [README](../README.md)" : `Back: ${link(at - 1)}`,
    "[All pages](../README.md#documentation)",
    ...(at + 1 < PAGES.length ? [`Next: ${link(at + 1)}`] : []),
  ].join(" · ");
  return text
    .replace(/<!-- contents -->(?:[^]*<!-- \/contents -->)?/, () => contents)
    .replace(/\n*(?:<!-- pages -->[^]*)?$/, () => `\n\n<!-- pages -->\n\n---\n\n${line}\n`);
}

/** All pages, by their names. */
export async function pages(): Promise<Map<string, string>> {
  return new Map(
    await Promise.all(PAGES.map(async (page) => [page, await read(pathOf(page))] as const)),
  );
}

/** A page without the names of tests that it cites. */
export function withoutCitations(text: string): string {
  return text.replaceAll(/`[\w/]+_test\.ts`(?::(?:(?:,| and)? "[^"]*")+)?/g, "");
}

/** How many words a reader has before them; what a script has written isn't counted, nor are tests' names. */
export function wordsOf(text: string): number {
  const written =
    /<!-- figures[^]*?<!-- end -->|<!-- contents -->[^]*<!-- \/contents -->|<!-- pages -->[^]*/g;
  return withoutCitations(text.replaceAll(written, "")).split(/\s+/).filter((word) =>
    /[\p{L}\p{N}]/u.test(word)
  )
    .length;
}
