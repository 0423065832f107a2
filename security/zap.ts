/** ZAP 1.0 (RFC 27): how libzmq asks whether a peer may come in, and how it's answered. */

import type { Frame, MessagePart } from "../socket/message.ts";

/** Where libzmq asks. */
export const ZAP_ADDRESS = "inproc://zeromq.zap.01";
const VERSION = "1.0";

/** What libzmq says of a peer that wants to come in. */
export interface ZapRequest {
  readonly domain: string;
  readonly address: string;
  readonly routingId: Uint8Array;
  readonly mechanism: string;
  readonly credentials: readonly Frame[];
}

/** A request and how to answer it, or the answer to one that breaks the protocol. */
export type Question =
  | { readonly reply: (answer: Answer) => MessagePart[]; readonly request: ZapRequest }
  | { readonly reply: (answer: Answer) => MessagePart[]; readonly broken: string };

/** An answer. */
export interface Answer {
  /** 200 lets the peer in, 400 doesn't, and 500 says that no one could decide. */
  readonly status: 200 | 400 | 500;
  /** Why, in ASCII. */
  readonly text: string;
  readonly userId?: string;
  /** Properties that the peer's messages are to have. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const encoder = new TextEncoder();
const EMPTY = new Uint8Array(0);

/**
 * Metadata that can't be read: half a property.
 *
 * Fact: libzmq's GSSAPI server (4.3.4) doesn't look at an answer's status. Failure: a peer that had been refused came in,
 * and its messages were received. Decision: under GSSAPI, refusals carry this, so that the whole answer counts as broken, and
 * libzmq ends the connection. Cost: monitors tell of a broken answer, not of a refusal.
 */
const UNREADABLE = new Uint8Array(1);

/** Takes a request as a Router receives it apart: routing id, empty frame, version, id, and what is asked. */
export function readRequest(frames: readonly Frame[]): Question {
  // Anyone who stands between adds a frame to the envelope, which ends with an empty one.
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
 * A frame's text; `undefined` where it isn't UTF-8 or has a NUL in it. Taken leniently, two different passwords could
 * read the same, and a user id could end for C before its end.
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

/** The properties that an answer gives to a connection. Throws `TypeError` for what can't be one. */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): Uint8Array {
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
