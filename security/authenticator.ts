/** The authenticator: answers libzmq's questions whether a peer may come in. */

import { Context, context as defaultContext } from "../context.ts";
import { settled } from "../poller/reactor.ts";
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

/** What an {@linkcode Authenticator} can be made with. */
export interface AuthenticatorOptions {
  /** The context for whose sockets it answers. Default: the shared {@linkcode context}. */
  context?: Context;
  /** Told of each peer that isn't let in, and why. Must not be relied on for the decision, which was made. */
  onDenied?: (request: AuthRequest, reason: string) => void;
  /**
   * Told of each handler that has thrown or given something that isn't a verdict, after its peer was refused. Default: a line
   * on standard error.
   */
  onError?: (error: unknown, request: AuthRequest) => void;
}

/** Where a rule holds. */
export interface RuleOptions {
  /** Only for sockets with this {@linkcode SecurityOptions.zapDomain}. Default: for all. */
  domain?: string;
}

/**
 * Decides which peers may come in, for all sockets of a context (ZAP, RFC 27).
 *
 * It's asked about every peer of a bound or connected socket that is a PLAIN, CURVE or GSSAPI server, and of one without
 * a mechanism that has a {@linkcode SecurityOptions.zapDomain}. No one is let in who wasn't allowed to: by default, and where a
 * handler throws, the answer is no. It's in force as soon as it's made and until it's closed, also
 * when the program has dropped it, and doesn't keep the process alive. A context that has one is only ended by
 * {@linkcode Context.close}, not by being dropped.
 *
 * Without an authenticator libzmq lets every CURVE client in that has the server's key. So set
 * {@linkcode SecurityOptions.zapDomain} and {@linkcode SecurityOptions.zapEnforceDomain} on every server: then no one comes in
 * before the authenticator is made, nor after it was closed.
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
 * const own = { zapDomain: "home", zapEnforceDomain: true, metadata: ["User-Id"] };
 * await using pull = new Pull({ ...server.serverOptions(), ...own });
 * await pull.bind("tcp://127.0.0.1:*");
 * await using push = new Push(ada.clientOptions(server.publicKey));
 * push.connect(pull.lastEndpoint!);
 * await push.send("hello");
 * const message = await pull.receive();
 * console.log(metadataOf(message)?.["User-Id"] === ada.publicKey);
 * ```
 */
export class Authenticator implements Disposable, AsyncDisposable {
  readonly #context: Context;
  readonly #handler: ZapHandler;

  /**
   * Makes an authenticator, which answers from now on.
   *
   * @throws `TypeError` for options of the wrong type; `ZmqError` EADDRINUSE where the context has one already.
   */
  constructor(options: AuthenticatorOptions = {}) {
    if (typeof options !== "object" || options === null) {
      throw new TypeError("The options of an Authenticator must be an object");
    }
    const { context = defaultContext, onDenied, onError, ...rest } = options;
    for (const name of Object.keys(rest)) {
      throw new TypeError(`An Authenticator has no option ${name}`);
    }
    for (const [name, listener] of Object.entries({ onDenied, onError })) {
      if (listener !== undefined && typeof listener !== "function") {
        throw new TypeError(`The option ${name} must be a function`);
      }
    }
    this.#context = context;
    this.#handler = new ZapHandler(context, { onDenied, onError });
  }

  /** The context for whose sockets it answers. */
  get context(): Context {
    return this.#context;
  }

  /** Whether it was closed, by itself or with its context. */
  get closed(): boolean {
    return this.#handler.closed;
  }

  /**
   * Lets only peers in whose addresses were allowed, by this or another call. That alone lets in who has no
   * mechanism; with one, its own check comes after it. Where a domain has a list of its own, both must have the address.
   *
   * @param addresses IPv4 or IPv6 addresses, networks such as `"10.0.0.0/8"` and `"fd00::/8"`, or `"ipc"` for all peers
   * over ipc.
   * @throws `TypeError` for what isn't an address; nothing has changed then.
   */
  allow(addresses: string | readonly string[], options: RuleOptions = {}): void {
    const rules = this.#rules(options);
    for (const address of checked(addresses)) rules().allowed.add(address);
  }

  /**
   * Keeps out peers whose addresses were denied, by this or another call, whatever else says of them.
   *
   * @param addresses As with {@linkcode Authenticator.allow}.
   * @throws `TypeError` for what isn't an address; nothing has changed then.
   */
  deny(addresses: string | readonly string[], options: RuleOptions = {}): void {
    const rules = this.#rules(options);
    for (const address of checked(addresses)) rules().denied.add(address);
  }

  /**
   * Says who comes in without a mechanism: every one whose address isn't kept out (`"any"`), or those whom a function lets in.
   * Without this, those whose addresses were allowed.
   *
   * @throws `TypeError` for anything else.
   */
  configureNull(policy: NullPolicy, options: RuleOptions = {}): void {
    const handler = nullHandler(policy);
    this.#rules(options)().handlers.null = handler;
  }

  /**
   * Says who comes in with PLAIN: names with their passwords, which are copied, or those whom a function lets in. A second call takes
   * the first one's place; a domain's own policy takes that of all domains.
   *
   * @throws `TypeError` for anything else; it shows no password.
   */
  configurePlain(policy: PlainPolicy, options: RuleOptions = {}): void {
    const handler = plainHandler(policy);
    this.#rules(options)().handlers.plain = handler;
  }

  /**
   * Says who comes in with CURVE: those whose public keys are given, by themselves, in certificates or in a folder, those whom a
   * function lets in, or every one that has the server's public key (`"any"`). Keys are copied; what is in a
   * {@linkcode CertificateFolder} is looked up in it. A second call takes the first one's place; a domain's own
   * policy takes that of all domains.
   *
   * @throws `TypeError` for anything else.
   */
  configureCurve(policy: CurvePolicy, options: RuleOptions = {}): void {
    const handler = curveHandler(policy);
    this.#rules(options)().handlers.curve = handler;
  }

  /**
   * Says who comes in with GSSAPI: principals, those whom a function lets in, or every one for whom Kerberos vouches
   * (`"any"`). A second call takes the first one's place; a domain's own policy takes that of all domains. Without an
   * authenticator, everyone comes in for whom Kerberos vouches, also with an enforced domain.
   *
   * @throws `TypeError` for anything else.
   */
  configureGssapi(policy: GssapiPolicy, options: RuleOptions = {}): void {
    const handler = gssapiHandler(policy);
    this.#rules(options)().handlers.gssapi = handler;
  }

  /**
   * Stops answering. Who is connected stays so. From then on, sockets decide without: only with
   * {@linkcode SecurityOptions.zapEnforceDomain} do they let no one in. Idempotent.
   */
  close(): void {
    this.#handler.close();
  }

  /** Calls {@linkcode Authenticator.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Calls {@linkcode Authenticator.close}, and waits until the thread that waited for descriptors was given back. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return settled();
  }

  /** Rules are made only once all else was found right. */
  #rules({ domain }: RuleOptions): () => DomainPolicy {
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

function checked(addresses: string | readonly string[]): readonly string[] {
  const all = typeof addresses === "string" ? [addresses] : addresses;
  if (!Array.isArray(all)) throw new TypeError("Addresses are a string, or an array of strings");
  for (const address of all) checkRule(address);
  return all;
}
