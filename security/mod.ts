/**
 * Authentication and encryption: CURVE keys and certificates, and an authenticator that admits or denies the peers of a
 * context's sockets.
 *
 * @module
 */

import "../ffi/ready.ts";
export {
  Authenticator,
  type AuthenticatorContext,
  type AuthenticatorOptions,
  type RuleOptions,
} from "./authenticator.ts";
export type { CurvePolicy, GssapiPolicy, NullPolicy, PlainPolicy } from "./policy.ts";
export type {
  AuthGrant,
  AuthHandler,
  AuthRequest,
  AuthResult,
  CurveRequest,
  GssapiRequest,
  NullRequest,
  PeerRequest,
  PlainRequest,
} from "./requests.ts";
export {
  Certificate,
  type CertificateOptions,
  type CurveClientOptions,
  type CurveServerOptions,
  type LoadOptions,
  type SaveOptions,
} from "./certificate.ts";
export { CertificateFolder, type CertificateFolderOptions } from "./certificate_folder.ts";
export { type CurveKeyPair, curveKeyPair, curvePublicKey } from "./curve.ts";
export { type HardenedOptions, hardenedOptions, type SocketClass } from "./hardened.ts";
export { z85Decode, z85Encode } from "../socket/z85.ts";

// The types that those above name.
export type { Context } from "../context.ts";
export type { ContextOptions } from "../context_options.ts";
