/** The error gate, where every failed C call's errno is read, and the names of error numbers. */

import { ZmqError } from "../errors.ts";
import { libc } from "./libc.ts";
import { onFirstUse } from "./load.ts";
import { cString } from "./memory.ts";

/** The subject of a failed call, for the error's fields and message. */
export interface Subject {
  address?: string;
  option?: string;
}

/**
 * Makes a call, and returns its result, or throws the typed error of its failure.
 *
 * Fact: errno belongs to the thread, and any foreign call in between may overwrite it. Failure: an error had another
 * call's number. Decision: the very next foreign call reads it, here and nowhere else. Cost: a foreign call for each
 * failure.
 *
 * Fact: once in some thousand runs, the runtime itself makes a system call in between. Failure: a file that was sent read
 * as ENOENT where the kernel had said EPERM, which ended the program. And a signal to this thread fails even calls that
 * don't wait (EINTR), since libzmq looks into a socket's mailbox first, by poll(2). And where a socket is observed and its
 * thread loses the processor for a ms within a bind that fails, libzmq's report of that leaves EAGAIN: one in 4,000 on a busy
 * machine. Decision: a call that has failed is made again, and an error counts only if it comes twice. Cost: a second try
 * before an error.
 */
export function check(action: () => number, call: string, subject?: Subject): number {
  return twice(action, -1, call, subject);
}

/** Does what `check` does, for a call that returns a pointer. */
export function checkPointer(
  action: () => Deno.PointerValue,
  call: string,
): Deno.PointerObject {
  return twice(action, null, call)!;
}

function twice<Result>(
  action: () => Result,
  failure: Result,
  call: string,
  subject?: Subject,
): Result {
  let seen: number[] | undefined;
  for (;;) {
    const result = action();
    if (result !== failure) return result;
    seen = addErrno(seen, libc().errno(), call, subject);
  }
}

/**
 * Adds an error number to those of the tries before, and throws its error if it's among them, or can't be another call's: the
 * runtime makes no calls that fail with these. So an event tells once of a bind to an address that is taken.
 */
function addErrno(
  seen: number[] | undefined,
  errno: number,
  call: string,
  subject?: Subject,
): number[] {
  if (seen?.includes(errno) || OWN.includes(errno) || errno > ZMQ_HAUSNUMERO) {
    throw errorOf(errno, call, subject);
  }
  seen ??= [];
  if (errno !== EINTR) seen.push(errno);
  return seen;
}

/**
 * Returns -1 if the error of the call that was just refused is one of the `expected`; otherwise makes the call again, and
 * returns its result.
 *
 * An unexpected error counts only if it comes twice, as in `check`, and for its reason: a full queue read as ENOENT,
 * which ended a worker's send.
 */
export function checkExpected(
  again: () => number,
  call: string,
  expected: readonly number[],
): number {
  let seen: number[] | undefined;
  for (;;) {
    const errno = libc().errno();
    if (expected.includes(errno)) return -1;
    seen = addErrno(seen, errno, call);
    const result = again();
    if (result >= 0) return result;
  }
}

/**
 * Does what `checkExpected` does, for a wait that has just failed, and `again` without waiting. Returns 0 for one that a
 * signal has interrupted, which has found nothing.
 */
export function checkWait(again: () => number, call: string): number {
  return Math.max(0, checkExpected(again, call, INTERRUPTED));
}

/** Whether the call that was just made has failed with this errno. No other foreign call may come in between. */
export function failedWith(errno: number): boolean {
  return libc().errno() === errno;
}

/** Returns the typed error for an error number that was read just after `call` failed. */
export function errorOf(errno: number, call: string, subject: Subject = {}): ZmqError {
  const code = codeOf(errno);
  const { address, option } = subject;
  const action = ACTION[call] ?? call;
  const object = address ?? option;
  const what = object === undefined ? action : `${action} ${object}`;
  const hint = addressHint(call, code, address) ?? HINT[`${call} ${code}`] ?? HINT[code];
  const text = cString(libc().strerror(errno)).toLowerCase();
  return new ZmqError(
    `${what} failed: ${text} (${call}: ${code}).${hint === undefined ? "" : ` ${hint}`}`,
    { code, errno, call, address, option },
  );
}

/** Returns a typed error for a state that the library finds itself, without a C call. */
export function stateError(
  code: keyof typeof NUMBERS,
  call: string,
  message: string,
  subject: Subject = {},
): ZmqError {
  return new ZmqError(message, { code, errno: NUMBERS[code], call, ...subject });
}

