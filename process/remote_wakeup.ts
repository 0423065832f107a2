/** Remote wakeups: descriptors that other isolates of the process make readable, to end a Poller's wait. */

import { EFD_CLOEXEC, EFD_NONBLOCK } from "../ffi/constants.ts";
import { check, stateError } from "../ffi/errno.ts";
import { libc, libcOfLinux } from "../ffi/libc.ts";
import { isThreadAlive, livenessToken } from "./isolate.ts";
import { readEntry, whyNotLocked, withProcessLock, writeEntry } from "./process_lock.ts";

/** What is written: an eventfd wants exactly 8 bytes. */
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

const TOKEN = "deno-zmq-waker";
/** The name of the process's list of them. */
const LIST = "wakers";

/** What is kept of each. */
interface Entry {
  readonly id: string;
  readonly fd: number;
  /** The isolate that is woken. */
  readonly owner: string;
}

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
      const added = withProcessLock(() => {
        writeEntry(LIST, [...entries(), { id: this.#id, fd: this.fd, owner: livenessToken() }]);
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
    const entry = entries().find((entry) => entry.id === id);
    if (entry === undefined) return false;
    // An eventfd that is full takes no more, and is readable anyway.
    libc().write(entry.fd, ONE, 8n);
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
function entries(): Entry[] {
  const before = readEntry<Entry[]>(LIST, []);
  const after = before.filter(({ id, owner }) => !overdue.delete(id) && isThreadAlive(owner));
  if (after.length === before.length) return before;
  // First out of the list: a number that was closed must be neither written to nor closed again.
  writeEntry(LIST, after);
  for (const entry of before) if (!after.includes(entry)) libc().close(entry.fd);
  return after;
}

function unsupported(): Error {
  const why = Deno.build.os === "linux"
    ? whyNotLocked()
    : "that takes what the C library of Linux has";
  return stateError(
    "ENOTSUP",
    "Poller.waker",
    `A Poller can't be woken from another isolate here: ${why}`,
  );
}
