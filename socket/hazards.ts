/**
 * What options must not say: combinations with which a peer, or just the next event, makes libzmq abort the whole process
 * (4.3.4 and 4.3.5), or admits peers that an option was to keep out. libzmq copies a socket's options where it's bound or
 * connected, so that's where combinations are judged, in whichever way and order the options were set.
 *
 * And which prefixes a socket must not subscribe to: a Subscriber by an option, an XSubscriber by messages, also by those that a
 * proxy passes on from peers.
 */

import { check, stateError } from "../ffi/errno.ts";
import { listens } from "../ffi/libc.ts";
import { loadLibrary, onFirstUse } from "../ffi/load.ts";
import type { Part } from "./message.ts";
import type { NativeSocket } from "./native_socket.ts";
import { COMMON, INT, OPTION_NUMBERS, PARTICULAR, ROUTER_NOTIFY } from "./options_table.ts";
import { getInt, KEY_BYTES } from "./raw_options.ts";
import { TYPES } from "./types.ts";

/** A socket, and what is known of its connections. */
interface Connectable extends NativeSocket {
  readonly endpoints: { readonly webSocket: boolean; hasNamed(routingId: Uint8Array): boolean };
}

/**
 * Options that libzmq takes with any value. Beyond their ranges it writes a frame's head past the end of a buffer (inBatchSize), or
 * aborts where it opens a connection of pgm or sends its first packet.
 */
const UNCHECKED = ["inBatchSize", "multicastHops", "multicastMaxTransportDataUnit"] as const;

/** Throws `TypeError` or `RangeError` where an option must not be set to a value. */
export function assertSafeOption(handle: Connectable, option: number, value: unknown): void {
  if (handle.type.builtOnRouter && isRouters(option)) {
    throw new TypeError(
      `A ${handle.type.name} must not have a Router's options: libzmq would end the process at a later request`,
    );
  }
  if (
    option === OPTION_NUMBERS.connectRoutingId && value instanceof Uint8Array &&
    handle.endpoints.hasNamed(value)
  ) {
    throw new TypeError(
      `This ${handle.type.name} has another connection whose peer was given that routing id: libzmq would end the process`,
    );
  }
  for (const name of UNCHECKED) {
    const { number, range: [least, greatest] } = COMMON[name];
    const int = intOf(value);
    if (option !== number || !(int < least || int > greatest)) continue;
    throw new RangeError(
      `The option ${name} must be a whole number from ${least} to ${greatest}: libzmq takes others, and ends the process ` +
        "once it uses them",
    );
  }
  if (
    value instanceof Uint8Array && handle.type.number === TYPES.Subscriber.number &&
    (option === OPTION_NUMBERS.subscribe || option === OPTION_NUMBERS.unsubscribe)
  ) {
    assertSafePrefix(value);
  }
  const on = intOf(value) !== 0;
  const { rawMode, probeRouter } = PARTICULAR;
  if (
    on && handle.type.hasRawMode &&
    (option === probeRouter.number && handle.isRaw ||
      option === rawMode.number && handle.shadowOptions.get("probeRouter") === true)
  ) {
    throw new TypeError(
      "A Router in raw mode must not probe its peers: libzmq would end the process where the empty message is to go out",
    );
  }
  // Whatever the socket reads as then, libzmq goes on to speak raw TCP, in which no option of security has any effect.
  if (option === rawMode.number && !on && handle.isRaw) {
    throw new TypeError(
      "A Router's raw mode can't be turned off again: libzmq would let everyone in, whatever the options of security say. " +
        "Open another socket",
    );
  }
  if (option === COMMON.heartbeatInterval.number && on && handle.endpoints.webSocket) {
    throw heartbeatsOverWebSocket();
  }
}

/**
 * Throws `TypeError` or `RangeError` where libzmq would end the process, sooner or later, after a bind or connect with these
 * options.
 */
export function assertSafeAddress(handle: NativeSocket, address: string, binds: boolean): void {
  const { heartbeatInterval, plainServer, useFd } = COMMON;
  if (/^e?pgm:/.test(address)) assertSafeRate(handle);
  if (/^wss?:/.test(address)) {
    if (isOn(handle, heartbeatInterval)) throw heartbeatsOverWebSocket();
    if (isMechanism(handle, "gssapi")) {
      throw new TypeError(
        "GSSAPI can't be used with ws:// addresses: libzmq ends the process where it's to name that mechanism",
      );
    }
  }
  if (isOn(handle, plainServer) && lacksDomain(handle)) throw domainMissing();
  if (!binds || address.startsWith("inproc:")) return;
  const fd = getInt(handle.pointer, useFd.number);
  if (fd >= 0) assertListens(fd, "useFd");
}

