import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";

const ROOT = new URL("../", import.meta.url).pathname;

async function filesBelow(folder: string, ending: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(ROOT + folder)) {
    if (isDirectory) found.push(...await filesBelow(`${folder}${name}/`, ending));
    else if (name.endsWith(ending)) found.push(folder + name);
  }
  return found;
}

async function guides(): Promise<Map<string, string>> {
  const files = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    ...await filesBelow("docs/", ".md"),
  ];
  const texts = files.map(async (file) => [file, await Deno.readTextFile(ROOT + file)] as const);
  return new Map(await Promise.all(texts));
}

/** A heading's anchor, as the usual readers of Markdown make it. */
function anchorOf(heading: string): string {
  const text = heading.replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return text.replaceAll(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-");
}

/** Whether a name in a guide, in which … leaves something out, is that of a test, in which ${…} is filled in. */
function isName(cited: string, source: string): boolean {
  const pattern = (text: string, gap: RegExp) =>
    new RegExp(
      `^${text.split(gap).map((part) => part.replaceAll(/[^\w ]/g, "\\$&")).join(".*")}$`,
      "s",
    );
  return pattern(cited, /…/).test(source) || pattern(source, /\$\{[^}]*\}/).test(cited);
}

Deno.test("every test that a guide cites for a claim exists", async () => {
  const tests = new Map<string, string[]>();
  for (const file of await filesBelow("tests/", ".ts")) {
    const source = await Deno.readTextFile(ROOT + file);
    const strings = source.matchAll(/"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g);
    tests.set(file, [...strings].map(([, a, b]) => (a ?? b).replaceAll('\\"', '"')));
  }
  let cited = 0;
  const missing: string[] = [];
  for (const [guide, text] of await guides()) {
    for (const [, file, names] of text.matchAll(/`([\w/]+\.ts)`:((?:(?:,| and)? "[^"]*")+)/g)) {
      const candidates = [...tests].filter(([path]) => `/${path}`.endsWith(`/${file}`));
      for (const [, name] of names.matchAll(/"([^"]*)"/g)) {
        if (file === "file_test.ts") continue; // how to cite one
        cited++;
        if (candidates.some(([, strings]) => strings.some((one) => isName(name, one)))) continue;
        missing.push(`${guide}: ${file}: ${name}`);
      }
    }
  }
  assertEquals(missing, []);
  assert(cited > 100, `only ${cited} citations were found`);
});

Deno.test("every link within the guides leads somewhere", async () => {
  const texts = await guides();
  let links = 0;
  const broken: string[] = [];
  for (const [guide, text] of texts) {
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      links++;
      const url = new URL(target, `file://${ROOT}${guide}`);
      const file = url.pathname.slice(ROOT.length);
      const there = texts.get(file);
      const exists = there !== undefined || await Deno.stat(url).then(() => true, () => false);
      const headings = [...(there ?? "").matchAll(/^#+ (.*)$/gm)].map(([, one]) => anchorOf(one));
      if (!exists || (url.hash !== "" && !headings.includes(decodeURI(url.hash.slice(1))))) {
        broken.push(`${guide}: ${target}`);
      }
    }
  }
  assertEquals(broken, []);
  assert(links > 40, `only ${links} links were found`);
});
