/** What the errors of calls that wait say: the socket, its addresses, and the limit. */

import { ZmqError } from "../errors.ts";
import { stateError } from "../ffi/errno.ts";

const SENDS = "zmq_send";
const RECEIVES = "zmq_msg_recv";
/** So many sends that wait at once are most likely those of a loop without `await`. */
const MANY = 10;

/** A socket, as these texts have it. */
interface Named {
  readonly type: { readonly name: string };
  readonly endpoints: { readonly bound: readonly string[]; readonly connected: readonly string[] };
  readonly closed: boolean;
}

/** The error of a call on a closed socket. */
export function closedError(handle: Named, call: string): Error {
  return stateError("EBADF", call, `The socket is closed: ${nameOf(handle)}`);
}

/** The same for a send that was waiting. */
export function sendClosedError(
  handle: Named & { readonly sendsAtClose: number },
  call: string,
): Error {
  const { sendsAtClose: sends } = handle;
  const waited = sends === 1 ? "This send was waiting" : `${sends} sends were waiting`;
  const hint = sends < MANY ? "" : `; is there an await missing before send?`;
  return stateError("EBADF", call, `The socket is closed: ${nameOf(handle)}. ${waited}${hint}`);
}

/** The error of one send more than may wait. */
export function tooManySendsError(
  handle: Named & { readonly pendingSends: number },
  call: string,
): Error {
  const { pendingSends: sends } = handle;
  const waiting = sends === 1 ? "1 send waits" : `${sends} sends wait`;
  return stateError(
    "EAGAIN",
    call,
    `${waiting}, as many as maxPendingSends allows: ${nameOf(handle)}. ` +
      "Is there an await missing before send?",
  );
}

/** The error of a time-out. */
export function timeoutError(handle: Named, call: string, what: string, timeout: number): Error {
  return stateError("EAGAIN", call, `${what} within ${timeout} ms: ${nameOf(handle)}`);
}

/**
 * An error of libzmq's with the socket's name: the stack of a promise's rejection has no line of the program that could
 * tell which socket it was.
 */
export function namedError(handle: Named, error: unknown): unknown {
  if (!(error instanceof ZmqError) || (error.call !== SENDS && error.call !== RECEIVES)) {
    return error;
  }
  const { code, errno, call } = error;
  // By a function, since an address may have what a replacement's text takes for a place.
  const message = error.message.replace(
    `(${call}: ${code})`,
    (what) => `${what}: ${nameOf(handle)}`,
  );
  return new ZmqError(message, { code, errno, call });
}

/** The error of a method that was called on something else than a socket. */
export function foreignError(method: string): Error {
  return new TypeError(`${method} was called on something that isn't a socket of this library`);
}

/** The socket's type and its addresses, as an error's text has them. Read when an error happens, and never before. */
export function nameOf({ type, endpoints, closed }: Named): string {
  const [first, ...others] = [...endpoints.bound, ...endpoints.connected];
  if (first === undefined) {
    return closed ? type.name : `${type.name}, neither bound nor connected`;
  }
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return `${type.name}${closed ? ", was" : ""} at ${first}${more}`;
}
