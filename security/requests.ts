/** The requests that an authenticator's handlers get, and the answers that they may return. */

/** What every request has, whatever the mechanism. */
export interface PeerRequest {
  /** The {@linkcode SocketOptions.zapDomain} of the socket that the peer connects with; empty for none. */
  readonly domain: string;
  /** The peer's IP address; `localhost:user:group:process` for a peer over ipc. */
  readonly address: string;
  /** The routing id of the socket that the peer connects with; empty for none. */
  readonly routingId: Uint8Array;
  /**
   * Aborts when the handler's time is over, with the `TimeoutError` that `onError` gets, or with an `AbortError` when
   * the authenticator or its context is closed, or that is shut down, before the handler has decided. Otherwise it never does.
   */
  readonly signal: AbortSignal;
}

/** A peer without a mechanism. */
export interface NullRequest extends PeerRequest {
  /** Always `"null"`. */
  readonly mechanism: "null";
}

/** A peer that sends a name and a password. Printing it doesn't show the password. */
export interface PlainRequest extends PeerRequest {
  /** Always `"plain"`. */
  readonly mechanism: "plain";
  /** The name that the peer has sent. */
  readonly username: string;
  /** The password that the peer has sent. */
  readonly password: string;
}

/** A peer that has proved that it has the secret key of a public one. */
export interface CurveRequest extends PeerRequest {
  /** Always `"curve"`. */
  readonly mechanism: "curve";
  /** The peer's public key, as 40 characters of Z85. */
  readonly publicKey: string;
}

/** A peer that Kerberos has authenticated. */
export interface GssapiRequest extends PeerRequest {
  /** Always `"gssapi"`. */
  readonly mechanism: "gssapi";
  /** The peer's principal. */
  readonly principal: string;
}

/** A request to admit a peer. */
export type AuthRequest = NullRequest | PlainRequest | CurveRequest | GssapiRequest;

/** Admits a peer, with a name and properties. */
export interface AuthGrant {
  /** The peer's name, which its messages' metadata has as `User-Id`. Default: see {@linkcode AuthResult}. */
  userId?: string;
  /** Properties that its messages' metadata gets, by names that should begin with `X-`. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * A handler's answer: `true`, a user id, or an {@linkcode AuthGrant} admits the peer; `false`, `null` and
 * `undefined` deny it. The user id for `true` is PLAIN's name, CURVE's public key, GSSAPI's principal, and
 * empty without a mechanism. Anything else counts as a failure, also a grant whose `userId` is there and
 * `undefined`, or one in which nothing is set.
 */
export type AuthResult = boolean | string | AuthGrant | null | undefined;

/**
 * A handler: it admits or denies a peer, at once or by a promise. If it throws or rejects, or takes longer than
 * {@linkcode AuthenticatorOptions.timeout}, the peer is denied. It's called in a task of its own, so not while a synchronous
 * call blocks the thread.
 *
 * @example A look-up that ends when the time is over
 * ```ts
 * import { Authenticator, type CurveRequest } from "@deno-zmq/zmq/security";
 *
 * async function lookUp({ publicKey, signal }: CurveRequest): Promise<string | null> {
 *   const key = encodeURIComponent(publicKey);
 *   const response = await fetch(`http://localhost:8080/users?key=${key}`, { signal });
 *   return response.ok ? await response.text() : null; // the user's id
 * }
 *
 * using authenticator = new Authenticator({ timeout: 2000 });
 * authenticator.configureCurve(lookUp);
 * ```
 */
export type AuthHandler<Request extends AuthRequest> = (
  request: Request,
) => AuthResult | Promise<AuthResult>;
