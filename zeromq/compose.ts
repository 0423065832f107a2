/** Members that a class of sockets gets beside its own. */

import type { SocketType } from "../socket/types.ts";
import { ENOTSUP, errnoError } from "./errors.ts";
import type { Socket } from "./socket.ts";
import { defineByName, isThere, RECEIVING, SENDING } from "./socket_options.ts";
import { stateOf } from "./state.ts";

/** Adds the options of its type of socket to a class. */
export function compose(
  { prototype }: { prototype: Socket },
  { sends, receives, options = [] }: SocketType,
): void {
  if (sends) defineByName(prototype, SENDING);
  else Object.defineProperty(prototype, "send", hidden(sendNothing));
  if (receives) defineByName(prototype, RECEIVING);
  else Object.defineProperty(prototype, "receive", hidden(undefined));
  defineByName(prototype, options.filter(isThere));
}

function hidden(value: unknown): PropertyDescriptor {
  return { value, writable: true, enumerable: false, configurable: true };
}

/** In zeromq.js sockets that only receive have a `send`, whose promise never settles. */
function sendNothing(this: Socket, message: unknown): Promise<void> {
  if (message === undefined) throw new TypeError("Message must be present");
  stateOf(this)!.assertOpen();
  return Promise.reject(errnoError(ENOTSUP));
}
