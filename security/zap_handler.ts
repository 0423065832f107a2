/** The part of an authenticator that its socket holds, so that it answers also after the program has dropped the rest. */

import type { ContextCore } from "../context_core.ts";
import { ZmqError } from "../errors.ts";
import { takeBudget } from "../poller/budget.ts";
import type { Handle } from "../socket/handle.ts";
import { open } from "../socket/open.ts";
import type { Frame } from "../socket/frame.ts";
import { setOption } from "../socket/options.ts";
import { tryReceive } from "../socket/receive.ts";
import { trySend } from "../socket/send.ts";
import { TYPES } from "../socket/types.ts";
import { FailureLines } from "./failure_lines.ts";
import { abortSignal, toRequest } from "./peers.ts";
import { callsProgram, DomainPolicy } from "./policy.ts";
import type { AuthGrant, AuthHandler, AuthRequest, AuthResult } from "./requests.ts";
import { type Limits, UndecidedRequests } from "./undecided.ts";
import { type Answer, type Question, readRequest, ZAP_ADDRESS } from "./zap.ts";

/** An authenticator's callbacks. */
export interface Listeners {
  readonly onDenied?: ((request: AuthRequest, reason: string) => void) | undefined;
  readonly onError?: ((error: unknown, request: AuthRequest) => void) | undefined;
}

/** Answers libzmq's requests until it's closed, or its context is. */
export class ZapHandler {
  /** The policy for all domains. */
  readonly common = new DomainPolicy();
  /** The policies for single domains. */
  readonly domains = new Map<string, DomainPolicy>();
  readonly #listeners: Listeners;
  readonly #handle: Handle;
  readonly #undecided: UndecidedRequests;
  readonly #failures = new FailureLines();

  constructor(core: ContextCore, listeners: Listeners, limits: Limits) {
    this.#listeners = listeners;
    this.#undecided = new UndecidedRequests(limits);
    this.#handle = open(core, TYPES.Router);
    try {
      setOption(this.#handle, "linger", 0);
      this.#handle.endpoints.bind(ZAP_ADDRESS);
      this.#handle.setBackgroundHandler(() => this.#serve());
      this.#handle.addListener({
        onReady: () => {},
        // In the middle of the close, which the program's code is kept out of.
        onClosed: () => queueMicrotask(() => this.#undecided.end()),
        onFailed: () => {},
      });
    } catch (error) {
      this.#handle.close();
      if (!(error instanceof ZmqError) || error.code !== "EADDRINUSE") throw error;
      const message = "The context has an authenticator, or another ZAP handler, already";
      throw new ZmqError(message, { ...error, cause: error });
    }
  }

  get closed(): boolean {
    return this.#handle.closed;
  }

  close(): void {
    if (this.closed) return;
    // After a close alone, a thread of libzmq's would free the address only later.
    try {
      this.#handle.endpoints.unbind(ZAP_ADDRESS);
    } catch (error) {
      if (!isEnded(error)) throw error;
    } finally {
      this.#handle.close();
      this.#undecided.end();
    }
  }

  #serve(): void {
    try {
      while (!this.closed && takeBudget()) {
        const frames = tryReceive(this.#handle);
        if (frames === undefined) return;
        this.#take(frames);
      }
    } catch (error) {
      if (!isEnded(error)) throw error;
      this.#handle.setBackgroundHandler(undefined); // no request comes any more
      queueMicrotask(() => this.#undecided.end());
    }
  }

  #take(frames: readonly Frame[]): void {
    const question = readRequest(frames);
    if ("broken" in question) {
      return this.#answer(question, { status: 400, text: question.broken });
    }
    const request = toRequest(question.request);
    if (request === undefined) {
      return this.#answer(question, { status: 400, text: "Credentials or mechanism unknown" });
    }
    const { domain, address } = request;
    const own = this.domains.get(domain);
    const reason = this.common.denyReason(address) ?? own?.denyReason(address);
    if (reason !== undefined) return this.#deny(question, request, reason);
    const { mechanism } = request;
    const handler = own?.handlers[mechanism] ?? this.common.handlers[mechanism];
    if (handler === undefined) {
      // Without a mechanism, an address that is on a list is enough.
      const named = !this.common.allowed.empty || own?.allowed.empty === false;
      if (mechanism === "null" && named) return this.#admit(question, request, true);
      return this.#deny(question, request, `No policy for ${mechanism.toUpperCase()}`);
    }
    if (this.#undecided.full && callsProgram(handler)) {
      return this.#deny(question, request, "Too many undecided requests");
    }
    this.#ask(handler as AuthHandler<AuthRequest>, question, request);
  }

