/** The authenticator: it answers libzmq's requests to admit a peer. */

import { type Context, context as defaultContext, coreOf } from "../context.ts";
import { otherCores } from "../context_core.ts";
import { stateError } from "../ffi/errno.ts";
import { inspectAs } from "../poller/inspect.ts";
import { idle } from "../poller/reactor.ts";
import { Uncloneable } from "../poller/uncloneable.ts";
import { takeOnly } from "../poller/unknown_property.ts";
import { checkCount, checkOptions, checkWait, type Signature } from "../poller/wait_options.ts";
import { checkRule } from "./addresses.ts";
import {
  curveHandler,
  type CurvePolicy,
  DomainPolicy,
  gssapiHandler,
  type GssapiPolicy,
  nullHandler,
  type NullPolicy,
  plainHandler,
  type PlainPolicy,
} from "./policy.ts";
import type { AuthRequest } from "./requests.ts";
import { ZapHandler } from "./zap_handler.ts";

/**
 * A context for whose sockets an {@linkcode Authenticator} can answer: a {@linkcode Context}, or one of the drop-in for
 * zeromq.js.
 */
export interface AuthenticatorContext {
  /** How many I/O threads do the networking. */
  ioThreads: number;
  /** How many sockets there may be. */
  maxSockets: number;
  /** libzmq's value for the most sockets that the system can have. */
  readonly maxSocketsLimit: number;
  /** Whether new sockets keep their unsent messages when they're closed. */
  blocky: boolean;
}

/** Options of an {@linkcode Authenticator}. */
export interface AuthenticatorOptions<C extends AuthenticatorContext = Context> {
  /** The context for whose sockets it answers. Default: the shared {@linkcode context}. */
  context?: C;
  /** Called for each peer that was denied, with the reason. It can't change the decision. */
  onDenied?: (request: AuthRequest, reason: string) => void;
  /**
   * Called when a handler has thrown, has returned something that isn't a {@linkcode AuthResult}, or hasn't decided in
   * time, after its peer was denied. Default: writes it to standard error, at most once a minute, with how many others
   * weren't shown.
   */
  onError?: (error: unknown, request: AuthRequest) => void;
  /**
   * How long a handler may take to decide, in ms; `Infinity` for no limit. Then its peer is denied, and `onError` gets a
   * `DOMException` of the name `TimeoutError`, with which the request's {@linkcode PeerRequest.signal} aborts. Default 5,000.
   */
  timeout?: number;
  /**
   * How many requests may wait for handlers' decisions; `Infinity` for no limit. While there are as many, further ones are
   * denied. Default 1,000.
   */
  maxPendingRequests?: number;
}

/** The scope of a rule. */
export interface RuleOptions {
  /** Only for sockets with this {@linkcode SocketOptions.zapDomain}. Default: for all sockets. */
  domain?: string;
}

/**
 * Admits or denies peers, for all sockets of a context (ZAP, RFC 27).
 *
 * It decides for every peer of a bound or connected socket that is a PLAIN, CURVE or GSSAPI server, and of one without
 * a mechanism that has a {@linkcode SocketOptions.zapDomain}. By default it denies, also if a handler throws. It works
 * from the moment when it's made until it's closed, also after the program has dropped it, and doesn't keep the process
 * alive. Only {@linkcode Context.close} ends a context that has one; dropping the context doesn't.
 *
 * The drop-in for zeromq.js has contexts of its own: `new Authenticator({ context })` with the `context` of `zeromq` answers
 * for its sockets, in all workers of the process.
 *
 * Without an authenticator libzmq admits every CURVE client that has the server's key. So set
 * {@linkcode SocketOptions.zapDomain} and {@linkcode SocketOptions.zapEnforceDomain} on every server: then no peer is
 * admitted before the authenticator is made, or after it was closed.
 *
 * @example Only one client's key
 * ```ts
 * import { metadataOf, Pull, Push } from "@deno-zmq/zmq";
 * import { Authenticator, Certificate } from "@deno-zmq/zmq/security";
 *
 * const [server, ada] = [Certificate.create(), Certificate.create()];
 * using authenticator = new Authenticator();
 * authenticator.configureCurve([ada.publicKey]);
 *
 * const own = { zapDomain: "home", zapEnforceDomain: true, receivedProperties: ["User-Id"] };
 * await using pull = new Pull(server.serverOptions(own));
 * const address = await pull.bind("tcp://127.0.0.1:*");
 * await using push = new Push(ada.clientOptions(server.publicKey));
 * push.connect(address);
 * await push.send("hello");
 * const message = await pull.receive();
 * console.log(metadataOf(message)?.["User-Id"] === ada.publicKey);
 * ```
 */
