/** The options of security as programs see them. */

/** How a GSSAPI principal's name is to be read. */
export type GssapiNameType = "hostBased" | "userName" | "krb5Principal";

/**
 * Options of security. The last one set decides which mechanism the socket uses. They concern later binds and
 * connects only.
 */
export interface SecurityOptions {
  /** The mechanism in force; `null` for none (`ZMQ_MECHANISM`). */
  readonly securityMechanism: "plain" | "curve" | "gssapi" | null;
  /** Whether this side is the PLAIN server, which asks clients for name and password. Default false (`ZMQ_PLAIN_SERVER`). */
  plainServer: boolean;
  /** The name that a PLAIN client sends, 1 to 255 bytes; `null` turns the mechanism off again. Default `null` (`ZMQ_PLAIN_USERNAME`). */
  plainUsername: string | null;
  /** The password that a PLAIN client sends, 1 to 255 bytes; `null` turns the mechanism off again. Default `null` (`ZMQ_PLAIN_PASSWORD`). */
  plainPassword: string | null;
  /**
   * Whether this side is the CURVE server. It needs a `curveSecretKey`: without one, libzmq takes a key that everyone
   * knows. Default false (`ZMQ_CURVE_SERVER`).
   */
  curveServer: boolean;
  /** The domain under which the ZAP handler is asked about peers, 1 to 255 bytes. Default `null` (`ZMQ_ZAP_DOMAIN`). */
  zapDomain: string | null;
  /** Whether peers are refused where no ZAP handler is there to be asked. Default false (`ZMQ_ZAP_ENFORCE_DOMAIN`). */
  zapEnforceDomain: boolean;
  /** Whether this side is the GSSAPI server. Default false (`ZMQ_GSSAPI_SERVER`). */
  gssapiServer: boolean;
  /** This side's GSSAPI principal, 1 to 255 bytes. Default `null` (`ZMQ_GSSAPI_PRINCIPAL`). */
  gssapiPrincipal: string | null;
  /** The GSSAPI server's principal, 1 to 255 bytes. Default `null` (`ZMQ_GSSAPI_SERVICE_PRINCIPAL`). */
  gssapiServicePrincipal: string | null;
  /** Whether GSSAPI's messages aren't encrypted. Default false (`ZMQ_GSSAPI_PLAINTEXT`). */
  gssapiPlainText: boolean;
  /** How {@linkcode SecurityOptions.gssapiPrincipal} is to be read. Default `"hostBased"` (`ZMQ_GSSAPI_PRINCIPAL_NAMETYPE`). */
  gssapiPrincipalNameType: GssapiNameType;
  /** How {@linkcode SecurityOptions.gssapiServicePrincipal} is to be read. Default `"hostBased"` (`ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE`). */
  gssapiServicePrincipalNameType: GssapiNameType;
}