/** What pgm makes of `rate` must be a packet a second at least, and no more packets in `recoveryInterval` than it can count. */
function assertSafeRate({ pointer }: NativeSocket): void {
  const rate = getInt(pointer, COMMON.rate.number);
  const packet = getInt(pointer, COMMON.multicastMaxTransportDataUnit.number);
  const interval = getInt(pointer, COMMON.recoveryInterval.number);
  if (rate * 1000 / 8 < packet) {
    throw new RangeError(
      `The rate of ${rate} kbit/s must have room for one packet of multicastMaxTransportDataUnit, ${packet} bytes, a ` +
        "second: libzmq would end the process",
    );
  }
  if (Math.floor(rate / 8) * interval / packet > INT - 1) {
    throw new RangeError(
      `The packets of ${packet} bytes that ${rate} kbit/s make in recoveryInterval, ${interval} ms, must be fewer than ` +
        `${INT}: libzmq would end the process`,
    );
  }
}

/**
 * Throws `TypeError` for a Router or Reply that is to be disconnected from a name of inproc at which it still waits: once
 * someone is bound there, libzmq writes its routing id to the connection that has ended, and ends the process. Where other
 * isolates may be bound to the name, it isn't known whether it waits.
 */
export function assertSafeDisconnect(handle: NativeSocket, waits: boolean): void {
  const { builtOnRouter, hasRawMode, name } = handle.type;
  if (!waits || handle.context.isShared || !(builtOnRouter || hasRawMode)) return;
  throw new TypeError(
    `A ${name} must not be disconnected from a name to which no one is bound: libzmq would end the process once someone ` +
      "is. It can be closed",
  );
}

/** Throws `TypeError` where a bind or connect with these options would admit peers that one of them is to keep out. */
export function assertSecure(handle: NativeSocket, address: string): void {
  assertHandshake(handle, address);
  if (lacksDomain(handle)) throw domainMissing();
  if (!isMechanism(handle, "curve")) return;
  if (isOn(handle, COMMON.curveServer)) {
    if (hasKey(handle, "curveSecretKey")) return;
    throw new TypeError(
      "A CURVE server needs its curveSecretKey before it's bound or connected: without one, libzmq takes " +
        "a key that everyone knows",
    );
  }
  for (const name of ["curveServerKey", "curvePublicKey", "curveSecretKey"] as const) {
    if (hasKey(handle, name)) continue;
    throw new TypeError(
      `A CURVE client needs its ${name} before it's bound or connected: without one, no server lets it in`,
    );
  }
}

function hasKey(
  handle: NativeSocket,
  name: "curveServerKey" | "curvePublicKey" | "curveSecretKey",
): boolean {
  return handle.getBytes(COMMON[name].number, name, KEY_BYTES).some((byte) => byte !== 0);
}

/**
 * Whether setting an option would only turn off a mechanism of security that isn't in force.
 *
 * Fact: libzmq then turns off the one that is: after `plainServer: false`, a CURVE server has none. Failure: everyone came in,
 * past an authenticator, by an option that says no. Decision: such a setting changes nothing.
 */
export function turnsOffNothing(
  handle: NativeSocket,
  option: number,
  value: Uint8Array | null,
): boolean {
  switch (option) {
    case COMMON.plainServer.number:
    case COMMON.curveServer.number:
    case COMMON.gssapiServer.number:
      return value?.length === 4 && value.every((byte) => byte === 0) &&
        getInt(handle.pointer, option) === 0;
    case COMMON.plainUsername.number:
    case COMMON.plainPassword.number: {
      return value === null &&
        (!isMechanism(handle, "plain") || isOn(handle, COMMON.plainServer));
    }
    default:
      return false;
  }
}

/** Throws where a descriptor isn't a listening socket's: libzmq takes any number, and closes that descriptor later. */
export function assertListens(fd: number, option: string): void {
  if (fd < 0 || check(() => listens(fd), "getsockopt", { option }) === 1) return;
  const message =
    `The option ${option} takes a listening socket's descriptor, and ${fd} doesn't listen`;
  throw stateError("EINVAL", "zmq_setsockopt", message, { option });
}

/** Whether libzmq would read an int from beyond a value's bytes: there is one option of whose length it never asks. */
export function isTooShort(option: number, bytes: Uint8Array | null): boolean {
  return option === PARTICULAR.verboseUnsubscribe.number && bytes?.length !== 4;
}

const encoder = new TextEncoder();

/** An option's value as an int, in whichever way it's given; NaN for what is none. */
export function intOf(value: unknown): number {
  if (typeof value === "string") return intOf(encoder.encode(value));
  if (value instanceof Uint8Array && value.length === 4) {
    return new Int32Array(value.slice().buffer)[0];
  }
  return typeof value === "number" || typeof value === "boolean" ? Number(value) : NaN;
}

/** Whether a mechanism of security is in force. */
function isMechanism(handle: NativeSocket, name: "plain" | "curve" | "gssapi"): boolean {
  const { number, choices } = COMMON.securityMechanism;
  return getInt(handle.pointer, number) === choices.indexOf(name);
}

function isOn(handle: NativeSocket, { number }: { readonly number: number }): boolean {
  return getInt(handle.pointer, number) > 0;
}

/**
 * Raw TCP and datagrams have no handshake: libzmq lets everyone in there, silently, whatever the options of security say.
 */
