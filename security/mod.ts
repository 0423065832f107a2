/**
 * Authentication and encryption: CURVE keys and certificates, and an authenticator that admits or denies the peers of a
 * context's sockets.
 *
 * @module
 */

import "../ffi/ready.ts";
export { Authenticator, type AuthenticatorOptions, type RuleOptions } from "./authenticator.ts";
export type { CurvePolicy, GssapiPolicy, NullPolicy, PlainPolicy } from "./policy.ts";
export type {
  Admission,
  AuthRequest,
  CurveRequest,
  GssapiRequest,
  Judge,
  NullRequest,
  PeerRequest,
  PlainRequest,
  Verdict,
} from "./requests.ts";
export {
  Certificate,
  type CertificateParts,
  type CurveClientOptions,
  type CurveServerOptions,
  type SaveOptions,
} from "./certificate.ts";
export { CertificateFolder } from "./certificate_folder.ts";
export { type CurveKeyPair, curveKeyPair, curvePublicKey } from "./curve.ts";
export { z85Decode, z85Encode } from "../socket/z85.ts";
