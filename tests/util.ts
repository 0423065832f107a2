/** What most tests share: the library opened before any test, and ends that leave nothing behind. */

import { kinds } from "../poller/create.ts";
import { capability, Context, Pair, type Pollable, Poller, settled, type Socket } from "../mod.ts";

// The runtime's thread goes back to its pool a moment after the last wait has ended. A test that ends
// before that is told that it leaks.
Deno.test.afterEach(() => settled());

// Tables of foreign functions are bound on first use, and the sanitizers take one bound within a test
// for a leak: so everything is used once here.
{
  Object.values(capability);
  const context = new Context();
  const one = new Pair({ context });
  const other = new Pair({ context });
  one.bind("inproc://warm-up");
  other.connect("inproc://warm-up");
  await one.send("x");
  await other.receive();
  for (const backend of kinds()) {
    const poller = new Poller({ backend });
    poller.add(other);
    await poller.wait({ timeout: 0 });
    poller.close();
  }
  if (Deno.build.os === "linux") {
    Context.join(context.share()).close();
    const poller = new Poller();
    Poller.wake(poller.waker());
    poller.close();
  }
  context.close();
  await settled();
}

/** Addresses of each transport, with wildcards: read `lastEndpoint` after binding. */
export const TRANSPORTS = ["tcp", "ipc", "inproc"] as const;
/** A transport that every platform of ours has. */
export type Transport = typeof TRANSPORTS[number];

let names = 0;

/** A fresh address to bind to. The folder of an ipc address is the caller's to remove: see `withFolder`. */
export function freshAddress(transport: Transport, folder = ""): string {
  switch (transport) {
    case "tcp":
      return "tcp://127.0.0.1:*";
    case "ipc":
      return `ipc://${folder}/socket-${++names}`;
    case "inproc":
      return `inproc://test-${++names}`;
  }
}

/** Binds one socket, connects another, and returns the address. */
export async function join(
  bound: { bind(address: string): Promise<void>; readonly lastEndpoint: string | null },
  connected: { connect(address: string): void },
  address: string = freshAddress("tcp"),
): Promise<string> {
  await bound.bind(address);
  connected.connect(bound.lastEndpoint!);
  return bound.lastEndpoint!;
}

/** Runs with a temporary folder, which is removed afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T> | T): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "zmq-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Waits until a socket is readable (or writable), and takes nothing. */
export async function until(
  socket: Socket & Pollable,
  what: "readable" | "writable" = "readable",
): Promise<void> {
  using poller = new Poller();
  poller.add(socket, { [what]: true });
  await poller.wait();
}

/** What a program of its own printed, and how it ended. */
export interface Outcome {
  code: number;
  signal: Deno.Signal | null;
  stdout: string;
  stderr: string;
}

/** How a program of its own is run. */
export interface RunOptions {
  /** Flags of `deno run`. */
  flags?: readonly string[];
  env?: Record<string, string>;
  args?: readonly string[];
}

/** Nothing that works takes as long, in ms. */
const STUCK = 30_000;

/**
 * Runs a program, given as its source, in a process of its own. In it, `$MOD` is the library's address,
 * and `$ROOT` its folder's. One that doesn't end is killed, which shows as its signal.
 */
export async function run(source: string, options: RunOptions = {}): Promise<Outcome> {
  const { flags = ["-A"], env = {}, args = [] } = options;
  return await withFolder(async (folder) => {
    const file = `${folder}/program.ts`;
    const root = new URL("..", import.meta.url).href;
    const text = source.replaceAll("$MOD", `${root}mod.ts`).replaceAll("$ROOT/", root);
    await Deno.writeTextFile(file, text);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--no-lock", "--no-prompt", ...flags, file, ...args],
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const timer = setTimeout(() => child.kill("SIGKILL"), STUCK);
    try {
      const { code, signal, stdout, stderr } = await child.output();
      const text = new TextDecoder();
      return { code, signal, stdout: text.decode(stdout), stderr: text.decode(stderr) };
    } finally {
      clearTimeout(timer);
    }
  });
}
