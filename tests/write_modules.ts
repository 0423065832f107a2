/**
 * Writes the lists of modules that the entries begin with: `deno run -A tests/write_modules.ts`.
 *
 * Fact: where a module imports one that isn't loaded yet, Deno takes the importer's source map apart, to know the import's
 * place; and from a URL it can only ask for modules that it knows of. Failure: a tenth of an import's time, and one
 * round trip for each level of imports. Decision: each entry imports a list of all modules behind it, each after those
 * that it imports. Cost: one module more.
 */

import { ROOT } from "./files.ts";
import { graphOf } from "./graph.ts";

/** Each list, and the entry that it's of. */
export const LISTS: readonly [list: string, entry: string][] = [
  ["modules.ts", "mod.ts"],
  ["zeromq/modules.ts", "zeromq.ts"],
];

/** The text of a list. */
export async function listOf(list: string, entry: string): Promise<string> {
  const modules = await graphOf(new URL(entry, ROOT));
  const imports = new Map(
    modules.map(({ specifier, dependencies = [] }) => [
      specifier,
      dependencies.filter(({ code, isDynamic }) => code && !isDynamic).map(({ code }) =>
        code!.specifier
      ),
    ]),
  );
  const lists = LISTS.map(([name]) => new URL(name, ROOT).href);
  const ordered = new Set<string>();
  const visit = (module: string, path: readonly string[] = []) => {
    if (ordered.has(module) || path.includes(module) || lists.includes(module)) return;
    for (const one of [...imports.get(module) ?? []].sort()) visit(one, [...path, module]);
    ordered.add(module);
  };
  visit(new URL(entry, ROOT).href);
  const folder = new URL(".", new URL(list, ROOT)).href;
  const relative = (module: string) =>
    module.startsWith(folder)
      ? `./${module.slice(folder.length)}`
      : `../${module.slice(ROOT.href.length)}`;
  const lines = [...ordered].filter((one) => one !== new URL(entry, ROOT).href)
    .filter((one) => one.startsWith(ROOT.href))
    .map((one) => `import "${relative(one)}";\n`);
  return `// Written by tests/write_modules.ts: the modules behind ${entry}, each after those that it imports.\n` +
    lines.join("");
}

if (import.meta.main) {
  for (const [list, entry] of LISTS) {
    // Once more, since a module that no list names yet isn't found before the list is there.
    await Deno.writeTextFile(new URL(list, ROOT), await listOf(list, entry));
  }
}
