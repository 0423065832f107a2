/** The addresses of a socket: binding and connecting it, and back. */

import { check } from "../ffi/errno.ts";
import { PULL_TYPE } from "../ffi/constants.ts";
import { zmq } from "../ffi/libzmq.ts";
import { toCString } from "../ffi/memory.ts";
import { assertDescriptors } from "../poller/fd.ts";
import { IpcFolders } from "../process/ipc_folders.ts";
import { forgetReceiver, noteReceiver } from "../process/own_receivers.ts";
import { assertSafeAddress, assertSafeDisconnect } from "./hazards.ts";
import { FrameMessage, takeMessage } from "./native_message.ts";
import type { NativeSocket } from "./native_socket.ts";
import { COMMON, OPTION_NUMBERS } from "./options_table.ts";
import { keepPrefetched } from "./prefetched.ts";
import { getInt, textOf, withLinger } from "./raw_options.ts";

/** The addresses to which a socket was bound or connected. */
export class Endpoints {
  /** One of them begins with ws:// or wss://. */
  webSocket = false;
  /** The most bytes that one of them can have, with a NUL. */
  #longest = 1024;
  readonly #ipcFolders = new IpcFolders();
  /** As libzmq has resolved each, with what the program gave. */
  readonly #bound = new Map<string, string>();
  readonly #connected = new Map<string, string>();
  /** Names of inproc to which it was connected, and to which no one was bound since. */
  readonly #waitsAt = new Set<string>();
  /** The routing ids that were given to connections which last, as text, with their addresses; and the next connection's. */
  readonly #names = new Map<string, string>();
  #nextName: string | undefined;

  constructor(readonly handle: NativeSocket) {}

  /** Binds the socket. Returns the address with wildcards replaced. */
  bind(address: string): string {
    const resolved = this.#ipcFolders.resolve(address);
    try {
      this.#add(address, true, () => this.#call("zmq_bind", resolved, address));
    } catch (error) {
      this.#ipcFolders.remove(resolved);
      throw error;
    }
    const bound = this.last ?? address;
    this.#bound.set(bound, address);
    if (this.handle.type.receives) noteReceiver(bound);
    this.handle.context.addBound(bound);
    return bound;
  }

