/** Native contexts that several isolates of the process use, and which isolates still do. */

import { stateError } from "../ffi/errno.ts";
import { loadLibrary } from "../ffi/load.ts";
import { pointerFromHex, pointerToHex } from "../ffi/memory.ts";
import { awaitAtExit } from "./exit_wait.ts";
import { isThreadAlive, livenessToken } from "./isolate.ts";
import { closeMonitorSockets } from "./monitor_sockets.ts";
import { terminate } from "./native_context.ts";
import { readEntry, whyNotLocked, withProcessLock, writeEntry } from "./process_lock.ts";
import { giveBackKeys } from "./thread_exit.ts";

/** How long, in ms, the end waits for what a worker had sent that was terminated. */
const LIMIT_OF_ABANDONED = 1000;

/** The entry of a context, with its address in hexadecimal digits. */
interface Entry {
  readonly id: string;
  readonly context: string;
  /** The isolates that use it, each as often as it has joined. */
  owners: string[];
}

/** A shared context, which this isolate uses. */
export class SharedContext {
  readonly #id: string;
  readonly pointer: Deno.PointerObject;

  constructor(id: string, pointer: Deno.PointerObject) {
    this.#id = id;
    this.pointer = pointer;
  }

  /** The context's token: its id, and the process and libzmq that it belongs to. */
  get token(): string {
    return [TOKEN, Deno.pid, ourLibzmq(), this.#id].join(":");
  }

  /** Whether other isolates use it as well. */
  others(): boolean {
    return change((entries) =>
      entries.some(({ id, owners }) => id === this.#id && owners.length > 1)
    ) ??
      false;
  }

  /** Stops using it. Returns true if no isolate uses it any more: the caller then has to terminate it. */
  leave(): boolean {
    return change((entries) => {
      const at = entries.findIndex(({ id }) => id === this.#id);
      if (at === -1) return false;
      const { owners } = entries[at];
      owners.splice(owners.indexOf(livenessToken()), 1);
      if (owners.length > 0) return false;
      entries.splice(at, 1);
      closeMonitorSockets(pointerToHex(this.pointer));
      return true;
    }) ?? false;
  }
}

/** Begins to share a context that no other isolate uses yet. Throws ENOTSUP if nothing can be shared. */
export function beginSharing(pointer: Deno.PointerObject): SharedContext {
  return joinOrMake(crypto.randomUUID(), () => pointer) ?? unsupported("Context.share");
}

/**
 * Joins a context that others share. Its address comes from the process's entries and never from the id, so an invented
 * id reaches nothing. Throws ENOENT if there is none of that id (any more), ENOTSUP if nothing can be shared.
 */
export function joinShared(id: string): SharedContext {
  return joinOrMake(id, () => {
    throw stateError("ENOENT", "Context.join", "No one shares the context any more");
  }) ?? unsupported("Context.join");
}

/** Joins a shared context, and makes it if there is none. Returns undefined if nothing can be shared. */
export function joinOrMake(id: string, make: () => Deno.PointerObject): SharedContext | undefined {
  return change((entries) => {
    let entry = entries.find((entry) => entry.id === id);
    if (entry === undefined) {
      entry = { id, context: pointerToHex(make()), owners: [] };
      entries.push(entry);
    }
    entry.owners.push(livenessToken());
    return new SharedContext(id, pointerFromHex(entry.context));
  });
}

function unsupported(call: string): never {
  throw stateError("ENOTSUP", call, `Contexts can't be shared here: ${whyNotLocked()}`);
}

/** Changes the entries, from which isolates that have ended are removed. */
function change<T>(action: (entries: Entry[]) => T): T | undefined {
  return withProcessLock(() => {
    // The name has libzmq's handle, so that two libzmqs in one process have separate entries.
    const name = `contexts.${ourLibzmq()}`;
    const before = readEntry<Entry[]>(name, []);
    const entries = before.map((entry) => ({
      ...entry,
      owners: entry.owners.filter(isThreadAlive),
    }));
    closeMonitorSockets();
    giveBackKeys();
    const used = entries.filter(({ owners }) => owners.length > 0);
    const abandoned = entries.filter(({ owners }) => owners.length === 0);
    try {
      return action(used);
    } finally {
      if (JSON.stringify(used) !== JSON.stringify(before)) writeEntry(name, used);
      // Its last user was terminated.
      for (const { context } of abandoned) {
        closeMonitorSockets(context);
        const haveGone = terminate(pointerFromHex(context));
        awaitAtExit({ haveGone, limit: LIMIT_OF_ABANDONED, context: "a worker that has ended" });
      }
    }
  });
}

/** An id of the libzmq in use here, for a process that has several. */
function ourLibzmq(): string {
  return loadLibrary().handle.toString(16);
}

const TOKEN = "deno-zmq-context";

/** Returns the context's id in a token. Throws if that isn't one of this process and this libzmq. */
export function idIn(token: unknown): string {
  const parts = typeof token === "string" ? token.split(":") : [];
  if (parts.length !== 4 || parts[0] !== TOKEN) {
    throw new TypeError("A context is joined by the token that share() returned");
  }
  const [, pid, handle, id] = parts;
  if (pid !== String(Deno.pid)) {
    throw stateError("ENOENT", "Context.join", "The context is another process's");
  }
  if (handle !== ourLibzmq()) {
    const message = "The context is another libzmq's than the one in use here " +
      `(${loadLibrary().path})`;
    throw stateError("EINVAL", "Context.join", message);
  }
  return id;
}
