/** The words of the Majordomo protocol, MDP 0.1: https://rfc.zeromq.org/spec/7/ */

import type { Frame } from "../../mod.ts";

/** The first frame of what clients and the broker say to each other, and workers and the broker. */
export const [CLIENT, WORKER] = ["MDPC01", "MDPW01"];

/** Workers' and broker's commands. */
export const [READY, REQUEST, REPLY, HEARTBEAT, DISCONNECT] = "\x01\x02\x03\x04\x05";

/** So many intervals of silence are taken for death. */
export const LIVENESS = 3;

/** Parts a message at its first empty frame. The envelope before it says who gets the answer. */
export function split(message: Frame[]): [envelope: Frame[], body: Frame[]] {
  const empty = message.findIndex((frame) => frame.length === 0);
  return [message.slice(0, empty), message.slice(empty + 1)];
}