function assertHandshake(handle: NativeSocket, address: string): void {
  const isRaw = handle.type.closesPeers === true || handle.isRaw;
  if (!isRaw && !address.startsWith("udp:")) return;
  const { securityMechanism, zapDomain, zapEnforceDomain } = COMMON;
  const isOpen = !isOn(handle, securityMechanism) && !isOn(handle, zapEnforceDomain) &&
    handle.getBytes(zapDomain.number, "zapDomain").length <= 1;
  if (isOpen) return;
  const what = isRaw
    ? `A ${handle.type.name}${handle.isRaw ? " in raw mode" : ""} speaks raw TCP`
    : "udp:// sends datagrams";
  throw new TypeError(
    `${what}, which has no handshake: no option of security has any effect, and anyone comes in. Leave them all out`,
  );
}

/** libzmq asks no ZAP handler then, nor refuses anyone; as a PLAIN server it ends the process at the first client. */
function lacksDomain(handle: NativeSocket): boolean {
  const { zapDomain, zapEnforceDomain } = COMMON;
  return isOn(handle, zapEnforceDomain) &&
    handle.getBytes(zapDomain.number, "zapDomain").length <= 1;
}

function domainMissing(): TypeError {
  return new TypeError(
    "zapEnforceDomain needs a zapDomain before the socket is bound or connected: without one, libzmq " +
      "asks no authenticator",
  );
}

function heartbeatsOverWebSocket(): TypeError {
  return new TypeError(
    "Heartbeats can't be used with ws:// addresses: libzmq would end the process at the first one to a peer whose " +
      "handshake names no mechanism, as a browser's may. Leave heartbeatInterval at 0",
  );
}

/** Whether an option is a Router's alone. */
function isRouters(option: number): boolean {
  const { mandatory, rawMode, probeRouter, handover } = PARTICULAR;
  return option === OPTION_NUMBERS.connectRoutingId ||
    [mandatory, rawMode, probeRouter, handover, ROUTER_NOTIFY].some(({ number }) =>
      number === option
    );
}

// Prefixes -----------------------------------------------------------------------------------------

/**
 * The longest prefix, in bytes.
 *
 * Fact: libzmq ends subscriptions by a recursion with a step for each byte (4.3.4; a build that keeps them in a radix tree doesn't).
 * Failure: a prefix of 200,000 bytes overflowed the stack of the main thread, and one of 30,000 a native proxy's, which ends the
 * process: anyone could end a proxy so whose XSubscriber got the subscriptions of its peers. Decision: longer ones are refused.
 */
export const LONGEST_PREFIX = 4096;

/**
 * The prefixes that libzmq 4.3.3 and 4.3.4 send with a wrong length, over all but inproc.
 *
 * Failure: the publisher couldn't read them, and the connection ended, again and again, with all subscriptions that were made over
 * it. Decision: they are refused there.
 */
const MANGLED = { least: 246, most: 255, versions: /^4\.3\.[34]$/ } as const;

const mangles: () => boolean = onFirstUse(() => MANGLED.versions.test(loadLibrary().version));

/** What is wrong with a prefix of so many bytes. */
export function prefixProblem(length: number): RangeError | undefined {
  if (length > LONGEST_PREFIX) {
    return new RangeError(
      `A prefix must have at most ${LONGEST_PREFIX} bytes, and this one has ${length}: libzmq can end the process where it ` +
        "takes back a long one",
    );
  }
  if (length < MANGLED.least || length > MANGLED.most || !mangles()) return undefined;
  return new RangeError(
    `A prefix of ${MANGLED.least} to ${MANGLED.most} bytes, as this one of ${length}, ends the connection with libzmq ` +
      `${loadLibrary().version}, which sends it with a wrong length: take another one, or libzmq 4.3.5`,
  );
}

/** Throws `RangeError` for what a Subscriber must not subscribe to. */
export function assertSafePrefix({ length }: Uint8Array): void {
  const problem = prefixProblem(length);
  if (problem !== undefined) throw problem;
}

/** What is wrong with the subscriptions in a message that an XSubscriber is to send. */
export function subscriptionProblem(
  socket: NativeSocket,
  message: Part | readonly Part[],
): RangeError | undefined {
  const parts = (Array.isArray(message) ? message : [message]) as readonly Part[];
  const count = allSubscribe(socket, parts.length > 0 && subscribes(parts[0])) ? parts.length : 1;
  for (const part of parts.slice(0, count)) {
    const problem = subscribes(part) ? prefixProblem(lengthOf(part) - 1) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Whether the later parts of a message are subscriptions too, if they begin so. */
export function allSubscribe(socket: NativeSocket, firstSubscribes: boolean): boolean {
  return firstSubscribes || socket.shadowOptions.get("onlyFirstSubscribe") !== true;
}

/** Whether a part begins as a subscription does, or the end of one. */
function subscribes(part: Part): boolean {
  return (typeof part === "string" ? part.charCodeAt(0) : part[0]) <= 1;
}

function lengthOf(part: Part): number {
  return typeof part === "string" ? encoder.encode(part).length : part.length;
}
