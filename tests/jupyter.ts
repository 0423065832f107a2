/** Kernels: that of `deno jupyter`, which speaks ZeroMQ without libzmq, and others. */

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

/** Ports that no one listens on, all different. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  return listeners.map((listener) => {
    listener.close();
    return listener.addr.port;
  });
}

/** Starts a kernel, whose connection file comes to lie in a folder: the process, the file, and the ports by channel. */
export async function startKernel(
  folder: string,
  start: (file: string) => Program = (file) =>
    new Program(Deno.execPath(), ["jupyter", "--kernel", "--conn", file]),
): Promise<{ program: Program; file: string; ports: Record<Channel, number> }> {
  const free = freePorts(CHANNELS.length);
  const ports = Object.fromEntries(CHANNELS.map((channel, at) => [channel, free[at]]));
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