export class Authenticator<C extends AuthenticatorContext = Context> extends Uncloneable
  implements Disposable, AsyncDisposable {
  readonly #context: C;
  readonly #handler: ZapHandler;

  static {
    // Which mechanisms have a policy, for all domains and for single ones; no key, name or password.
    inspectAs(this.prototype, (authenticator) => {
      const { common, domains, closed } = authenticator.#handler;
      return {
        mechanisms: Object.keys(common.handlers),
        domains: Object.fromEntries(
          [...domains].map(([name, { handlers }]) => [name, Object.keys(handlers)]),
        ),
        closed,
      };
    });
  }

  /**
   * Makes an authenticator, which answers from now on.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {RangeError} If `timeout` is negative, or `maxPendingRequests` isn't a whole number of 1 or more.
   * @throws {ZmqError} EADDRINUSE If the context has one already.
   */
  constructor(options: AuthenticatorOptions<C> = {}) {
    checkWait(CONSTRUCTOR, options, arguments[1]);
    const { context = defaultContext as AuthenticatorContext, onDenied, onError } = options;
    const { timeout = 5000, maxPendingRequests = 1000 } = options;
    checkMost("maxPendingRequests", maxPendingRequests);
    for (const [name, listener] of Object.entries({ onDenied, onError })) {
      if (listener !== undefined && typeof listener !== "function") {
        throw new TypeError(`The option ${name} must be a function`);
      }
    }
    super();
    this.#context = context as C;
    this.#handler = new ZapHandler(
      otherCores.get(context) ?? coreOf(context as Context),
      { onDenied, onError },
      { timeout, maxPendingRequests },
    );
  }

  /** The context for whose sockets it answers. */
  get context(): C {
    return this.#context;
  }

  /** Whether it was closed, by itself or with its context. */
  get closed(): boolean {
    return this.#handler.closed;
  }

  /**
   * Allows addresses, and denies peers whose addresses neither this nor another call has allowed. This is enough to admit
   * a peer without a mechanism; with one, the mechanism's own check follows. If a domain has its own list, both lists must
   * have the address.
   *
   * @param addresses IPv4 or IPv6 addresses, without a zone such as `%eth0`, networks such as `"10.0.0.0/8"` and
   * `"fd00::/8"`, or `"ipc"` for all peers over ipc.
   * @throws {TypeError} If one of them isn't an address; nothing has changed then.
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {ZmqError} EBADF If the authenticator is closed.
   */
  allow(addresses: string | readonly string[], options?: RuleOptions): void;
  allow(addresses: string | readonly string[], options?: RuleOptions, extra?: never): void {
    const rules = this.#rules("allow", options, extra);
    for (const address of checked(addresses)) rules().allowed.add(address);
  }

  /**
   * Denies peers with these addresses, whatever else allows them.
   *
   * @param addresses As with {@linkcode Authenticator.allow}.
   * @throws {TypeError} If one of them isn't an address; nothing has changed then.
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {ZmqError} EBADF If the authenticator is closed.
   */
  deny(addresses: string | readonly string[], options?: RuleOptions): void;
  deny(addresses: string | readonly string[], options?: RuleOptions, extra?: never): void {
    const rules = this.#rules("deny", options, extra);
    for (const address of checked(addresses)) rules().denied.add(address);
  }

  /**
   * Sets which peers without a mechanism are admitted: all whose addresses aren't denied (`"any"`), or those that a
   * function admits. Without this, those whose addresses were allowed.
   *
   * @throws {TypeError} If the policy is none of these.
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {ZmqError} EBADF If the authenticator is closed.
   */
  configureNull(policy: NullPolicy, options?: RuleOptions): void;
  configureNull(policy: NullPolicy, options?: RuleOptions, extra?: never): void {
    const rules = this.#rules("configureNull", options, extra);
    const handler = nullHandler(policy);
    rules().handlers.null = handler;
  }

  /**
   * Sets which peers are admitted with PLAIN: those with these names and passwords, which are copied, or those that a
   * function admits. A second call replaces the first one's policy; a domain's own policy replaces that of all domains.
   *
   * @throws {TypeError} If the policy is none of these. The error shows no password.
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {ZmqError} EBADF If the authenticator is closed.
   */
  configurePlain(policy: PlainPolicy, options?: RuleOptions): void;
  configurePlain(policy: PlainPolicy, options?: RuleOptions, extra?: never): void {
    const rules = this.#rules("configurePlain", options, extra);
    const handler = plainHandler(policy);
    rules().handlers.plain = handler;
  }

  /**
   * Sets which peers are admitted with CURVE: those with these public keys, alone, in certificates or in a folder; those
   * that a function admits; or every one that has the server's public key (`"any"`). Keys are copied; a
   * {@linkcode CertificateFolder} is looked up each time. A second call replaces the first one's policy; a domain's own
   * policy replaces that of all domains.
   *
   * @throws {TypeError} If the policy is none of these.
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {ZmqError} EBADF If the authenticator is closed.
   */
  configureCurve(policy: CurvePolicy, options?: RuleOptions): void;
  configureCurve(policy: CurvePolicy, options?: RuleOptions, extra?: never): void {
    const rules = this.#rules("configureCurve", options, extra);
    const handler = curveHandler(policy);
    rules().handlers.curve = handler;
  }

  /**
   * Sets which peers are admitted with GSSAPI: these principals, those that a function admits, or every one that Kerberos
   * has authenticated (`"any"`). A second call replaces the first one's policy; a domain's own policy replaces that of all
   * domains. Without an authenticator, libzmq admits everyone whom Kerberos has authenticated, also with an enforced
   * domain.
   *
   * @throws {TypeError} If the policy is none of these.
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {ZmqError} EBADF If the authenticator is closed.
   */
  configureGssapi(policy: GssapiPolicy, options?: RuleOptions): void;
  configureGssapi(policy: GssapiPolicy, options?: RuleOptions, extra?: never): void {
    const rules = this.#rules("configureGssapi", options, extra);
    const handler = gssapiHandler(policy);
    rules().handlers.gssapi = handler;
  }

  /**
   * Stops answering. Peers that are connected stay connected. From then on libzmq decides alone, and only with
   * {@linkcode SocketOptions.zapEnforceDomain} does it deny every peer. Idempotent.
   */
  close(): void {
    checkCount("Authenticator.close", arguments.length, 0);
    this.#handler.close();
  }

  /** Calls {@linkcode Authenticator.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Calls {@linkcode Authenticator.close}, and waits until the runtime has its thread back that waited for descriptors. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await idle();
  }

  /** Returns a function that makes a domain's rules, to be called after all other checks. */
  #rules(method: string, options: RuleOptions = {}, extra: unknown): () => DomainPolicy {
    if (this.closed) {
      throw stateError("EBADF", `Authenticator.${method}`, "The authenticator is closed");
    }
    checkOptions(
      { name: `Authenticator.${method}`, options: ["domain"], example: '{ domain: "home" }' },
      options,
      extra,
    );
    const { domain } = options;
    if (domain === undefined) return () => this.#handler.common;
    if (typeof domain !== "string" || domain === "" || domain === "*") {
      throw new TypeError("A domain must be a string, and not empty; leave it out to mean all");
    }
    return () => {
      let rules = this.#handler.domains.get(domain);
      if (rules === undefined) this.#handler.domains.set(domain, rules = new DomainPolicy());
      return rules;
    };
  }
}

const CONSTRUCTOR: Signature = {
  name: "An Authenticator",
  options: ["context", "onDenied", "onError", "timeout", "maxPendingRequests"],
  example: "{ context }",
};

takeOnly(Authenticator, []);

function checkMost(name: string, value: unknown): void {
  if (typeof value !== "number") throw new TypeError(`The option ${name} must be a number`);
  if (value === Infinity || Number.isInteger(value) && value >= 1) return;
  throw new RangeError(
    `The option ${name} must be a whole number of 1 or more, or Infinity for no limit`,
  );
}

function checked(addresses: string | readonly string[]): readonly string[] {
  const all = typeof addresses === "string" ? [addresses] : addresses;
  if (!Array.isArray(all)) throw new TypeError("Addresses are a string, or an array of strings");
  for (const address of all) checkRule(address);
  return all;
}