const ACTION: Record<string, string> = {
  zmq_bind: "Binding to",
  zmq_unbind: "Unbinding from",
  zmq_connect: "Connecting to",
  zmq_disconnect: "Disconnecting from",
  zmq_socket: "Opening a socket",
  zmq_ctx_new: "Making a context",
  zmq_ctx_set: "Setting the context's option",
  zmq_ctx_get: "Reading the context's option",
  zmq_setsockopt: "Setting the option",
  zmq_getsockopt: "Reading the option",
  zmq_send: "Sending",
  zmq_msg_send: "Sending",
  zmq_msg_recv: "Receiving",
  getsockopt: "Asking about the descriptor of the option",
  epoll_ctl: "Watching a file descriptor",
  epoll_create1: "Making a poller",
  eventfd: "Making a poller",
};

const ADDRESSES = "An address reads transport://place, such as tcp://127.0.0.1:5555, " +
  "ipc:///tmp/name or inproc://name.";

const HINT: Record<string, string> = {
  EADDRINUSE:
    "Another socket is bound there: choose another port, or bind to a wildcard port, as in " +
    "tcp://127.0.0.1:*, and use the address that bind resolves to.",
  EADDRNOTAVAIL: "The address belongs to no interface of this machine.",
  EPROTONOSUPPORT: "This build of libzmq doesn't know the transport: see capability.",
  EAFNOSUPPORT: "The system doesn't have what the transport needs: tipc needs the kernel's module.",
  ENOCOMPATPROTO: "The transport can't be used with this type of socket.",
  ENAMETOOLONG: `The path of an ipc address may have ${
    Deno.build.os === "linux" ? 107 : 103
  } bytes.`,
  EACCES: "The system refuses it to this user.",
  ETERM: "The socket's context was shut down: open sockets in another context.",
  EMTHREAD: "The context has no I/O thread: set ioThreads to 1 or more before the first socket.",
  "zmq_send EFSM":
    "It isn't this socket's turn to send: receive first. A Request sends again after it has received the " +
    "reply, or with the option relaxed; a Reply sends after it has received a request.",
  "zmq_msg_recv EFSM":
    "It isn't this socket's turn to receive: send first. A Request receives after it has sent a request, " +
    "a Reply after it has sent the last reply.",
  EHOSTUNREACH: "No peer with that routing id is connected.",
  EMFILE: "Close sockets that are no longer needed, or raise the limit of open files (ulimit -n).",
  "zmq_socket EMFILE":
    "Either the context's maxSockets is reached, which is set before its first socket, or the process's limit " +
    "of open files (ulimit -n). A closed socket frees its place shortly after close().",
  "zmq_bind EINVAL": ADDRESSES,
  "zmq_connect EINVAL": ADDRESSES,
  "zmq_bind ENODEV": "The host must be an address or an interface of this machine, or *.",
  "zmq_bind ENOENT": "The folder of an ipc address has to be there.",
  "zmq_unbind ENOENT": "The socket isn't bound there: give the address that bind has resolved to.",
  "zmq_disconnect ENOENT": "The socket isn't connected there.",
  "epoll_ctl EBADF": "The file descriptor isn't open.",
  "epoll_ctl EEXIST": "The file descriptor was added already.",
};

/** What to do about an address that libzmq has refused, where that depends on the address; undefined for others. */
function addressHint(call: string, code: string, address = ""): string | undefined {
  const [, transport, place] = /^(\w+):\/\/(.*)$/.exec(address) ?? [];
  if (code === "EADDRINUSE" && transport === "inproc") {
    return "Another socket of its context is bound to that name.";
  }
  if (address !== address.trim()) return "It begins or ends with white space.";
  if (code === "EPROTONOSUPPORT" && /^\w*[A-Z]\w*:/.test(address)) {
    return "Transports are written in lower case, such as tcp://.";
  }
  if (code !== "EINVAL" || !["tcp", "udp", "ws", "wss"].includes(transport)) return undefined;
  const [, host, port] = /^(\[[^\]]*\]|[^:/]*)(?::([^/]*))?/.exec(place) ?? [];
  const example = `${transport}://127.0.0.1:5555`;
  if (port === undefined || port === "") {
    const any = call === "zmq_bind" ? `, or ${transport}://127.0.0.1:* for any` : "";
    return `It has no port: an address reads ${example}${any}.`;
  }
  if (call !== "zmq_connect") return undefined;
  if (host === "*") return `A socket is bound to *, and connects to a host: ${example}.`;
  if (port === "*") {
    return `A socket is bound to any port, and connects to a certain one: ${example}.`;
  }
  return undefined;
}

