/** Examples in processes of their own, started as their headers say. */

import { fileURLToPath } from "node:url";
import { Running } from "./support.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);

/**
 * Starts an example with the permissions of the command in its header, and those that let a run choose the library and the
 * poller, and with the arguments given. What the header sets in the environment is set.
 */
export function example(path: string, ...args: string[]): Running {
  return exampleWith({}, path, ...args);
}

/** The same, where permissions of the command are others here, such as those to use a test's own folder. */
export function exampleWith(
  permissions: Record<`--${string}`, string>,
  path: string,
  ...args: string[]
): Running {
  const url = new URL(path, EXAMPLES);
  const found = Deno.readTextFileSync(url).match(
    new RegExp(`^ \\*     ((?:\\w+=\\w+ )*)deno run (.*?) ?examples/${path}`, "m"),
  );
  if (found === null) throw new Error(`The header of ${path} has no command that runs it`);
  const env = Object.fromEntries(found[1].trim().split(" ").map((one) => one.split("=")));
  const flags = found[2].split(" ").map((flag) => {
    const name = flag.split("=")[0] as `--${string}`;
    return name in permissions ? `${name}=${permissions[name]}` : flag;
  });
  const choice = flags.includes("-A") ? [] : ["--allow-env=LIBZMQ_PATH,ZMQ_POLLER"];
  const run = ["run", "--no-check", "--no-prompt", ...choice, ...flags];
  return new Running(
    [Deno.execPath(), ...run, fileURLToPath(url), ...args],
    found[1] === "" ? {} : env,
  );
}
