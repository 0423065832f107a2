/**
 * Who may come in, and who can read along: CURVE keys.
 *
 * @module
 */

export { type CurveKeyPair, curveKeyPair, curvePublicKey } from "./curve.ts";
export { z85Decode, z85Encode } from "../socket/z85.ts";
