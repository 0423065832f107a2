/** Native contexts that several isolates of the process use, and who of them still does. */

import { DONT_WAIT } from "../ffi/constants.ts";
import { terminate } from "./shutdown.ts";
import { stateError } from "../ffi/errno.ts";
import { giveBackKeys } from "./thread_exit.ts";
import { libc } from "../ffi/libc.ts";
import { zmq, zmqTermination } from "../ffi/libzmq.ts";
import { loadLibrary } from "../ffi/load.ts";
import { PinnedBuffer } from "../ffi/memory.ts";
import {
  isThreadAlive,
  livenessToken,
  pointerFromHex,
  pointerToHex,
  readEntry,
  withProcessLock,
  writeEntry,
} from "./process_lock.ts";

/** A context in common. */
export interface Shared {
  readonly id: string;
  readonly pointer: Deno.PointerObject;
  /** Whether other isolates use it as well. */
  others(): boolean;
  /** Stops using it. True where no one does any more: it's the caller's to terminate. */
  leave(): boolean;
}

/** The entry of a context, addresses in hexadecimal digits. */
interface Entry {
  readonly id: string;
  readonly context: string;
  /** The isolates that use it, each as often as it does. */
  owners: string[];
}

/** Begins to share a context, of which no one else knows yet. Undefined where nothing can be shared. */
export function beginSharing(pointer: Deno.PointerObject): Shared | undefined {
  return change((entries) => {
    const id = crypto.randomUUID();
    entries.push({ id, context: pointerToHex(pointer), owners: [livenessToken()] });
    return sharedContext(id, pointer);
  });
}

/**
 * Uses a context that others share. Undefined where there is none of that name (any more). What is used comes from
 * the process's own entries and never from the name, so one that is made up leads nowhere.
 */
export function joinShared(id: string): Shared | undefined {
  return change((entries) => {
    const entry = entries.find((entry) => entry.id === id);
    if (entry === undefined) return undefined;
    entry.owners.push(livenessToken());
    return sharedContext(id, pointerFromHex(entry.context));
  });
}

/** The same, where the context is made if there is none. Undefined where nothing can be shared. */
export function joinOrMake(id: string, make: () => Deno.PointerObject): Shared | undefined {
  return change((entries) => {
    let entry = entries.find((entry) => entry.id === id);
    if (entry === undefined) {
      entry = { id, context: pointerToHex(make()), owners: [] };
      entries.push(entry);
    }
    entry.owners.push(livenessToken());
    return sharedContext(id, pointerFromHex(entry.context));
  });
}

function sharedContext(id: string, pointer: Deno.PointerObject): Shared {
  return {
    id,
    pointer,
    others: () =>
      change((entries) => (entries.find((entry) => entry.id === id)?.owners.length ?? 0) > 1) ??
        false,
    leave: () =>
      change((entries) => {
        const at = entries.findIndex((entry) => entry.id === id);
        if (at === -1) return false;
        const { owners } = entries[at];
        owners.splice(owners.indexOf(livenessToken()), 1);
        if (owners.length > 0) return false;
        entries.splice(at, 1);
        closeMonitorSockets(pointerToHex(pointer));
        return true;
      }) ?? false,
  };
}

/**
 * Adds an entry for a socket of a shared context to which libzmq's threads report: closed before they're done, it would block
 * them. So when this isolate is terminated, others close it, when that can be done.
 */
export function shareMonitorSocket(socket: Deno.PointerObject, context: Deno.PointerObject): void {
  withProcessLock(() =>
    writeEntry(monitorSockets(), readEntry(monitorSockets()) + monitorSocketEntry(socket, context))
  );
}

/** Takes that back. */
export function unshareMonitorSocket(
  socket: Deno.PointerObject,
  context: Deno.PointerObject,
): void {
  const entry = monitorSocketEntry(socket, context);
  withProcessLock(() =>
    writeEntry(monitorSockets(), readEntry(monitorSockets()).replace(entry, ""))
  );
}

function monitorSocketEntry(socket: Deno.PointerObject, context: Deno.PointerObject): string {
  return `${pointerToHex(context)} ${pointerToHex(socket)} ${livenessToken()};`;
}

/** Closes what terminated isolates have left to others, as far as nothing more is reported there. Only under the lock. */
function closeMonitorSockets(ended?: string): void {
  const before = readEntry(monitorSockets());
  if (before === "") return;
  // Once a context is shut down, no one waits for a reader any more.
  if (ended !== undefined) zmqTermination().zmq_ctx_shutdown(pointerFromHex(ended));
  const after = before.split(";").filter((entry) => {
    const [context, socket, owner] = entry.split(" ");
    if (entry === "") return true;
    if (context !== ended && (isThreadAlive(owner) || !monitorStopped(pointerFromHex(socket)))) {
      return true;
    }
    zmq().zmq_close(pointerFromHex(socket));
    return false;
  }).join(";");
  if (after !== before) writeEntry(monitorSockets(), after);
}

