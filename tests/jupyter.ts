/** Kernels: that of `deno jupyter`, which speaks ZeroMQ without libzmq, and others. */

import { freePort } from "./ports.ts";
import { Program } from "./program.ts";

/** The key that both sides sign with. */
export const KEY = "a key of both sides";
/** Its sockets, as its connection file names them. */
export const CHANNELS = ["shell", "iopub", "stdin", "control", "hb"] as const;
/** One of its sockets. */
export type Channel = typeof CHANNELS[number];

/** Why there is no kernel, if this Deno has none in it. */
export const MISSING_KERNEL: string | undefined = await hasKernel()
  ? undefined
  : "this Deno has no kernel";

async function hasKernel(): Promise<boolean> {
  const args = ["jupyter", "--help"];
  return (await new Deno.Command(Deno.execPath(), { args }).output()).success;
}

/** Starts a kernel, whose connection file comes to lie in a folder: the process, the file, and the ports by channel. */
export async function startKernel(
  folder: string,
  start: (file: string) => Program = (file) =>
    new Program(Deno.execPath(), ["jupyter", "--kernel", "--conn", file]),
): Promise<{ program: Program; file: string; ports: Record<Channel, number> }> {
  const free = new Set<number>();
  while (free.size < CHANNELS.length) free.add(freePort());
  const ports = Object.fromEntries([...free].map((port, at) => [CHANNELS[at], port]));
  const connection = {
    ...Object.fromEntries(CHANNELS.map((channel) => [`${channel}_port`, ports[channel]])),
    ip: "127.0.0.1",
    transport: "tcp",
    signature_scheme: "hmac-sha256",
    key: KEY,
    kernel_name: "deno",
  };
  const file = `${folder}/connection.json`;
  await Deno.writeTextFile(file, JSON.stringify(connection));
  const program = start(file);
  program.died.catch(() => {}); // what waits for it fails by itself
  return { program, file, ports: ports as Record<Channel, number> };
}
