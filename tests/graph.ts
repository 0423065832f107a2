/** What `deno info` says of the library's modules. */

import { ROOT } from "./files.ts";

/** The library's entries, by their names in \`deno.json\`. */
export const EXPORTS: Record<string, string> =
  JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))).exports;

/** A module, and what it imports, as far as that's needed here. */
export interface Module {
  specifier: string;
  dependencies?: { specifier: string; code?: { specifier: string }; isDynamic?: boolean }[];
}

/** All modules behind one, itself included, those of types and of dynamic imports as well. */
export async function graphOf(entry: URL): Promise<Module[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", entry.href],
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).modules;
}

/** The library's own modules behind an entry of it. */
export async function modulesOf(entry: string): Promise<Module[]> {
  const modules = await graphOf(new URL(entry, ROOT));
  return modules.filter(({ specifier }) => specifier.startsWith("file:"));
}

/** Where a module stands in the library. */
export function pathOf({ specifier }: Module): string {
  return specifier.slice(ROOT.href.length);
}
