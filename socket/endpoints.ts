/** The addresses of a socket: binding and connecting it, and back. */

import { checkUninterrupted } from "../ffi/errno.ts";
import { zmq } from "../ffi/libzmq.ts";
import { toCString } from "../ffi/memory.ts";
import { IpcFolders } from "../process/ipc_folders.ts";
import type { Handle } from "./handle.ts";
import { assertSafeOptions } from "./hazards.ts";
import { OPTION_NUMBERS } from "./options_table.ts";
import { textOf, withLinger } from "./raw_options.ts";

/** The addresses to which a socket was bound or connected. */
export class Endpoints {
  /** One of them begins with ws:// or wss://. */
  webSocket = false;
  /** The most bytes that one of them can have, with a NUL. */
  #longest = 1024;
  readonly #ipcFolders = new IpcFolders();

  constructor(readonly handle: Handle) {}

  /** Binds the socket. */
  bind(address: string): void {
    const resolved = this.#ipcFolders.resolve(address);
    try {
      this.#add("zmq_bind", resolved, address);
    } catch (error) {
      this.#ipcFolders.remove(resolved);
      throw error;
    }
  }

  /** Connects the socket. */
  connect(address: string): void {
    this.#add("zmq_connect", address);
  }

  /** Ends what `bind` has begun. */
  unbind(address: string): void {
    this.#remove("zmq_unbind", address);
    this.#ipcFolders.remove(address);
  }

  /** Ends what `connect` has begun. */
  disconnect(address: string): void {
    this.#remove("zmq_disconnect", address);
  }

  /** The last one, as libzmq has resolved it; `null` before the first. */
  get last(): string | null {
    const { lastEndpoint } = OPTION_NUMBERS;
    const address = textOf(this.handle.getBytes(lastEndpoint, "lastEndpoint", this.#longest));
    if (address === "") return null;
    // libzmq returns udp's without the scheme.
    return address.includes("://") ? address : `udp://${address}`;
  }

  /** Removes the folders that were made for ipc addresses. The socket was closed. */
  clear(): void {
    this.#ipcFolders.clear();
  }

  #add(call: "zmq_bind" | "zmq_connect", resolved: string, address = resolved): void {
    const webSocket = /^wss?:/.test(address);
    assertSafeOptions(this.handle, { webSocket });
    this.#call(call, resolved, address);
    this.webSocket ||= webSocket;
    this.handle.markStale();
  }

  #remove(call: "zmq_unbind" | "zmq_disconnect", address: string): void {
    withLinger(this.handle.pointer, () => this.#call(call, address));
    this.handle.markStale();
  }

  #call(
    call: "zmq_bind" | "zmq_unbind" | "zmq_connect" | "zmq_disconnect",
    resolved: string,
    address = resolved,
  ): void {
    const text = toCString(resolved, "An address");
    this.#longest = Math.max(this.#longest, text.length);
    checkUninterrupted(() => zmq()[call](this.handle.pointer, text), call, { address });
  }
}
