/** What the program that is fuzzed is told, and what it tells. */

import type { CertificateOptions } from "../../security/mod.ts";
import type { Mechanism, Side, Transport } from "./targets.ts";

/** What the program is to do. */
export interface Plan {
  side: Side;
  transport: Transport;
  mechanism: Mechanism;
  types: string[];
  /** The server's, with its secret key, and a good client's. */
  certificates: [server: CertificateOptions, client: CertificateOptions];
  /** For `connect`: where each type connects to. */
  addresses: Record<string, string[]>;
}

/** A line that it prints. */
export type Line =
  | { addresses: Record<string, string> }
  | { heard: string; text: string }
  | { rss: number; descriptors: number };

/** What begins so came from a good peer. */
export const GOOD = "good";

/** What the program that is fuzzed by datagrams or through a proxy is told. */
export type OtherPlan =
  | { kind: "udp"; address: string }
  | { kind: "socks"; address: string; proxy: string };