  #ask(handler: AuthHandler<AuthRequest>, question: Question, request: AuthRequest): void {
    try {
      const result = handler(request);
      if (!isPromise(result)) return this.#decide(question, request, result);
      this.#await(question, request, result);
    } catch (error) {
      this.#fail(question, request, error);
    }
  }

  /** What outsiders ask costs the program a call: so there is an end to each, and a bound on all. */
  #await(question: Question, request: AuthRequest, result: PromiseLike<AuthResult>): void {
    const take = this.#undecided.add((reason) => {
      if (reason.name === "TimeoutError") this.#fail(question, request, reason);
      abortSignal(request, reason);
    });
    Promise.resolve(result).then((result) => {
      if (take()) this.#decide(question, request, result);
    }, (error) => {
      if (take()) this.#fail(question, request, error);
    }).catch((error) => this.#fail(question, request, error));
  }

  #decide(question: Question, request: AuthRequest, result: AuthResult): void {
    if (result === false || result === null || result === undefined) {
      this.#deny(question, request, "Not let in");
    } else this.#admit(question, request, result);
  }

  #admit(question: Question, request: AuthRequest, result: AuthResult): void {
    const { userId, metadata = {} } = toGrant(result);
    if (userId !== undefined && (typeof userId !== "string" || !/^[^\0]+$/.test(userId))) {
      throw new TypeError("A user id must be a string, not empty, and without a NUL");
    }
    this.#answer(question, {
      status: 200,
      text: "OK",
      userId: userId ?? nameOf(request),
      metadata,
    });
  }

  #deny(question: Question, request: AuthRequest, reason: string): void {
    this.#answer(question, { status: 400, text: reason });
    const { onDenied } = this.#listeners;
    if (onDenied !== undefined) queueMicrotask(() => onDenied(request, reason));
  }

  #fail(question: Question, request: AuthRequest, error: unknown): void {
    this.#answer(question, { status: 500, text: "Internal error" });
    const { onError } = this.#listeners;
    queueMicrotask(() => {
      if (onError !== undefined) onError(error, request);
      else this.#failures.write(error, request.address);
    });
  }

  #answer({ reply }: Question, answer: Answer): void {
    try {
      trySend(this.#handle, reply(answer)); // libzmq drops it if the session that asked has gone
    } catch (error) {
      if (!isEnded(error)) throw error;
    }
  }
}

/** Returns the user id of a peer whose handler has returned `true`. */
function nameOf(request: AuthRequest): string {
  switch (request.mechanism) {
    case "plain":
      return request.username;
    case "curve":
      return request.publicKey;
    case "gssapi":
      return request.principal;
    default:
      return "";
  }
}

/** Whether the context was shut down, or the socket closed meanwhile. */
function isEnded(error: unknown): boolean {
  return error instanceof ZmqError && ["ETERM", "EBADF", "ENOTSOCK"].includes(error.code);
}

function isPromise(value: unknown): value is Promise<AuthResult> {
  return typeof (value as Promise<AuthResult> | null | undefined)?.then === "function";
}

/**
 * Returns the grant in a handler's result. Throws for what could mean something else, such as an empty list of rows
 * that a handler has found, or an empty object; or one whose `userId` is that of a user whom no one has found.
 */
function toGrant(result: unknown): AuthGrant {
  if (result === true) return {};
  if (typeof result === "string") return { userId: result };
  const entries = typeof result === "object" ? Object.entries(result ?? {}) : [];
  const known = entries.every(([name, value]) =>
    name === "metadata" || (name === "userId" && value !== undefined)
  );
  if (known && entries.some(([, value]) => value !== undefined)) return result as AuthGrant;
  throw new TypeError(
    "A handler returns true, a user id or { userId, metadata } to admit the peer, or false, null or undefined to deny it; " +
      "a userId that is there isn't undefined",
  );
}
