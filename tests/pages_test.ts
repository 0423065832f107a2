import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";

import { fill } from "../bench/harness/markdown.ts";
import { filesBelow, MODULES } from "./files.ts";
import { navigated, PAGES, pages, pathOf, read, withoutCitations, wordsOf } from "./pages.ts";

/** A page that users read has at most so many words. */
const MOST_WORDS = 2500;

/** For maintainers. */
const OTHERS = ["architecture", "internals", "memory-safety", "experiments"];

/** Words for which the project has others, and these. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bgives\b(?! up| back)/i, "returns"],
  [/\bfor ever\b/i, "indefinitely"],
  [/\bnobody\b/i, "no one"],
  [/\bwhoever\b/i, "any caller that, anyone who"],
  [/\bstrangers?\b/i, "untrusted peers, security"],
  [/\bat the most\b/i, "at most"],
  [/\banew\b/i, "again"],
  [/\bfor want of\b/i, "without"],
  [/\bbelongs? into\b/i, "belongs in"],
  [/\bleads nowhere\b/i, "is refused"],
  [/\bto mend\b|\bmended\b/i, "to fix"],
  [/\bwithout a word\b/i, "silently"],
];

/** What a file says to its readers: a page without its code, or a module's doc comments. */
function saidBy(path: string, text: string): string {
  return path.endsWith(".md")
    ? withoutCitations(text).replaceAll(/^```[^]*?^```$|<!-- figures[^]*?<!-- end -->/gm, "")
    : (text.match(/\/\*\*[^]*?\*\//g) ?? []).join("\n");
}

Deno.test("every page in docs/ is in the reading order, or for maintainers", async () => {
  const found = (await filesBelow("docs/", ".md")).sort();
  assertEquals(found, [...PAGES, ...OTHERS].map(pathOf).sort());
});

Deno.test("each page has its contents, and leads back and on: deno run -A tests/write_pages.ts", async () => {
  const texts = await pages();
  for (const [page, text] of texts) {
    assert(text.includes("<!-- contents -->"), `${page} has no contents`);
    assertEquals(navigated(page, texts), text, page);
  }
});

Deno.test("the README lists each page", async () => {
  const readme = await read("README.md");
  const listed = [...readme.matchAll(/^\| \[[^\]]*\]\(docs\/([\w-]+)\.md\)/gm)].map(([, one]) =>
    one
  );
  assertEquals(listed.filter((one) => !OTHERS.includes(one)), PAGES);
});

Deno.test(`no page has more than ${MOST_WORDS} words`, async () => {
  const texts = new Map([...await pages(), ["README", await read("README.md")]]);
  const long = [...texts].map(([page, text]) => [page, wordsOf(text)] as const)
    .filter(([, words]) => words > MOST_WORDS);
  assertEquals(long, []);
});

Deno.test("pages and doc comments use the project's words", async () => {
  const paths = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "examples/README.md",
    ...await filesBelow("docs/", ".md"),
  ];
  const found: string[] = [];
  for (const path of [...paths, ...MODULES]) {
    const said = saidBy(path, await read(path));
    for (const [word, better] of WORDS) {
      const hit = said.match(new RegExp(`.{0,40}${word.source}.{0,40}`, "i"));
      if (hit !== null) found.push(`${path}: “${hit[0].trim()}”: ${better}`);
    }
  }
  assertEquals(found, []);
});

Deno.test("figures in pages are those of bench/results.json and bench/npm.json", async () => {
  const reports = [
    JSON.parse(await read("bench/results.json")),
    JSON.parse(await read("bench/npm.json")),
  ];
  // The formatter has filled up the tables' cells.
  const plain = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{2,}/g, "-");
  for (const path of ["README.md", "docs/performance.md", "docs/zeromq-js.md"]) {
    const text = await read(path);
    assert(text.includes("<!-- figures: "), `${path} has no figures`);
    for (const report of reports) assertEquals(plain(text), plain(fill(text, report)), path);
  }
});

Deno.test("the page on memory safety has each foreign function that takes or returns a pointer", async () => {
  const page = await read("docs/memory-safety.md");
  const missing: string[] = [];
  let there = 0;
  for (const path of await filesBelow("ffi/", ".ts")) {
    // Each is declared with what it is in C, as a comment.
    const declared = /^ *\/\/ (?:const )?\w+(?: \w+)* \**(\w+)\([^)]*/gm;
    for (const [declaration, name] of (await read(path)).matchAll(declared)) {
      if (!/\*|\bdispatch_\w+_t/.test(declaration)) continue;
      if (page.includes(`\`${name}\``)) there++;
      else missing.push(`${path}: ${name}`);
    }
  }
  assertEquals(missing, []);
  assert(there > 80, `only ${there} declarations were found`);
});