  /** Connects the socket; by another call of libzmq's than zmq_connect, if one is given. */
  connect(address: string): void;
  connect<T>(address: string, call: () => T): T;
  connect(address: string, call?: () => unknown): unknown {
    const result = this.#add(address, false, call ?? (() => this.#call("zmq_connect", address)));
    this.#connected.set(address, address);
    if (this.#nextName !== undefined && lasts(this.handle, address)) {
      this.#names.set(this.#nextName, address);
    }
    this.#nextName = undefined;
    this.handle.context.addConnected(address, this.#waitsAt);
    return result;
  }

  /** To what it's bound and connected, and was when it was closed, without user information: to be printed. */
  get bound(): string[] {
    return [...this.#bound.keys()]; // as libzmq has resolved them, they have none
  }
  get connected(): string[] {
    return [...this.#connected.keys()].map(withoutUser);
  }

  /** Whether it's bound or connected over udp. */
  get hasUdp(): boolean {
    return [...this.#bound.keys(), ...this.#connected.keys()].some(isUdp);
  }

  /** Ends what `bind` has begun. */
  unbind(address: string): void {
    this.#remove("zmq_unbind", address);
  }

  /** Ends what `connect` has begun. */
  disconnect(address: string): void {
    this.#remove("zmq_disconnect", address);
  }

  /** The next connection's peer is to have this routing id. */
  nameNext(routingId: Uint8Array | null): void {
    this.#nextName = String(routingId);
  }

  /**
   * Has libzmq forget the routing id for a connect that has failed.
   *
   * Fact: libzmq keeps the id for the next connect, and none can't be set. Failure: another peer got the id, and what was for
   * the first. Decision: a connection within the process gets it, and is ended on both ends, where their calls run the
   * commands for it; then the id is free again. Cost: a place for a socket, for a moment; without one, the id stays.
   */
  dropRoutingId(): void {
    const { pointer, context, closed } = this.handle;
    if (closed || context.closed || this.#nextName === undefined) return;
    const other = zmq().zmq_socket(context.pointer("zmq_connect"), PULL_TYPE);
    if (other === null) return;
    const address = toCString(`inproc://deno-zmq.routing-id.${crypto.randomUUID()}`, "An address");
    const call = (name: "zmq_bind" | "zmq_connect" | "zmq_disconnect", socket: Deno.PointerValue) =>
      check(() => zmq()[name](socket, address), name);
    try {
      call("zmq_bind", other);
      call("zmq_connect", pointer);
      this.#nextName = undefined;
      call("zmq_disconnect", pointer);
      while (takeMessage(other as Deno.PointerObject) !== undefined); // such as the option probeRouter has sent
      getInt(pointer, OPTION_NUMBERS.events);
    } catch {
      // The context was shut down, and no connect succeeds any more.
    } finally {
      zmq().zmq_close(other);
      this.handle.markStale();
    }
  }

  /** Whether the peer of a connection that lasts has this routing id. */
  hasNamed(routingId: Uint8Array): boolean {
    return this.#names.has(String(routingId));
  }

  /** The last one, as libzmq has resolved it; `null` before the first. */
  get last(): string | null {
    const { lastEndpoint } = OPTION_NUMBERS;
    const address = textOf(this.handle.getBytes(lastEndpoint, "lastEndpoint", this.#longest));
    if (address === "") return null;
    // libzmq returns udp's without the scheme.
    return address.includes("://") ? address : `udp://${address}`;
  }

  /** To be called before libzmq closes the socket. */
  leaveNames(): void {
    this.handle.context.leaveNames(this.#waitsAt, this.handle.pointer);
  }

  /** Removes the folders that were made for ipc addresses. The socket was closed. */
  clear(): void {
    for (const address of this.#bound.keys()) this.handle.context.removeBound(address);
    this.#ipcFolders.clear();
  }

  #add(address: string, binds: boolean, call: () => unknown): unknown {
    assertSafeAddress(this.handle, address, binds);
    this.handle.prepareFor(address);
    const needed = descriptorsFor(address, binds);
    if (needed > 0) {
      const name = binds ? "zmq_bind" : "zmq_connect";
      assertDescriptors(needed, name, { address: withoutUser(address) });
    }
    try {
      const result = call();
      this.webSocket ||= /^wss?:/.test(address);
      return result;
    } finally {
      this.handle.markStale(); // one that fails may have consumed the edge, too
    }
  }

  #remove(call: "zmq_unbind" | "zmq_disconnect", address: string): void {
    const { pointer, type, midMessage, limits } = this.handle;
    assertSafeDisconnect(this.handle, this.#waitsAt.has(address));
    // Without the rest of a message whose first parts were received, the next receive would end the process.
    if (limits?.unfinished) limits.finish(new FrameMessage(), pointer);
    const hasBegun = midMessage || (type.prefetches === true && !this.handle.conflates);
    if (hasBegun && !this.#bound.has(address)) {
      keepPrefetched(pointer);
    }
    try {
      withLinger(pointer, () => this.#call(call, address));
    } finally {
      this.handle.markStale(); // one that fails may have consumed the edge, too
    }
    // For libzmq, the two calls are one, and end whatever has that address.
    if (this.#bound.has(address)) this.handle.context.removeBound(address);
    if (forget(this.#bound, address)) forgetReceiver(address);
    this.#ipcFolders.remove(address);
    forget(this.#connected, address);
    for (const [name, connected] of this.#names) {
      if (!this.#connected.has(connected)) this.#names.delete(name);
    }
  }

  #call(
    call: "zmq_bind" | "zmq_unbind" | "zmq_connect" | "zmq_disconnect",
    resolved: string,
    address = resolved,
  ): void {
    const text = toCString(resolved, "An address");
    this.#longest = Math.max(this.#longest, text.length);
    check(() => zmq()[call](this.handle.pointer, text), call, {
      address: withoutUser(address),
    });
  }
}

/**
 * Whether a connection stays with its socket until that ends it, however often it breaks. Fact: where the reconnect interval is 0,
 * libzmq ends it at the first break, as with -1.
 */
function lasts({ pointer }: NativeSocket, address: string): boolean {
  const { immediate, reconnectInterval, reconnectStop } = COMMON;
  return !address.startsWith("inproc:") && getInt(pointer, immediate.number) === 0 &&
    getInt(pointer, reconnectInterval.number) > 0 && getInt(pointer, reconnectStop.number) <= 0;
}

/**
 * How many descriptors libzmq must find for an address, or it ends the process.
 *
 * Fact: it looks up interfaces to bind, and to connect from an address of this side; udp, pgm and norm begin at once, and pgm opens
 * up to five, norm seven. Other connects find out later that none is left, and try again.
 */
function descriptorsFor(address: string, binds: boolean): number {
  if (/^(?:e?pgm|norm):/.test(address)) return 8;
  if (address.startsWith("inproc:")) return 0;
  return binds || isUdp(address) || /^tcp:.*;/.test(address) ? 1 : 0;
}

/** Whether an address is one of udp's. */
export function isUdp(address: string): boolean {
  return address.startsWith("udp:");
}

/** Removes an address, in whichever way it's written: libzmq also compares what it stands for. Returns whether it was there. */
function forget(addresses: Map<string, string>, address: string): boolean {
  const { size } = addresses;
  if (addresses.delete(address)) return true;
  const place = placeOf(address);
  for (const [resolved, given] of addresses) {
    if (given === address || (place !== undefined && placeOf(resolved) === place)) {
      addresses.delete(resolved);
    }
  }
  return addresses.size < size;
}

/** The transport and the port, where an address has one. */
function placeOf(address: string): string | undefined {
  const match = /^(\w+):\/\/.*:(\d+)(?:\/.*)?$/.exec(address);
  return match === null ? undefined : `${match[1]} ${Number(match[2])}`;
}

/** An address without a user's name and password, which a URL of an Internet transport may have. */
export function withoutUser(address: string): string {
  return address.replace(/^((?:tcp|udp|wss?):\/\/)[^/]*@/, "$1");
}
