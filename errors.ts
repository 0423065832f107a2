/**
 * The typed error of every failure that libzmq or the operating system reports.
 *
 * @module
 */

/**
 * A failure reported by libzmq or by the operating system.
 *
 * Mistakes in a program (a wrong type, a number out of range) are `TypeError`s and `RangeError`s
 * instead. Programs should check {@linkcode ZmqError.code}; the message is for people.
 *
 * @example An address that another socket holds
 * ```ts
 * import { Push, ZmqError } from "@deno-zmq/zmq";
 *
 * using first = new Push();
 * const address = await first.bind("tcp://127.0.0.1:*");
 * using second = new Push();
 * try {
 *   await second.bind(address);
 * } catch (error) {
 *   if (!(error instanceof ZmqError) || error.code !== "EADDRINUSE") throw error;
 *   console.log(error.call, error.address);
 * }
 * ```
 */
export class ZmqError extends Error {
  /** Always `"ZmqError"`. */
  override readonly name = "ZmqError";
  /** The symbolic name of the error, such as `"EAGAIN"` or `"EADDRINUSE"`. */
  readonly code: string;
  /** The error's number on this platform. Numbers differ between platforms; prefer `code`. */
  readonly errno: number;
  /** The C function that failed, such as `"zmq_bind"` or `"epoll_ctl"`. */
  readonly call: string;
  /** The address concerned, for bind, unbind, connect and disconnect; otherwise `undefined`. */
  readonly address: string | undefined;
  /** The option concerned, for failures to read or set one; otherwise `undefined`. */
  readonly option: string | undefined;

  /** Makes an error. Programs receive these; they rarely need to make one. */
  constructor(
    message: string,
    details: {
      code: string;
      errno: number;
      call: string;
      address?: string | undefined;
      option?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.errno = details.errno;
    this.call = details.call;
    this.address = details.address;
    this.option = details.option;
  }
}

/**
 * libzmq couldn't be found or opened. The message lists every place that was tried, each with its
 * reason, and how to fix it.
 */
export class LibraryError extends Error {
  /** Always `"LibraryError"`. */
  override readonly name = "LibraryError";
  /** Every place that was tried, in order: its name or path, and why it couldn't be used. */
  readonly tried: readonly { path: string; reason: string }[];

  /** Makes an error. Programs receive these; they rarely need to make one. */
  constructor(message: string, tried: readonly { path: string; reason: string }[]) {
    super(message);
    this.tried = tried;
  }
}

/** Takes each step in its turn, also after one that has failed, and throws the first error after the last. */
export function doAll(steps: readonly (() => unknown)[]): void {
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
