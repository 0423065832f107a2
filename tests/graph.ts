/** What `deno info` says of a program's modules. */

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