/** libzmq's own numbers begin here. They stand in for POSIX's numbers that a platform lacks. */
const ZMQ_HAUSNUMERO = 156384712;

/** Returns the system's own number. macOS has the BSDs'. */
function on(linux: number, bsd: number): number {
  return Deno.build.os === "linux" ? linux : bsd;
}

/** The numbers of this platform, by their names. */
const NUMBERS = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EPIPE: 32,
  EAGAIN: on(11, Deno.build.os === "windows" ? 11 : 35),
  ENAMETOOLONG: on(36, 63),
  ENOSYS: on(38, 78),
  ENOTEMPTY: on(39, 66),
  ELOOP: on(40, 62),
  EPROTO: on(71, Deno.build.os === "darwin" ? 100 : 92),
  ENOTSOCK: on(88, 38),
  EDESTADDRREQ: on(89, 39),
  EMSGSIZE: on(90, 40),
  EPROTOTYPE: on(91, 41),
  ENOPROTOOPT: on(92, 42),
  EPROTONOSUPPORT: on(93, 43),
  // Before ENOTSUP, whose number it has elsewhere than on macOS: of two names for a number the last one counts.
  EOPNOTSUPP: Deno.build.os === "darwin" ? 102 : on(95, 45),
  ENOTSUP: on(95, 45),
  EAFNOSUPPORT: on(97, 47),
  EADDRINUSE: on(98, 48),
  EADDRNOTAVAIL: on(99, 49),
  ENETDOWN: on(100, 50),
  ENETUNREACH: on(101, 51),
  ENETRESET: on(102, 52),
  ECONNABORTED: on(103, 53),
  ECONNRESET: on(104, 54),
  ENOBUFS: on(105, 55),
  EISCONN: on(106, 56),
  ENOTCONN: on(107, 57),
  ESHUTDOWN: on(108, 58),
  ETIMEDOUT: on(110, 60),
  ECONNREFUSED: on(111, 61),
  EHOSTDOWN: on(112, 64),
  EHOSTUNREACH: on(113, 65),
  EALREADY: on(114, 37),
  EINPROGRESS: on(115, 36),
  // libzmq's own.
  EFSM: ZMQ_HAUSNUMERO + 51,
  ENOCOMPATPROTO: ZMQ_HAUSNUMERO + 52,
  ETERM: ZMQ_HAUSNUMERO + 53,
  EMTHREAD: ZMQ_HAUSNUMERO + 54,
} as const;

/** The names of the numbers that follow `ZMQ_HAUSNUMERO`, in their order. */
const STAND_INS = [
  "ENOTSUP",
  "EPROTONOSUPPORT",
  "ENOBUFS",
  "ENETDOWN",
  "EADDRINUSE",
  "EADDRNOTAVAIL",
  "ECONNREFUSED",
  "EINPROGRESS",
  "ENOTSOCK",
  "EMSGSIZE",
  "EAFNOSUPPORT",
  "ENETUNREACH",
  "ECONNABORTED",
  "ECONNRESET",
  "ENOTCONN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETRESET",
];

const names = onFirstUse(() =>
  new Map<number, string>([
    ...Object.entries(NUMBERS).map(([name, errno]) => [errno, name] as const),
    ...STAND_INS.map((name, at) => [ZMQ_HAUSNUMERO + 1 + at, name] as const),
  ])
);

/** Returns the name of an error number on this platform; `"ERRNO_n"` for one that isn't in the table. */
export function codeOf(errno: number): string {
  return names().get(errno) ?? `ERRNO_${errno}`;
}

/** The error numbers that the library itself tells apart. */
export const { EAGAIN, EINTR, ENOENT } = NUMBERS;
/** Linux's number. */
export const EOWNERDEAD = 130;

/** The errors that only libzmq's calls have, beside its own. */
const OWN: readonly number[] = [NUMBERS.EADDRINUSE, NUMBERS.EADDRNOTAVAIL];

/** The error of a wait that a signal has interrupted. */
const INTERRUPTED: readonly number[] = [EINTR];

/** The errors of a call that is made for libzmq's commands alone, once it has run them, or runs none any more. */
export const COMMANDS_DONE: readonly number[] = [NUMBERS.EINVAL, NUMBERS.ETERM, NUMBERS.ENOTSOCK];

/** The errors that refuse a send or a receive that doesn't wait; for a Request or a Reply, also one out of turn. */
export const WOULD_BLOCK: readonly number[] = [EAGAIN];
export const WOULD_BLOCK_OR_OUT_OF_TURN: readonly number[] = [EAGAIN, NUMBERS.EFSM];
