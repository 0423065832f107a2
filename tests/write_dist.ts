/**
 * Writes the library as a few files of JavaScript, which start sooner than its modules: `deno run -A tests/write_dist.ts
 * [FOLDER]`, where the folder is `dist/` unless another is named. What was there before goes.
 *
 * Each entry of `deno.json` has a file there, and all share one copy of the library. Its types are those of its module.
 */

import { ROOT } from "./files.ts";
import { EXPORTS } from "./graph.ts";

/** The file of each entry, in the folder: "./poller/mod.ts" stands in "poller/mod.js". */
export function builtFile(entry: string): string {
  return entry.replace(/^\.\//, "").replace(/\.ts$/, ".js");
}

/** Writes the folder; `false` if `deno bundle` can't: it fetches esbuild from npm when it runs first. */
export async function writeDist(folder: URL): Promise<boolean> {
  const entries = Object.values(EXPORTS);
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--no-lock", "--code-splitting", "--outdir", folder.pathname]
      .concat(entries),
    cwd: ROOT,
    stdin: "null",
    stderr: "inherit",
  }).output();
  for (const entry of success ? entries : []) {
    const file = new URL(builtFile(entry), folder);
    const types = relative(file, new URL(entry, ROOT));
    const code = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, `// @ts-self-types="${types}"\n${code}`);
  }
  return success;
}

/** The way from one file to another, so that the library's folder can be moved. */
function relative(from: URL, to: URL): string {
  if (!from.href.startsWith(ROOT.href)) return to.href;
  const depth = from.href.slice(ROOT.href.length).split("/").length - 1;
  return "../".repeat(depth) + to.href.slice(ROOT.href.length);
}

if (import.meta.main) {
  if (Deno.args.length > 1) throw new RangeError("A build takes one folder");
  const folder = Deno.args[0] ?? new URL("dist/", ROOT).pathname;
  const url = new URL(`${folder.replace(/\/$/, "")}/`, `file://${Deno.cwd()}/`);
  if (!await writeDist(url)) Deno.exit(1);
}
