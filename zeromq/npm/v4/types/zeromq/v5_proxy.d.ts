// Written by tests/write_npm.ts.
// deno-lint-ignore-file
import type { Socket } from "./v5_socket.d.ts";
/**
 * Passes on what either of two sockets receives to the other, until they are closed. The `capture` socket sends a copy of what
 * the back end has received, without a request's envelope.
 *
 * @throws {Error} If it isn't a router with a dealer, an xpub with an xsub, or a push with a pull.
 */
export declare function proxy(frontend: Socket, backend: Socket, capture?: Socket): void;
