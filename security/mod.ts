/**
 * Who may come in, and who can read along: CURVE keys and certificates, and an authenticator that answers for the
 * sockets of a context.
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
