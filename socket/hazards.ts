/**
 * Combinations of options with which a peer, or just the next event, makes libzmq abort the whole
 * process (4.3.4 and 4.3.5). They're refused, whichever of the options is set last.
 */

import type { Handle } from "./handle.ts";
import { COMMON, OPTION_NUMBERS, PARTICULAR, ROUTER_NOTIFY } from "./options_table.ts";

const HEARTBEAT_INTERVAL = COMMON.heartbeatInterval.number;
const PLAIN_SERVER = COMMON.plainServer.number;
const ZAP_ENFORCE_DOMAIN = COMMON.zapEnforceDomain.number;

/** What is about to happen: an option is set, or an address is bound or connected to. */
export interface Change {
  readonly option?: number;
  readonly value?: unknown;
  readonly webSocket?: boolean;
}

/** Throws `TypeError` where the socket, after a change, would be in a dangerous state. */
export function assertSafeOptions(handle: Handle, change: Change): void {
  const { option, webSocket = false } = change;
  if (option !== undefined && handle.type.builtOnRouter && isRouters(option)) {
    throw new TypeError(
      `A ${handle.type.name} must not have a Router's options: libzmq would end the process at a later request`,
    );
  }
  if ((handle.endpoints.webSocket || webSocket) && isOn(handle, HEARTBEAT_INTERVAL, change)) {
    throw new TypeError(
      "Heartbeats can't be used with ws:// addresses: libzmq would end the process at the first " +
        "one. Leave heartbeatInterval at 0",
    );
  }
  const concerned = option === undefined || option === PLAIN_SERVER ||
    option === ZAP_ENFORCE_DOMAIN;
  if (
    concerned && isOn(handle, PLAIN_SERVER, change) && isOn(handle, ZAP_ENFORCE_DOMAIN, change) &&
    handle.getBytes(COMMON.zapDomain.number, "zapDomain").length <= 1
  ) {
    throw new TypeError(
      "A PLAIN server with zapEnforceDomain needs a zapDomain, set before: without one, libzmq " +
        "would end the process at the first client",
    );
  }
}

function isOn(handle: Handle, option: number, change: Change): boolean {
  if (change.option === option) return change.value !== false && change.value !== 0;
  return handle.getValue(option, "", "boolean");
}

/** Whether an option is a Router's alone. */
function isRouters(option: number): boolean {
  const { mandatory, rawMode, probeRouter, handover } = PARTICULAR;
  return option === OPTION_NUMBERS.connectRoutingId ||
    [mandatory, rawMode, probeRouter, handover, ROUTER_NOTIFY].some(({ number }) =>
      number === option
    );
}
