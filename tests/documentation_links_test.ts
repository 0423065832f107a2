import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";

import { filesBelow, ROOT } from "./files.ts";
import { anchorOf } from "./pages.ts";
import { isNamed, testsByFile } from "./places.ts";

async function guides(): Promise<Map<string, string>> {
  const files = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "examples/README.md",
    ...await filesBelow("docs/", ".md"),
  ];
  const texts = files.map(async (file) =>
    [file, await Deno.readTextFile(new URL(file, ROOT))] as const
  );
  return new Map(await Promise.all(texts));
}

Deno.test("every test that a guide cites for a claim stands in that file, under that name", async () => {
  const tests = await testsByFile();
  let cited = 0;
  const missing: string[] = [];
  for (const [guide, text] of await guides()) {
    for (
      const [, file, names] of text.matchAll(/`([\w/]+_test\.ts)`(?::((?:(?:,| and)? "[^"]*")+))?/g)
    ) {
      if (file === "tests/module_test.ts") continue; // how to cite one
      const there = tests.get(file);
      if (there === undefined) missing.push(`${guide}: ${file}`);
      for (const [, name] of (names ?? "").matchAll(/"([^"]*)"/g)) {
        cited++;
        if (!there?.some((one) => isNamed(one, name))) missing.push(`${guide}: ${file}: ${name}`);
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
      const url = new URL(target, new URL(guide, ROOT));
      const file = url.pathname.slice(ROOT.pathname.length);
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
