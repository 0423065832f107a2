/** Programs in a world without libzmq: a mount namespace of their own, in which it's not there. */

import { strictEqual as assertEquals } from "node:assert/strict";
import { Program, works } from "../program.ts";

/** Makes folders again from links to what was in them, all but libzmq; then becomes the program. */
const HIDE = `
set -eu
aside=$1/aside
shift
mkdir "$aside"
mount -t tmpfs none "$aside"
anew() {
  mkdir -p "$aside/old$1" "$aside/new$1"
  mount --bind "$1" "$aside/old$1"
  find "$aside/old$1" -mindepth 1 -maxdepth 1 ! -name 'libzmq.so*' -exec ln -s -t "$aside/new$1" {} +
  mount --bind "$aside/new$1" "$1"
}
for folder in $(realpath -q /usr/lib/*-linux-gnu /usr/lib /usr/lib64 /usr/local/lib | sort -ur); do
  if ls "$folder"/libzmq.so* >/dev/null 2>&1 || [ "$folder" = "$(realpath "\${PLANT_IN:-/}")" ]; then
    anew "$folder"
  fi
done
eval "$PLANT"
unset LD_LIBRARY_PATH
exec "$@"
`;

/** What such a program is started with. */
export interface HiddenOptions {
  /** Whether it reaches the network. */
  network: boolean;
  /** Where Deno keeps what it fetches. */
  cache: string;
  flags?: readonly string[];
  /** Shell commands that put something in place, once libzmq is hidden; in `$aside` there is room. */
  plant?: string;
  /** The folder in which they do so. */
  plantIn?: string;
}

/** Whether this user may have a mount namespace, and a network namespace. */
export const canHide: boolean = Deno.build.os === "linux" &&
  await works("unshare", "--mount", "--net", "true");

/** Starts a program, given as its source, where there is no libzmq. Its files go into `folder`. */
export async function startHidden(
  source: string,
  folder: string,
  options: HiddenOptions,
): Promise<Program> {
  const { network, cache, flags = ["--allow-ffi"], plant = "", plantIn = "" } = options;
  const root = new URL("../../", import.meta.url).href;
  await Deno.writeTextFile(`${folder}/program.ts`, source.replaceAll("$ROOT/", root));
  await Deno.writeTextFile(`${folder}/hide.sh`, HIDE);
  const namespaces = network ? ["--mount"] : ["--mount", "--net"];
  const deno = [Deno.execPath(), "run", "--no-check", "--no-lock", "--no-prompt"];
  return new Program(
    "unshare",
    [...namespaces, "sh", `${folder}/hide.sh`, folder, ...deno, ...flags, `${folder}/program.ts`],
    { DENO_DIR: cache, LIBZMQ_PATH: "", PLANT: plant, PLANT_IN: plantIn },
  );
}

/** Says which libzmq was loaded, or what was tried. */
export const REPORT = `
try {
  const { libraryPath, Pair } = await import("$ROOT/mod.ts");
  new Pair();
  console.log(JSON.stringify({ path: libraryPath }));
} catch (error) {
  console.log(JSON.stringify({ name: error.name, message: error.message, tried: error.tried }));
}`;

/** What it says. */
export interface Report {
  path?: string;
  name: string;
  message: string;
  tried: { path: string; reason: string }[];
}

/** What such a program has said, which ended well. */
export async function reportOf(program: Program): Promise<Report> {
  const { code, signal, stdout, stderr } = await program.outcome();
  assertEquals(signal, null);
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}
