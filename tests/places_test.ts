/** Where tests stand, and where a failure is reported. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { filesBelow, MODULES } from "./files.ts";
import { allTests, isNamed } from "./places.ts";

/** Modules without tests of their own: they're gone, or nothing but a list, when a program runs. */
const UNTESTED: Record<string, string> = {
  "context_options.ts": "types",
  "modules.ts": "a generated list",
  "security/requests.ts": "types",
  "socket/event_types.ts": "types",
  "socket/halves.ts": "types",

  "socket/option_types.ts": "types",
  "socket/socket_options.ts": "types",
  "socket/waits.ts": "types",
  "zeromq/event_types.ts": "types",
  "zeromq/modules.ts": "a generated list",
  "zeromq/option_types.ts": "types",
  "zeromq/socket_types.ts": "types",
};

Deno.test("each module has a file of tests of its name at its place, or several of its topics", async () => {
  const files = await filesBelow("tests/", "_test.ts");
  const names = files.map((file) => file.slice("tests/".length, -"_test.ts".length));
  const without = MODULES.filter((path) => {
    const module = path.slice(0, -".ts".length);
    return !names.some((name) => name === module || name.startsWith(`${module}_`));
  });
  assertEquals(without.filter((path) => !(path in UNTESTED)), []);
  assertEquals(Object.keys(UNTESTED).filter((path) => !MODULES.includes(path)), []);
});

Deno.test("what has no tests of its own has types, or a list of imports, and nothing else", async () => {
  for (const [path, what] of Object.entries(UNTESTED)) {
    const source = await Deno.readTextFile(new URL(`../${path}`, import.meta.url));
    const code = source.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    const pattern = what === "types"
      ? /^(export )?(abstract |async )?(const|let|class|function)\b|^import (?!type\b)[^]/m
      : /^(?!import "\.{1,2}\/[\w/]+\.ts";$).+$/m;
    assertEquals(
      pattern.exec(code.replaceAll(/import \{(\s*type \w+,?)+\s*\}/g, "import type {}"))?.[0],
      undefined,
      path,
    );
  }
});

Deno.test("in a folder of the library's, each file of tests is of one of its modules", async () => {
  const folders = [...new Set(MODULES.map((path) => path.slice(0, path.lastIndexOf("/") + 1)))];
  const unplaced: string[] = [];
  for (const folder of folders.filter((folder) => folder !== "")) {
    for (const file of await filesBelow(`tests/${folder}`, "_test.ts")) {
      const name = file.slice("tests/".length, -"_test.ts".length);
      const known = MODULES.some((path) => `${name}_`.startsWith(`${path.slice(0, -3)}_`));
      if (!known) unplaced.push(file);
    }
  }
  assertEquals(unplaced, []);
});

Deno.test("each test is registered, and so reported, at a line of its own file", async () => {
  const elsewhere = (await allTests()).filter(({ file, at }) => !at.startsWith(`${file}:`));
  assertEquals(elsewhere, []);
});

Deno.test("a guide may leave out of a test's name what is before a colon, and what differs", () => {
  const name = "epoll: a set of 3 descriptors (needs 10)";
  for (const cited of [name, "a set of 3 descriptors (needs 10)", "a … descriptors (needs …)"]) {
    assert(isNamed(name, cited), cited);
  }
  for (
    const cited of ["", "a set", "descriptors (needs 10)", "a set of . descriptors (needs 10)"]
  ) {
    assert(!isNamed(name, cited), cited);
  }
});
