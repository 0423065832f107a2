/** An authenticator's policy for a domain: addresses, and a handler for each mechanism. */

import { AddressList, isKnown } from "./addresses.ts";
import { Certificate } from "./certificate.ts";
import { CertificateFolder } from "./certificate_folder.ts";
import { toKey } from "./curve.ts";
import type {
  AuthHandler,
  AuthRequest,
  CurveRequest,
  GssapiRequest,
  NullRequest,
  PlainRequest,
} from "./requests.ts";

/** Names with their passwords, or a handler that decides. */
export type PlainPolicy =
  | Readonly<Record<string, string>>
  | ReadonlyMap<string, string>
  | AuthHandler<PlainRequest>;

/** Public keys or certificates, a folder of them, a handler that decides, or `"any"`: every peer that has a key. */
export type CurvePolicy =
  | Iterable<string | Uint8Array | Certificate>
  | CertificateFolder
  | AuthHandler<CurveRequest>
  | "any";

/** Principals, a handler that decides, or `"any"`: every principal that Kerberos has authenticated. */
export type GssapiPolicy = Iterable<string> | AuthHandler<GssapiRequest> | "any";

/** A handler that decides, or `"any"`: every peer whose address isn't denied. */
export type NullPolicy = AuthHandler<NullRequest> | "any";

/** The rules for one domain, or for all. */
export class DomainPolicy {
  readonly allowed = new AddressList();
  readonly denied = new AddressList();
  readonly handlers: Partial<Record<AuthRequest["mechanism"], AuthHandler<never>>> = {};

  /** Returns the reason to deny a peer by its address; `undefined` if there is none. */
  denyReason(address: string): string | undefined {
    if (this.denied.has(address)) return "Address denied";
    if (!this.allowed.empty && !this.allowed.has(address)) return "Address not allowed";
    // libzmq's name doesn't identify the peer, so the list of denied addresses may mean it.
    return this.denied.empty || isKnown(address) ? undefined : "Address unknown";
  }
}

/** Returns a handler for PLAIN. Throws `TypeError`, which shows no password. */
export function plainHandler(policy: PlainPolicy): AuthHandler<PlainRequest> {
  if (typeof policy === "function") return inMicrotask(policy);
  if (typeof policy !== "object" || policy === null) {
    throw new TypeError("PLAIN needs names with their passwords, or a function");
  }
  const passwords = new Map<string, Uint8Array>();
  for (const [name, password] of policy instanceof Map ? policy : Object.entries(policy)) {
    if (!fits(name) || !fits(password)) {
      throw new TypeError("Each name and password of PLAIN is a string of 1 to 255 bytes");
    }
    passwords.set(name, encoder.encode(password));
  }
  return ({ username, password }) => {
    const expected = passwords.get(username);
    const same = sameBytes(encoder.encode(password), expected ?? NO_PASSWORD);
    return same && expected !== undefined;
  };
}

/** Returns a handler for CURVE. */
export function curveHandler(policy: CurvePolicy): AuthHandler<CurveRequest> {
  if (policy === "any") return () => true;
  if (typeof policy === "function") return inMicrotask(policy);
  if (policy instanceof CertificateFolder) return ({ publicKey }) => policy.has(publicKey);
  if (typeof policy === "string" || typeof policy?.[Symbol.iterator] !== "function") {
    throw new TypeError('CURVE needs public keys, certificates, a folder, a function, or "any"');
  }
  const keys = new Set<string>();
  for (const one of policy) {
    keys.add(one instanceof Certificate ? one.publicKey : toKey(one, "Each public key"));
  }
  return ({ publicKey }) => keys.has(publicKey);
}

/** Returns a handler for GSSAPI. */
export function gssapiHandler(policy: GssapiPolicy): AuthHandler<GssapiRequest> {
  if (policy === "any") return () => true;
  if (typeof policy === "function") return inMicrotask(policy);
  if (typeof policy === "string" || typeof policy?.[Symbol.iterator] !== "function") {
    throw new TypeError('GSSAPI needs principals, a function, or "any"');
  }
  const principals = new Set(policy);
  for (const one of principals) {
    if (typeof one !== "string") throw new TypeError("Each principal must be a string");
  }
  return ({ principal }) => principals.has(principal);
}

/** Returns a handler for peers without a mechanism. */
export function nullHandler(policy: NullPolicy): AuthHandler<NullRequest> {
  if (policy === "any") return () => true;
  if (typeof policy === "function") return inMicrotask(policy);
  throw new TypeError('Peers without a mechanism need a function or "any"');
}

/**
 * Calls a program's function in a microtask. The authenticator is served in the middle of the reactor's cycle, in which
 * only the library's own code may run: a program's could close what is just being served.
 */
function inMicrotask<Request extends AuthRequest>(
  handler: AuthHandler<Request>,
): AuthHandler<Request> {
  const wrapped: AuthHandler<Request> = (request) => Promise.resolve(request).then(handler);
  ofPrograms.add(wrapped);
  return wrapped;
}

/** Whether a handler calls a function of the program's; all others decide at once. */
export function callsProgram(handler: AuthHandler<never>): boolean {
  return ofPrograms.has(handler);
}

const ofPrograms = new WeakSet<AuthHandler<never>>();

const encoder = new TextEncoder();
/** Compared with if the name is unknown, so that an unknown name takes no less time. */
const NO_PASSWORD = new Uint8Array(16);

function fits(text: unknown): boolean {
  if (typeof text !== "string" || text.includes("\0")) return false;
  const { length } = encoder.encode(text);
  return length >= 1 && length <= 255;
}

/** Compares in a time that depends only on the length of `claimed`. */
function sameBytes(claimed: Uint8Array, expected: Uint8Array): boolean {
  let difference = claimed.length ^ expected.length;
  for (let at = 0; at < claimed.length; at++) difference |= claimed[at] ^ (expected[at] ?? 0);
  return difference === 0;
}
