/** ZAP 1.0 (RFC 27): libzmq's requests to admit a peer, and the replies to them. */

import type { Frame } from "../socket/frame.ts";
import type { MessagePart } from "../socket/message.ts";

/** The address to which libzmq sends its requests. */
export const ZAP_ADDRESS = "inproc://zeromq.zap.01";
const VERSION = "1.0";

/** What libzmq says of a peer in a request. */
export interface ZapRequest {
  readonly domain: string;
  readonly address: string;
  readonly routingId: Uint8Array;
  readonly mechanism: string;
  readonly credentials: readonly Frame[];
}

/** A request, or why it breaks the protocol, and a function that makes the reply. */
export type Question =
  | { readonly reply: (answer: Answer) => MessagePart[]; readonly request: ZapRequest }
  | { readonly reply: (answer: Answer) => MessagePart[]; readonly broken: string };

/** The content of a reply. */
export interface Answer {
  /** 200 admits the peer, 400 denies it, and 500 reports that the decision failed. */
  readonly status: 200 | 400 | 500;
  /** The reason, in ASCII. */
  readonly text: string;
  readonly userId?: string;
  /** Properties that the peer's messages get. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const encoder = new TextEncoder();
const EMPTY = new Uint8Array(0);

/**
 * Malformed metadata: half a property.
 *
 * Fact: libzmq's GSSAPI server (4.3.4) doesn't check a reply's status. Failure: a denied peer was admitted, and its messages
 * were received. Decision: under GSSAPI, a reply that denies has this, so that libzmq takes the whole reply for malformed,
 * and ends the connection. Cost: monitors report a malformed reply, and not a denial.
 */
const UNREADABLE = new Uint8Array(1);

/** Parses a request as a Router receives it: routing id, empty frame, version, id, and the fields. */
export function readRequest(frames: readonly Frame[]): Question {
  // Each proxy in between adds a frame to the envelope, which ends with an empty one.
  const end = frames.findIndex((frame, at) => at > 0 && frame.length === 0);
  const envelope = end < 0 ? [frames[0], EMPTY] : frames.slice(0, end + 1);
  const [version, id, domain, address, routingId, mechanism, ...credentials] = end < 0
    ? []
    : frames.slice(end + 1);
  const gssapi = mechanism?.text() === "GSSAPI";
  const reply = (answer: Answer) => [
    ...envelope,
    VERSION,
    id ?? EMPTY,
    String(answer.status),
    answer.text,
    answer.userId ?? "",
    gssapi && answer.status !== 200 ? UNREADABLE : encodeMetadata(answer.metadata ?? {}),
  ];
  if (version === undefined) return { reply, broken: "Malformed request" };
  if (version.text() !== VERSION) return { reply, broken: "Version not supported" };
  if (mechanism === undefined) return { reply, broken: "Malformed request" };
  const request = {
    domain: readText(domain),
    address: readText(address),
    routingId,
    mechanism: readText(mechanism),
    credentials,
  };
  const { domain: one, address: other, mechanism: third } = request;
  if (one === undefined || other === undefined || third === undefined) {
    return { reply, broken: "Malformed request" };
  }
  return { reply, request: request as ZapRequest };
}

/**
 * Returns a frame's text; `undefined` if it isn't UTF-8, or has a NUL in it. A lenient decoder could return the same text
 * for two different passwords, and C would cut a user id short at a NUL.
 */
export function readText(frame: Uint8Array): string | undefined {
  try {
    const text = strict.decode(frame);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Encodes the properties that a reply sets for a connection. Throws `TypeError` for what can't be one. */
function encodeMetadata(metadata: Readonly<Record<string, string>>): Uint8Array {
  const bytes: number[] = [];
  for (const [name, value] of Object.entries(metadata)) {
    if (!/^[\w.+-]{1,255}$/.test(name)) {
      throw new TypeError("The name of a property has 1 to 255 letters, digits and -_.+");
    }
    if (typeof value !== "string" || value.includes("\0")) {
      throw new TypeError(`The property ${name} must be a string without a NUL`);
    }
    const [key, text] = [encoder.encode(name), encoder.encode(value)];
    bytes.push(key.length, ...key);
    bytes.push(text.length >>> 24, text.length >> 16 & 255, text.length >> 8 & 255);
    bytes.push(text.length & 255, ...text);
  }
  return new Uint8Array(bytes);
}
