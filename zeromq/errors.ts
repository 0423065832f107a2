/** Errors as zeromq.js throws them: plain Errors with a text, a code and a number of its own. */

import { ZmqError } from "../errors.ts";
import { codeOf, EAGAIN } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString } from "../ffi/memory.ts";
import type { ErrnoError } from "./event_types.ts";

export { EAGAIN };
export const EBADF = 9;
export const EBUSY = 16;
export const EINVAL = 22;
export const EMFILE = 24;
export const ENOTSOCK = Deno.build.os === "linux" ? 88 : 38;
export const ENOTSUP = Deno.build.os === "linux" ? 95 : 45;
export const EFSM = 156384763;

/** zeromq.js's own texts; everything else is libzmq's text. */
const TEXTS: Readonly<Record<string, string>> = {
  EFAULT: "Context is closed",
  EAGAIN: "Operation was not possible or timed out",
  EMFILE: "Too many open file descriptors",
  ENOENT: "No such endpoint",
  EBUSY: "Socket is busy",
  EBADF: "Socket is closed",
  EADDRINUSE: "Address already in use",
};

/** The properties of an error beside its number. */
interface Details {
  message?: string;
  address?: string | undefined;
}

/** Returns the error for a number. */
export function errnoError(errno: number, details: Details = {}): ErrnoError {
  const code = codeOf(errno);
  const error = new Error(
    details.message ?? TEXTS[code] ?? cString(libc().strerror(errno)),
  ) as ErrnoError & { address?: string };
  error.errno = errno;
  error.code = code.startsWith("ERRNO_") ? "" : code;
  if (details.address !== undefined) error.address = details.address;
  return error;
}

/** Returns the engine's error in zeromq.js's shape, and any other error unchanged. */
export function translated(error: unknown, address?: string): unknown {
  if (!(error instanceof ZmqError)) return error;
  return errnoError(error.errno, { address });
}

/** Runs an action on the engine, and throws its errors in zeromq.js's shape. */
export function translating<T>(action: () => T, address?: string): T {
  try {
    return action();
  } catch (error) {
    throw translated(error, address);
  }
}

/** Returns the error for an argument that isn't one of this module's objects. */
export function foreignObject(): Error {
  return new Error("Invalid argument");
}
