/**
 * Writes what is derived of the packages for npm: `deno run -A tests/write_npm.ts`.
 *
 * Fact: named imports of a CommonJS module are those that Deno finds written in it, and declarations that lie outside a
 * copied package can't be read from it. Failure: `import { Push }` and types would be missing. Decision: the names of each
 * entry, and its declarations, are written into the packages. Cost: these files, which a test compares.
 */

import { filesBelow, ROOT } from "./files.ts";

/** The package, and the module of the library behind each of its entries. */
const PACKAGE = "zeromq/npm/";
const ENTRIES = {
  "index.cjs": "zeromq.ts",
  "draft.cjs": "zeromq_draft.ts",
  "v5-compat.cjs": "zeromq_v5_compat.ts",
};
/** The packages for dependencies on older versions: each is copied alone, and so needs files of its own. */
const OLDER = ["zeromq/npm/v4/", "zeromq/npm/v5/"];
const OLDER_MODULE = "zeromq_v5_compat.ts";
const ORIGINAL = "original.cjs";

const NOTE = "// Written by tests/write_npm.ts.\n";

/** What a command of Deno prints. */
async function output(args: string[], input = ""): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  if (!success) throw new Error(`deno ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** Formats a text as the library's files are. */
function formatted(text: string, extension: string): Promise<string> {
  return output(["fmt", "--ext", extension, "-"], text);
}

/** The names of the values that a module exports, by its declarations. */
function namesOf(path: string, all: ReadonlyMap<string, string>): string[] {
  const text = all.get(path)!;
  const listed = [...text.matchAll(/^export \{([^}]*)\}/gm)]
    .flatMap(([, names]) => names.split(","))
    .map((name) => name.replace(/.* as /, "").trim());
  return [...new Set(listed)].filter((name) => name !== "").sort();
}

/** Where a module's declarations lie. */
function declarationOf(module: string): string {
  return module.replace(/\.ts$/, ".d.ts");
}

/** Where the declarations lie that others import. */
function resolved(module: string, path: string): string {
  return new URL(module.replace(/\.js$/, ".d.ts"), `file:///${path}`).pathname.slice(1);
}

/** An entry of the package: it exports what the module does. */
function entryOf(module: string, names: readonly string[]): Promise<string> {
  const list = `{ ${names.join(", ")} }`;
  return formatted(
    `${NOTE}"use strict";
    const ${list} = require("./${ORIGINAL}")("${module}");
    module.exports = ${list};
    Object.defineProperty(module.exports, "__esModule", { value: true });`,
    "js",
  );
}

/** The entry of a package for an older version: it exports one object, whichever package it is. */
function olderEntry(names: readonly string[]): Promise<string> {
  return formatted(
    `${NOTE}"use strict";
    module.exports = require("./${ORIGINAL}")("${OLDER_MODULE}").default;
    // What can be imported by name is found here, though it never runs.
    0 && (module.exports = { ${names.join(", ")} });`,
    "js",
  );
}

/** The library's declarations, by their paths, as `deno pack` derives them. */
async function declarations(): Promise<Map<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "zmq-pack-" });
  try {
    const tarball = `${folder}/library.tgz`;
    await output(["pack", "--quiet", "--allow-dirty", "--no-source-maps", "--output", tarball]);
    await new Deno.Command("tar", { args: ["xzf", tarball, "-C", folder] }).output();
    const found = new Map<string, string>();
    for (const path of await filesBelow(`${folder}/package/`, ".d.ts")) {
      found.set(path.slice(`${folder}/package/`.length), await Deno.readTextFile(path));
    }
    return found;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The declarations that modules need, by their paths in a package. */
async function declarationsOf(
  modules: readonly string[],
  all: ReadonlyMap<string, string>,
): Promise<[path: string, text: string][]> {
  const files: [string, string][] = [];
  const wanted = new Set(modules.map(declarationOf));
  const imports = /(?<= from "|import\(")\.[^"]*/g;
  for (const path of wanted) {
    const text = all.get(path)!;
    for (const [module] of text.matchAll(imports)) wanted.add(resolved(module, path));
    const lines = text
      // Deno finds them by `.js` in node_modules only.
      .replaceAll(imports, (module) => module.replace(/\.js$/, ".d.ts"))
      .replaceAll(/\*\/ (?=\S)/g, "*/\n");
    const declared = `${NOTE}// deno-lint-ignore-file\n${lines}`;
    files.push([`types/${path}`, await formatted(declared, "ts")]);
  }
  return files;
}

/** All derived files, by their paths in the library. */
export async function npmFiles(): Promise<Map<string, string>> {
  const all = await declarations();
  const files = new Map<string, string>();
  for (const [file, module] of Object.entries(ENTRIES)) {
    files.set(PACKAGE + file, await entryOf(module, namesOf(declarationOf(module), all)));
  }
  for (const [path, text] of await declarationsOf(Object.values(ENTRIES), all)) {
    files.set(PACKAGE + path, text);
  }
  const older = await olderEntry(namesOf(declarationOf(OLDER_MODULE), all));
  const declared = await declarationsOf([OLDER_MODULE], all);
  const original = await Deno.readTextFile(new URL(PACKAGE + ORIGINAL, ROOT));
  for (const folder of OLDER) {
    files.set(folder + "index.cjs", older);
    files.set(folder + ORIGINAL, NOTE + original);
    for (const [path, text] of declared) files.set(folder + path, text);
  }
  return files;
}

if (import.meta.main) {
  for (const folder of [PACKAGE, ...OLDER]) {
    await Deno.remove(new URL(`${folder}types`, ROOT), { recursive: true }).catch(() => {});
  }
  for (const [path, text] of await npmFiles()) {
    await Deno.mkdir(new URL(".", new URL(path, ROOT)), { recursive: true });
    await Deno.writeTextFile(new URL(path, ROOT), text);
  }
}
