/** npm's zeromq for Node.js, taken from Deno's cache. */

import { fetchPrebuilt } from "../ffi/load.ts";

/** How programs of Node.js get at the package, or why they can't. */
export interface Npm {
  missing?: string;
  /** Programs in it, and modules that resolve from it, find the package. */
  folder: string;
  flags: readonly string[];
}

/** Where the package and what it needs lie in the cache, by name and version. */
const PACKAGES = [["zeromq", "6.8.0"], ["cmake-ts", "1.0.2"]];

/**
 * Finds the package, which Deno fetches if it has never done so. It lies where Node.js looks for nothing, so a
 * folder of links is made, which goes with this process.
 */
export async function npmZeromq(): Promise<Npm> {
  // Without the flags it would look for the packages where the links lead.
  const flags = ["--preserve-symlinks", "--preserve-symlinks-main"];
  let cache: string;
  try {
    const [file] = await fetchPrebuilt();
    cache = file.slice(0, file.indexOf("/zeromq/6.8.0/"));
  } catch {
    return { missing: "npm's zeromq can't be had", folder: "", flags };
  }
  if (!(await isNode())) return { missing: "Node.js isn't installed", folder: "", flags };
  const folder = await Deno.makeTempDir({ prefix: "zmq-npm-" });
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  await Deno.mkdir(`${folder}/node_modules`);
  for (const [name, version] of PACKAGES) {
    await Deno.symlink(`${cache}/${name}/${version}`, `${folder}/node_modules/${name}`);
  }
  return { folder, flags };
}

/** Where there is no Node.js, Deno runs itself under that name. */
async function isNode(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
    return new TextDecoder().decode(stdout).startsWith("v");
  } catch {
    return false;
  }
}
