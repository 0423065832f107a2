/** What libzmq knows of a message beside its bytes: properties of the connection by which it came. */

import { zmqInfo } from "../ffi/libzmq.ts";
import { cString, toCString } from "../ffi/memory.ts";
import { misspelt } from "../poller/nearest_name.ts";
import type { Frame } from "./frame.ts";

/**
 * Properties of a message's connection by their names; see {@linkcode metadataOf}. What a connection doesn't have
 * isn't there; messages over `inproc://` have none at all.
 */
export interface Metadata {
  /** The peer's IP address, without port; for ipc `localhost:uid:gid:pid`. */
  readonly "Peer-Address"?: string;
  /** The user that the ZAP handler named when it let the peer in. Where none was asked, a peer can claim any. */
  readonly "User-Id"?: string;
  /** The peer's type of socket, such as `"PUSH"`. */
  readonly "Socket-Type"?: string;
  /** A Request's, Dealer's or Router's routing id as text; empty where it has set none. */
  readonly Identity?: string;
  /** The resource that the peer has named, if it has. */
  readonly Resource?: string;
  /** Metadata by names that begin with `X-`: a ZAP handler's, or else the peer's own. */
  readonly [name: string]: string | undefined;
}

/** Reads something of each message that is received, beside its bytes. */
export interface PropertyReader {
  /** The names of the properties that it reads. */
  readonly names: readonly string[];
  /** Reads of a native message, before its bytes are taken. */
  read(message: Deno.PointerObject): unknown;
  /** Reads again, of the second part of the same message, with what was read of the first. */
  readLater?(message: Deno.PointerObject, first: unknown): unknown;
  /** Uses what was read. */
  attach(message: readonly Frame[], value: unknown): void;
  /** Has another reader read as well, or none. A reader without this is replaced. */
  readAlso?(reader: PropertyReader | undefined): void;
}

const known = new WeakMap<readonly Frame[], Metadata>();

/**
 * Returns the properties of a received message that its socket's option `receivedProperties` names; `undefined` if that names none
 * (`zmq_msg_gets`).
 *
 * @throws {TypeError} If it isn't an array, such as one frame of a message.
 *
 * @example Who sent it
 * ```ts
 * import { metadataOf, Pull, Push } from "@deno-zmq/zmq";
 *
 * using pull = new Pull({ receivedProperties: ["Peer-Address", "Socket-Type"] });
 * const address = await pull.bind("tcp://127.0.0.1:*");
 * using push = new Push();
 * push.connect(address);
 * await push.send("hello");
 * const message = await pull.receive();
 * console.log(metadataOf(message)?.["Peer-Address"], metadataOf(message)?.["Socket-Type"]);
 * ```
 */
export function metadataOf(message: readonly Frame[]): Metadata | undefined {
  if (!Array.isArray(message)) {
    throw new TypeError("metadataOf takes a message, the array of frames that was received");
  }
  return known.get(message);
}

/** libzmq's own names, for which case counts. */
const NAMES = ["Peer-Address", "User-Id", "Socket-Type", "Routing-Id", "Identity", "Resource"];

/** The names of the properties that a socket reads with each message, also as C strings. */
export class MetadataNames implements PropertyReader {
  readonly names: readonly string[];
  readonly #asked: readonly Uint8Array<ArrayBuffer>[];

  constructor(names: readonly string[]) {
    if (!Array.isArray(names) || names.some((name) => typeof name !== "string" || name === "")) {
      throw new TypeError("The option receivedProperties must be an array of names");
    }
    for (const name of names) {
      // Other names are a program's own, or its authenticator's.
      const right = name.startsWith("X-") ? undefined : misspelt(name, NAMES);
      if (right === undefined) continue;
      throw new TypeError(
        `receivedProperties has ${
          JSON.stringify(name)
        }, which no message has; did you mean "${right}"?`,
      );
    }
    this.names = Object.freeze([...names]);
    this.#asked = names.map((name) => toCString(name, "The name of a property"));
  }

  /** Reads the properties of a native message, before its bytes are taken. */
  read(message: Deno.PointerObject): Metadata {
    const metadata: Record<string, string> = {};
    this.#asked.forEach((asked, i) => {
      const value = zmqInfo().zmq_msg_gets(message, asked);
      if (value !== null) metadata[this.names[i]] = cString(value);
    });
    return metadata;
  }

  /**
   * Fact: a ROUTER of libzmq 4.3.4 makes the part with the routing id without properties where it was looked at before, as
   * by `readable` or a Poller. Decision: where the first part has none, the second one's count.
   */
  readLater(message: Deno.PointerObject, first: Metadata): Metadata {
    return Object.keys(first).length > 0 ? first : this.read(message);
  }

  /** Remembers what was read for as long as the message lives. */
  attach(message: readonly Frame[], metadata: Metadata): void {
    known.set(message, metadata);
  }
}
