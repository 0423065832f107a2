/** What a class of sockets is given beside its own members. */

import { defineOptions, type OptionRow } from "./define.ts";
import { ENOTSUP, errnoError } from "./errors.ts";
import type { Socket } from "./socket.ts";
import { PARTICULAR, RECEIVING, SENDING } from "./socket_options.ts";

/** Gives a class the options that its type of socket has. */
export function compose(
  { prototype }: { prototype: Socket },
  halves: { sends?: boolean; receives?: boolean },
  ...options: (keyof typeof PARTICULAR)[]
): void {
  const { sends = false, receives = false } = halves;
  if (sends) defineOptions(prototype, "Socket", SENDING);
  else Object.defineProperty(prototype, "send", hidden(sendNothing));
  if (receives) defineOptions(prototype, "Socket", RECEIVING);
  else Object.defineProperty(prototype, "receive", hidden(undefined));
  const own: Record<string, OptionRow> = {};
  for (const name of options) own[name] = PARTICULAR[name];
  defineOptions(prototype, "Socket", own);
}

function hidden(value: unknown): PropertyDescriptor {
  return { value, writable: true, enumerable: false, configurable: true };
}

/** In zeromq.js sockets that only receive have a `send`, whose promise never settles. */
function sendNothing(message: unknown): Promise<void> {
  if (message === undefined) throw new TypeError("Message must be present");
  return Promise.reject(errnoError(ENOTSUP));
}
