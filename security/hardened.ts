/** Options for sockets that face others: a preset for each class. */

import { type SocketType, takesMultipart, typeOfClass } from "../socket/types.ts";
import { uncloneableWith } from "../poller/uncloneable.ts";
import { isBag } from "../poller/wait_options.ts";
import { Certificate } from "./certificate.ts";
import { hiding, SECRET_OPTIONS } from "./secret.ts";

/** What {@linkcode hardenedOptions} has to be told, beside options of the class. */
export interface HardenedOptions {
  /** The domain by which an {@linkcode Authenticator} knows these sockets, 1 to 255 bytes. */
  domain: string;
  /**
   * The largest part, in bytes, that a client may send before it's disconnected; 65,536 by default. The socket's own option
   * has at least what a handshake takes, and the 33 bytes that encryption adds. A Radio has its own, and takes none.
   */
  maxMessageSize?: number;
  /**
   * Whether all clients whom the authenticator admits are trusted, and none of them uses heartbeats. Then sockets have a
   * receive high-water mark, libzmq's default or yours, and classes that only admitted clients can harm are allowed. Default
   * false.
   */
  trusted?: boolean;
}

/** A class of sockets whose options are of a type. */
export type SocketClass<Options extends object> = new (options?: Options) => object;

/** The largest part's payload, unless the program says otherwise. */
const SIZE = 65_536;
/** How many parts a message may have, and how many times the largest part's bytes. */
const PARTS = 64;
const MULTIPLE = 16;
/** What CURVE adds to each part. */
const CURVE_OVERHEAD = 33;
/** With less, no handshake under CURVE succeeds, and nothing says why. */
const LEAST_SIZE = 280;
/** All that a Radio receives are the names of groups, up to 255 bytes. */
const RADIO_SIZE = 260;

/** What the preset decides, and its argument or the certificate says in another way. */
const DECIDED = new Set([
  "curveServer",
  "curveSecretKey",
  "curvePublicKey",
  "curveServerKey",
  "plainServer",
  "plainUsername",
  "plainPassword",
  "gssapiServer",
  "gssapiPrincipal",
  "gssapiServicePrincipal",
  "zapDomain",
  "zapEnforceDomain",
]);

/** Why a class faces no one. */
const NEVER: Readonly<Record<string, string>> = {
  Stream: "it speaks raw TCP, which has no handshake, so anyone comes in. Use a Router",
  Datagram: "udp:// has no handshake, so anyone comes in. Use a Server, or a Router",
  Request:
    "libzmq takes the first reply of a client that has a user id for a malformed one, and ends the connection. Use a " +
    "Dealer, or let the other side be the server",
  Dish:
    "libzmq takes a client's user id for a malformed message, and ends the connection. Let the Radio be the server, " +
    "or use a Gather",
};

/** Why a class faces only clients that are trusted. */
const TRUSTED_ONLY: Readonly<Record<string, string>> = {
  Pair: "clients that come and go leave descriptors open for good. Use a Router or a Dealer",
  Channel: "clients that come and go leave descriptors open for good. Use a Server",
  Reply: "a client that sends malformed requests keeps the answers from the others. Use a Router",
};

/**
 * Returns the options for a socket that others can reach over a network: the class's own, so that what it doesn't have isn't
 * set.
 *
 * - **CURVE server** with the certificate's key, in an enforced domain: without an {@linkcode Authenticator} that admits
 *   them, no one comes in. Outsiders without an admitted key can do no more than open connections.
 * - **No receive high-water mark**, unless all clients are `trusted`: libzmq has a weakness by which an admitted client can
 *   end the process at any mark. The price is memory: what such a client sends faster than the program receives is
 *   queued until there is none left. One that was measured filled 500 MB a second.
 * - **Limits**: `maxMessageSize` for 65,536 bytes of payload, and for messages of several parts `maxMessageParts` 64 and
 *   `maxMultipartSize` sixteen times as much; `handshakeInterval` 2,000 and `backlog` 512, for connections that say
 *   nothing; TCP's keep-alive instead of heartbeats, which are dangerous at a receive mark; `linger` 1,000.
 *
 * Options of the class's own may be added, and those of the last point changed, except for heartbeats where there is a
 * receive mark. What is `undefined` leaves the preset as it is. The result is printed without the key, and without passwords.
 *
 * @param socketClass The class of the socket that the options are for, such as `Router`.
 * @param certificate The server's, with its secret key.
 * @throws {TypeError} If the class must not face others, with the reason; some may face clients that are all `trusted`.
 * @throws {TypeError} If there is no domain, if the certificate has no secret key, or if an option has the wrong type.
 * @throws {TypeError} If an option of security is among the others, a receive mark or `conflate` for clients that aren't
 * `trusted`, or heartbeats for those that are.
 * @throws {RangeError} If `maxMessageSize` isn't a whole number of 1 or more.
 *
 * @example A server for the clients whose keys it knows
 * ```ts
 * import { Dealer, Router } from "@deno-zmq/zmq";
 * import { Authenticator, Certificate, hardenedOptions } from "@deno-zmq/zmq/security";
 *
 * const [server, ada] = [Certificate.create(), Certificate.create({ name: "Ada" })];
 * await using authenticator = new Authenticator();
 * authenticator.configureCurve([ada], { domain: "orders" });
 *
 * await using router = new Router(hardenedOptions(Router, server, { domain: "orders" }));
 * const address = await router.bind("tcp://127.0.0.1:*");
 *
 * await using dealer = new Dealer(ada.clientOptions(server.publicKey));
 * dealer.connect(address);
 * await dealer.send("a question");
 * const [client, question] = await router.receive();
 * await router.send([client, `an answer to ${question}`]);
 * console.log(String(await dealer.receive()));
 * ```
 */
