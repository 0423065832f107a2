/** Proxies of version 5, which pass messages on by sockets' events. */

import type { MessageLike } from "./socket_types.ts";
import type { Socket } from "./v5_socket.ts";

/** The pairs of types, of front end and back end, that a proxy takes, and how many parts before a message are an envelope. */
const ENVELOPES: Readonly<Partial<Record<string, number>>> = {
  "push/pull": 0,
  "pull/push": 0,
  "xpub/xsub": 0,
  "router/dealer": 2,
  "xrep/xreq": 2,
};

/**
 * Passes on what either of two sockets receives to the other, until they are closed. The `capture` socket sends a copy of what
 * the back end has received, without a request's envelope.
 *
 * @throws {Error} If it isn't a router with a dealer, an xpub with an xsub, or a push with a pull.
 */
export function proxy(frontend: Socket, backend: Socket, capture?: Socket): void {
  const envelope = ENVELOPES[`${frontend.type}/${backend.type}`];
  if (envelope === undefined) {
    throw new Error("This socket type order is not supported in compatibility mode");
  }
  frontend.on("message", (...parts: MessageLike[]) => backend.send(parts));
  backend.on("message", (...parts: MessageLike[]) => {
    frontend.send(parts);
    capture?.send(parts.slice(envelope));
  });
}
