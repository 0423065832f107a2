/**
 * Ports that no one uses, for what can't choose its own.
 *
 * Fact: the system takes those of its choice, for the other tests that run at this time, from 32,768 on (49,152 on macOS).
 * Failure: by when another process was to listen at one of them, it was someone else's. Decision: they're from below.
 */

import { createSocket } from "node:dgram";
import { once } from "node:events";

function random(): number {
  return 10_000 + Math.floor(Math.random() * 22_000);
}

/** One of TCP's, on 127.0.0.1. */
export function freePort(): number {
  for (;;) {
    const port = random();
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** One of UDP's, on 127.0.0.1. */
export async function freePortOfUdp(): Promise<number> {
  for (;;) {
    const port = random();
    const socket = createSocket("udp4");
    const closed = once(socket, "close");
    socket.bind(port, "127.0.0.1");
    const free = await once(socket, "listening").then(() => true, () => false);
    socket.close();
    await closed;
    if (free) return port;
  }
}
