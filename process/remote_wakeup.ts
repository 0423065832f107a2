/** Remote wakeups: descriptors that other isolates of the process make readable, to end a Poller's wait. */

import { EFD_CLOEXEC, EFD_NONBLOCK } from "../ffi/constants.ts";
import { check, stateError } from "../ffi/errno.ts";
import { libc, libcOfLinux } from "../ffi/libc.ts";
import {
  isThreadAlive,
  livenessToken,
  readEntry,
  withProcessLock,
  writeEntry,
} from "./process_lock.ts";

/** What is written: an eventfd wants exactly 8 bytes. */
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

const TOKEN = "deno-zmq-waker";
/** The name of the process's list of wakers: each one's id, descriptor and isolate. */
const LIST = "wakers";

/**
 * A descriptor that other isolates of the process may make readable, through the process's list of such
 * descriptors. It's written to and closed under the list's lock only, and no destructor closes it; so
 * no one ever writes to a number that has come back as something else.
 */
export interface RemoteWakeup {
  /** The descriptor to watch for READABLE. */
  readonly fd: number;
  /** What others wake it by. */
  readonly token: string;
  /** Takes the signal back. */
  drain(): void;
  /** Closes the descriptor. */
  close(): void;
}

/** Opens the descriptor, and puts it into the list. Throws ENOTSUP where there can't be one. */
export function openRemoteWakeup(): RemoteWakeup {
  // Before anything of Linux's is bound: where one function is missing, the loader throws an error of its own.
  if (Deno.build.os !== "linux") throw unsupported();
  return new class {
    readonly fd: number = check(libcOfLinux().eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
    readonly #id = crypto.randomUUID();
    readonly #read = new Uint8Array(8);

    constructor() {
      const entry = `${this.#id} ${this.fd} ${livenessToken()}`;
      const added = withProcessLock(() => {
        writeEntry(LIST, [...entries(), entry].join(";"));
        return true;
      });
      if (added) return;
      libc().close(this.fd);
      throw unsupported();
    }

    get token(): string {
      return [TOKEN, Deno.pid, this.#id].join(":");
    }

    drain(): void {
      // That there was none is no failure.
      libc().read(this.fd, this.#read, 8n);
    }

    close(): void {
      overdue.add(this.#id);
      withProcessLock(entries);
    }
  }();
}

/** Wakes by a token. False where there is no such waker any more. */
export function wakeByToken(token: unknown): boolean {
  const [kind, pid, id, ...rest] = typeof token === "string" ? token.split(":") : [];
  if (kind !== TOKEN || !id || rest.length > 0) {
    throw new TypeError("A Poller is woken by the token that waker() gave");
  }
  if (pid !== String(Deno.pid)) return false;
  if (Deno.build.os !== "linux") throw unsupported();
  const woken = withProcessLock(() => {
    const entry = entries().find((entry) => entry.startsWith(`${id} `));
    if (entry === undefined) return false;
    // An eventfd that is full takes no more, and is readable anyway.
    libc().write(Number(entry.split(" ")[1]), ONE, 8n);
    return true;
  });
  if (woken === undefined) throw unsupported();
  return woken;
}

/**
 * The ids of this isolate's wakers that are to be closed. Where another thread holds the lock for too long, the
 * next that has it in this isolate does so; until then, the descriptor stays open and in the list.
 */
const overdue = new Set<string>();

/** The list. What is overdue, and what terminated isolates have left in it, is closed. Only under the lock. */
function entries(): string[] {
  const before = readEntry(LIST).split(";").filter((entry) => entry !== "");
  const closed: number[] = [];
  const after = before.filter((entry) => {
    const [id, fd, owner] = entry.split(" ");
    if (!overdue.delete(id) && isThreadAlive(owner)) return true;
    closed.push(Number(fd));
    return false;
  });
  // First out of the list: a number that was closed must be neither written to nor closed again.
  if (closed.length > 0) writeEntry(LIST, after.join(";"));
  for (const fd of closed) libc().close(fd);
  return after;
}

function unsupported(): Error {
  const message =
    "A Poller can't be woken from another isolate on this system: that takes what the C library " +
    "of Linux has";
  return stateError("ENOTSUP", "Poller.waker", message);
}