/** Reads reports until there are none. Whether the last of all was among them. */
function monitorStopped(socket: Deno.PointerObject): boolean {
  const { zmq_msg_init, zmq_msg_recv, zmq_msg_data, zmq_msg_more, zmq_msg_close } = zmq();
  // In a variable of the module: V8 may drop a buffer of which only the address is read.
  const message = report ??= new PinnedBuffer(64);
  const head = new Uint16Array(1);
  zmq_msg_init(message.pointer);
  let first = true;
  let ended = false;
  while (!ended) {
    const size = zmq_msg_recv(message.pointer, socket, DONT_WAIT);
    if (size < 0) break;
    if (first && size >= 2) {
      libc().memcpy(head, zmq_msg_data(message.pointer), 2n);
      ended = head[0] === MONITOR_STOPPED;
    }
    first = zmq_msg_more(message.pointer) === 0;
  }
  zmq_msg_close(message.pointer);
  return ended;
}

/** Into which reports are read. */
let report: PinnedBuffer | undefined;

/** The last event, whose number comes first in both versions of the reports. */
const MONITOR_STOPPED = 0x0400;

/** Reads the entries, without isolates that have ended; has them changed; and writes them down. */
function change<T>(action: (entries: Entry[]) => T): T | undefined {
  return withProcessLock(() => {
    // Never of another libzmq: its handle is part of the name.
    const name = `contexts.${ourLibzmq()}`;
    const before = readEntry(name);
    const entries = before.split(";").filter((text) => text !== "").map(parse);
    for (const entry of entries) entry.owners = entry.owners.filter(isThreadAlive);
    closeMonitorSockets();
    giveBackKeys();
    const used = entries.filter(({ owners }) => owners.length > 0);
    const abandoned = entries.filter(({ owners }) => owners.length === 0);
    const result = action(used);
    const after = used.map(format).join(";");
    if (after !== before) writeEntry(name, after);
    // Its last user was terminated.
    for (const { context } of abandoned) {
      closeMonitorSockets(context);
      terminate(pointerFromHex(context));
    }
    return result;
  });
}

/** What tells the libzmq in use here apart from others in the process. */
function ourLibzmq(): string {
  return loadLibrary().handle.toString(16);
}

function parse(text: string): Entry {
  const [id, context, ...owners] = text.split(" ");
  return { id, context, owners };
}

function format({ id, context, owners }: Entry): string {
  return [id, context, ...owners].join(" ");
}

function monitorSockets(): string {
  return `reports.${ourLibzmq()}`;
}

/** A context's token: its name, and what tells apart where it comes from. */
export function tokenOf(shared: Shared): string {
  return [TOKEN, Deno.pid, ourLibzmq(), shared.id].join(":");
}

const TOKEN = "deno-zmq-context";

/** The context's name within a token. Throws where that can't be one of this process and this libzmq. */
export function idIn(token: unknown): string {
  const parts = typeof token === "string" ? token.split(":") : [];
  if (parts.length !== 4 || parts[0] !== TOKEN) {
    throw new TypeError("A context is joined by the token that share() gave");
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

/** With more of them than this, those that have gone are forgotten. */
const PRUNE_ABOVE = 64;

/** Sockets that were closed in a shared context, and may still have messages to send. */
export interface PendingFlushes {
  /** A socket is going to be closed. */
  add(fd: number, linger: number): void;
  /** A new socket has this descriptor: whose it was has gone. */
  forget(fd: number): void;
  /** Waits until all have gone, or `limit` ms are over. `notice` is called once, after `patience` ms. */
  wait(limit: number, silent: number, onWait: () => void): void;
}

/**
 * Where a shared context can't be terminated since others use it, the process's end waits for these sockets. `isGone`
 * tells whether a descriptor can't be a socket's of libzmq's any more.
 */
export function makePendingFlushes(isGone: (fd: number) => boolean): PendingFlushes {
  return new class {
    /** By their descriptors: when their linger is over, Infinity for never. */
    #until = new Map<number, number>();

    add(fd: number, linger: number): void {
      if (linger === 0) return;
      this.#until.set(fd, linger < 0 ? Infinity : performance.now() + linger);
      if (this.#until.size > PRUNE_ABOVE) this.#forgetGone();
    }

    forget(fd: number): void {
      this.#until.delete(fd);
    }

    wait(limit: number, silent: number, onWait: () => void): void {
      const started = performance.now();
      let said = false;
      for (this.#forgetGone(); this.#until.size > 0; this.#forgetGone()) {
        const waited = performance.now() - started;
        if (waited > limit) return;
        if (waited > silent && !said) {
          said = true;
          onWait();
        }
        libc().poll(new Uint8Array(8), 0n, 1);
      }
    }

    #forgetGone(): void {
      const now = performance.now();
      for (const [fd, until] of this.#until) {
        if (now > until || isGone(fd)) this.#until.delete(fd);
      }
    }
  }();
}
