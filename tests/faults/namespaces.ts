/** Two network namespaces with a cable between them, which a test can pull out, and on which packets are lost. */

import { Program } from "../program.ts";

/** Runs a command, and returns what it prints. */
async function output(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" })
    .output();
  const text = new TextDecoder();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** The two ends of a cable, at `HOSTS`. Both namespaces, and all in them, are gone at the end of the block. */
export class Cable implements AsyncDisposable {
  static #count = 0;
  readonly #names: readonly [string, string];

  private constructor() {
    const name = `zmq-${Deno.pid}-${Cable.#count++}`;
    this.#names = [`${name}a`, `${name}b`];
  }

  static async lay(): Promise<Cable> {
    const cable = new Cable();
    const [a, b] = cable.#names;
    try {
      for (const name of cable.#names) await output("ip", "netns", "add", name);
      const pair = ["type", "veth", "peer", "name", "wire", "netns", b];
      await output("ip", "-n", a, "link", "add", "wire", ...pair);
      for (const [at, name] of cable.#names.entries()) {
        await output("ip", "-n", name, "addr", "add", `${HOSTS[at]}/24`, "dev", "wire");
        await output("ip", "-n", name, "link", "set", "wire", "up");
      }
      return cable;
    } catch (error) {
      await cable[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a program at one end. */
  start(at: 0 | 1, source: string, ...args: string[]): Promise<Program> {
    return Program.start(source, { args, through: ["ip", "netns", "exec", this.#names[at]] });
  }

  /** Pulls the plug of the second end, or puts it back. */
  async plug(state: "up" | "down"): Promise<void> {
    await output("ip", "-n", this.#names[1], "link", "set", "wire", state);
  }

  /** Lets the first end send so much a second, such as `20mbit`, and drops what a queue of a few packets has no room for. */
  async narrow(rate: string): Promise<void> {
    const limits = ["rate", rate, "burst", "5000", "limit", "5000"];
    await output(
      "tc",
      "-n",
      this.#names[0],
      "qdisc",
      "add",
      "dev",
      "wire",
      "root",
      "tbf",
      ...limits,
    );
  }

  /** How many packets were dropped so far. */
  async dropped(): Promise<number> {
    const show = await output("tc", "-n", this.#names[0], "-s", "qdisc", "show", "dev", "wire");
    return Number(/dropped (\d+)/.exec(show)![1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#names) await output("ip", "netns", "del", name).catch(() => {});
  }
}

/** The addresses of the two ends. A third one, which no one has, is in their network. */
export const HOSTS = ["10.87.0.1", "10.87.0.2"] as const;
export const NO_ONE = "10.87.0.3";

/** Whether this process may make them here: as root, with iproute2. */
export const hasNamespaces: boolean = await (async () => {
  try {
    await using _two = await Cable.lay();
    return true;
  } catch {
    return false;
  }
})();
