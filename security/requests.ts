/** What an authenticator's handlers are asked about, and what they may answer. */

/** What is known of a peer that wants to come in, whatever the mechanism. */
export interface PeerRequest {
  /** The {@linkcode SecurityOptions.zapDomain} of the socket that is to let it in; empty for none. */
  readonly domain: string;
  /** The peer's IP address; `localhost:user:group:process` for a peer over ipc. */
  readonly address: string;
  /** The routing id of the socket that is to let it in; empty for none. */
  readonly routingId: Uint8Array;
}

/** A peer without a mechanism. */
export interface NullRequest extends PeerRequest {
  /** Always `"null"`. */
  readonly mechanism: "null";
}

/** A peer that gives name and password. Printing it doesn't show the password. */
export interface PlainRequest extends PeerRequest {
  /** Always `"plain"`. */
  readonly mechanism: "plain";
  /** The name that the peer gives. */
  readonly username: string;
  /** The password that the peer gives. */
  readonly password: string;
}

/** A peer that has proved that it has the secret key to a public one. */
export interface CurveRequest extends PeerRequest {
  /** Always `"curve"`. */
  readonly mechanism: "curve";
  /** The peer's public key, as 40 characters of Z85. */
  readonly publicKey: string;
}

/** A peer that Kerberos has vouched for. */
export interface GssapiRequest extends PeerRequest {
  /** Always `"gssapi"`. */
  readonly mechanism: "gssapi";
  /** The peer's principal. */
  readonly principal: string;
}

/** A peer that wants to come in. */
export type AuthRequest = NullRequest | PlainRequest | CurveRequest | GssapiRequest;

/** Lets a peer in, under a name and with properties. */
export interface Admission {
  /** The peer's name, which its messages' metadata has as `User-Id`. Default: see {@linkcode Verdict}. */
  userId?: string;
  /** Properties that its messages' metadata is to have, by names which should begin with `X-`. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * A handler's answer: `true`, a user id, or an {@linkcode Admission} lets the peer in; `false`, `null`
 * and `undefined` don't. The user id for `true` is PLAIN's name, CURVE's public key, GSSAPI's principal,
 * and empty without a mechanism.
 */
export type Verdict = boolean | string | Admission | null | undefined;

/**
 * Decides over a peer, at once or by a promise. If it throws or rejects, the peer isn't let in. It's called in a task of its
 * own, so not while a synchronous call blocks the thread.
 */
export type Judge<Request extends AuthRequest> = (request: Request) => Verdict | Promise<Verdict>;
