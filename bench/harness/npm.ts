/** Packages from npm, in a folder that git doesn't know. */

import { fromFileUrl } from "./paths.ts";

/** Where they are kept: may be deleted at any time. */
export const CACHE = fromFileUrl(new URL("../../.deno/bench/", import.meta.url));

/** Installs packages, each as `name@version`, into a folder's node_modules. */
export async function install(folder: string, packages: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("npm", {
    args: [
      ...["install", "--prefix", folder, "--no-save", "--ignore-scripts"],
      ...["--no-audit", "--no-fund", ...packages],
    ],
    stdin: "null",
  }).output();
  if (!success) {
    throw new Error(`npm can't install ${packages}: ${new TextDecoder().decode(stderr)}`);
  }
}
