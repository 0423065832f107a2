/** Remote wakeups: descriptors that other isolates of the process make readable to end a Poller's wait. */

import { stateError } from "../ffi/errno.ts";
import { openEventfd } from "../ffi/eventfd.ts";
import { libc } from "../ffi/libc.ts";
import { isThreadAlive, livenessToken } from "./isolate.ts";
import { readEntry, whyNotLocked, withProcessLock, writeEntry } from "./process_lock.ts";

/** What is written: an eventfd requires exactly 8 bytes. */
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

const TOKEN = "deno-zmq-waker";
/** The name of the entry with the process's list of them. */
const LIST = "wakers";

/** The list's item for each. */
interface Entry {
  readonly id: string;
  readonly fd: number;
  /** The isolate that is woken. */
  readonly owner: string;
}

/**
 * A descriptor that other isolates of the process may make readable, through the process's list of such descriptors.
 *
 * Fact: the system uses a descriptor's number again. Failure: an isolate would write to another file. Decision: it's
 * written to and closed under the process lock only, and no destructor closes it. Cost: after a worker was terminated,
 * it stays open until another isolate reads the list.
 */
export class RemoteWakeup {
  /** The descriptor to watch for READABLE. */
  readonly fd: number;
  readonly #id = crypto.randomUUID();
  readonly #read = new Uint8Array(8);

  /** Opens the descriptor, and adds it to the list. Throws ENOTSUP if there can't be one. */
  constructor() {
    this.fd = withList((list) => {
      const fd = openEventfd();
      writeEntry(LIST, [...list, { id: this.#id, fd, owner: livenessToken() }]);
      return fd;
    });
  }

  /** The token by which other isolates wake it. */
  get token(): string {
    return [TOKEN, Deno.pid, this.#id].join(":");
  }

  /** Takes the signal back. */
  drain(): void {
    // The read fails if there was no signal, which doesn't matter.
    libc().read(this.fd, this.#read, 8n);
  }

  /** Closes the descriptor. */
  close(): void {
    overdue.add(this.#id);
    withProcessLock(entries);
  }
}

/** Wakes by a token. Returns false if its Poller doesn't exist any more. */
export function wakeByToken(token: unknown): boolean {
  const [kind, pid, id, ...rest] = typeof token === "string" ? token.split(":") : [];
  if (kind !== TOKEN || !id || rest.length > 0) {
    throw new TypeError("A Poller is woken by the token that waker() returned");
  }
  if (pid !== String(Deno.pid)) return false;
  return withList((list) => {
    const entry = list.find((entry) => entry.id === id);
    if (entry === undefined) return false;
    // The write fails if the eventfd is full, which is readable anyway.
    libc().write(entry.fd, ONE, 8n);
    return true;
  });
}

/**
 * The ids of this isolate's remote wakeups that are to be closed. If another thread holds the lock for too long, the
 * next call in this isolate that gets it closes them; until then, the descriptor stays open and in the list.
 */
const overdue = new Set<string>();

/** Returns the list, and closes what is overdue or was left by terminated isolates. Only under the lock. */
function entries(): Entry[] {
  const before = readEntry<Entry[]>(LIST, []);
  const after = before.filter(({ id, owner }) => !overdue.delete(id) && isThreadAlive(owner));
  if (after.length === before.length) return before;
  // Out of the list first: a number that was closed must be neither written to nor closed again.
  writeEntry(LIST, after);
  for (const entry of before) if (!after.includes(entry)) libc().close(entry.fd);
  return after;
}

/** Runs an action with the list, under the lock. Throws ENOTSUP if it can't get that. */
function withList<T>(action: (list: Entry[]) => T): T {
  const result = withProcessLock(() => action(entries()));
  if (result !== undefined) return result;
  throw stateError(
    "ENOTSUP",
    "Poller.waker",
    `A Poller can't be woken from another isolate here: ${whyNotLocked()}`,
  );
}