export function hardenedOptions<Options extends object>(
  socketClass: SocketClass<Options>,
  certificate: Certificate,
  options: HardenedOptions & Omit<Options, keyof HardenedOptions>,
): Options {
  const type = typeOfClass(socketClass);
  if (type === undefined) {
    throw new TypeError("hardenedOptions takes a class of this library's sockets, such as Router");
  }
  if (!(certificate instanceof Certificate)) {
    throw new TypeError("hardenedOptions takes the server's Certificate behind the class");
  }
  if (typeof options !== "object" || options === null || !isBag(options)) {
    throw new TypeError('hardenedOptions takes an object of options, such as { domain: "orders" }');
  }
  if (arguments.length > 3) throw new TypeError("hardenedOptions takes nothing after its options");
  const { domain, maxMessageSize = SIZE, trusted = false, ...given } = options;
  // What is undefined isn't set by the class either; over the preset, it would undo it.
  const others = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  if (typeof trusted !== "boolean") throw new TypeError("The option trusted must be a boolean");
  assertMayFace(type, trusted);
  if (typeof domain !== "string" || domain === "") {
    throw new TypeError(
      "hardenedOptions needs a domain, by which the Authenticator knows the sockets",
    );
  }
  assertOthers(type, others, trusted);
  const preset = {
    // Before what could take one of them for its own.
    ...certificate.serverOptions(),
    zapDomain: domain,
    zapEnforceDomain: true,
    maxMessageSize: sizeFor(type, maxMessageSize),
    handshakeInterval: 2000,
    backlog: 512,
    heartbeatInterval: 0,
    tcpKeepalive: 1,
    tcpKeepaliveIdle: 30,
    tcpKeepaliveInterval: 10,
    tcpKeepaliveCount: 3,
    linger: 1000,
    ...type.receives && !trusted ? { receiveHighWaterMark: 0 } : {},
    ...takesMultipart(type) ? multipartLimits(maxMessageSize) : {},
    ...others,
  };
  return hiding(uncloneableWith(preset), SECRET_OPTIONS) as unknown as Options;
}

function assertMayFace({ name }: SocketType, trusted: boolean): void {
  const never = NEVER[name];
  if (never !== undefined) throw new TypeError(`A ${name} must not face others: ${never}`);
  const reason = TRUSTED_ONLY[name];
  if (reason === undefined || trusted) return;
  throw new TypeError(
    `A ${name} must not face clients that aren't trusted: ${reason}; or say trusted: true`,
  );
}

function assertOthers(type: SocketType, others: object, trusted: boolean): void {
  for (const [name, value] of Object.entries(others)) {
    if (DECIDED.has(name)) {
      throw new TypeError(
        `The option ${name} follows from hardenedOptions' arguments, and can't be among the others`,
      );
    }
    if (trusted && name === "heartbeatInterval" && value !== 0 && type.receives) {
      throw new TypeError(
        `A ${type.name} whose clients are trusted has a receiveHighWaterMark, and must have no heartbeatInterval: ` +
          "together they can end the process when a client is lost. TCP's keep-alive is set instead",
      );
    }
    if (trusted) continue;
    // Both are harmless as long as every client is.
    if (name === "receiveHighWaterMark" && value !== 0 || name === "conflate" && value !== false) {
      throw new TypeError(
        `A ${type.name} whose clients aren't trusted must not have the option ${name}: an admitted one could end the ` +
          "process; or say trusted: true",
      );
    }
  }
}

function multipartLimits(size: number): object {
  return { maxMessageParts: PARTS, maxMultipartSize: MULTIPLE * size };
}

/** The option `maxMessageSize` for a payload. */
function sizeFor({ name }: SocketType, size: unknown): number {
  if (name === "Radio") {
    if (size === SIZE) return RADIO_SIZE + CURVE_OVERHEAD;
    throw new TypeError("A Radio's maxMessageSize is decided: all that it receives are groups");
  }
  if (typeof size !== "number") throw new TypeError("The option maxMessageSize must be a number");
  if (!Number.isInteger(size) || size < 1 || size > Number.MAX_SAFE_INTEGER - CURVE_OVERHEAD) {
    throw new RangeError("The option maxMessageSize must be a whole number of 1 or more");
  }
  return Math.max(LEAST_SIZE, size + CURVE_OVERHEAD);
}
