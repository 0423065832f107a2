/** What most tests share: the library opened before any test, and ends that leave nothing behind. */

import { kinds } from "../poller/create.ts";
import { capability, Context, Pair, type Pollable, Poller, type Socket } from "../mod.ts";
import { HAS_LINUX_CALLS } from "../ffi/system.ts";

// The runtime's thread goes back to its pool a moment after the last wait has ended. A test that ends
// before that is told that it leaks.
Deno.test.afterEach(() => Poller.idle());

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
  one.events.close();
  for (const backend of kinds()) {
    const poller = new Poller({ backend });
    poller.add(other);
    await poller.wait({ timeout: 0 });
    poller.close();
  }
  if (HAS_LINUX_CALLS) {
    Context.join(context.share()).close();
    const poller = new Poller();
    Poller.wake(poller.waker());
    poller.close();
  }
  context.close();
  await Poller.idle();
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

/**
 * An address to which no other process's sockets connect. Those whose peer has gone go on trying its port, which the system
 * may give to another.
 */
export function ownLoopback(): string {
  // Elsewhere the loopback has one address.
  if (Deno.build.os !== "linux") return freshAddress("tcp");
  const [a, b, c] = crypto.getRandomValues(new Uint8Array(3));
  return `tcp://127.${a}.${b}.${1 + c % 254}:*`;
}

/** Binds one socket, connects another, and returns the address. */
export async function join(
  bound: { bind(address: string): Promise<unknown>; readonly lastEndpoint: string | null },
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
