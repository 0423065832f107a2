/** Messages as programs write them, and as they go to libzmq. */

/** One part of a message to be sent; see {@linkcode MessageLike}. */
export type MessagePart =
  | string
  | ArrayBufferView
  | ArrayBuffer
  | SharedArrayBuffer
  | number
  | boolean
  | bigint
  | null;

/**
 * A message to be sent: one part, or a non-empty array of parts, which arrive together or not at all.
 *
 * Strings are sent as UTF-8; views (typed arrays, `Buffer`, `DataView`) as the bytes that they show;
 * numbers, booleans and bigints as their text; `null` as an empty part. Anything else is a
 * `TypeError`.
 */
export type MessageLike = MessagePart | readonly MessagePart[];

/** A part in the form in which it goes to libzmq. */
export type Part = string | Uint8Array;

const EMPTY = new Uint8Array(0);

/** A part as libzmq takes it. Throws `TypeError` for what isn't a part. */
export function toPart(part: MessagePart): Part {
  const bytes = bytesOrText(part);
  if (bytes !== undefined) {
    if (bytes.length === 0) assertThere(part);
    return bytes;
  }
  const kind = typeof part;
  if (kind === "number" || kind === "boolean" || kind === "bigint") return String(part);
  throw new TypeError(
    `A message consists of strings, buffers, numbers, booleans, bigints and null, not of ${
      whatOf(part)
    }`,
  );
}

/** What it is that isn't a part, and what to do about that. */
function whatOf(part: unknown): string {
  if (Array.isArray(part)) return "an array within an array";
  if (typeof part !== "object") return typeof part;
  if (typeof (part as PromiseLike<unknown>).then === "function") {
    return "a promise: await it, and send what it resolves to";
  }
  return "object: use JSON.stringify for objects";
}

/** A part that is text or bytes, or null, as libzmq takes it. Undefined for anything else. */
export function bytesOrText(part: unknown): Part | undefined {
  if (typeof part === "string" || part instanceof Uint8Array) return part;
  if (part === null) return EMPTY;
  if (ArrayBuffer.isView(part)) {
    if (hasLostBytes(part)) return EMPTY; // which is then asked about
    return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  }
  if (part instanceof ArrayBuffer) return part.detached ? EMPTY : new Uint8Array(part);
  if (part instanceof SharedArrayBuffer) return new Uint8Array(part);
  return undefined;
}

/** Throws `TypeError` for a buffer or a view that has no bytes any more: it would go out as an empty part. */
function assertThere(part: unknown): void {
  const isView = ArrayBuffer.isView(part);
  const buffer = isView ? part.buffer : part;
  if (buffer instanceof ArrayBuffer && buffer.detached) {
    throw new TypeError(
      "A part of the message has no bytes any more: its buffer was transferred, or its frame released",
    );
  }
  if (isView && hasLostBytes(part)) {
    throw new TypeError(
      "A part of the message has no bytes any more: its buffer was resized, and ends before it",
    );
  }
}

/** Whether a view's buffer was transferred, or resized so that the view lies outside. */
function hasLostBytes(view: ArrayBufferView): boolean {
  try {
    // A typed array says so only by throwing: its length is 0, as that of an empty one.
    if (view instanceof DataView) view.byteLength;
    else Uint8Array.prototype.at.call(view as Uint8Array, 0);
    return false;
  } catch {
    return true;
  }
}

/** Every part of a message, converted and checked before the first goes out. */
export function toParts(message: readonly MessagePart[]): Part[] {
  const { length } = message;
  if (length === 0) throw new TypeError("A message has at least one part");
  const parts = new Array<Part>(length);
  for (let i = 0; i < parts.length; i++) parts[i] = toPart(message[i]);
  return parts;
}

/** The same parts, independent of what the program does to its buffers while the message waits. */
export function keepParts(parts: readonly Part[]): Part[] {
  return parts.map((part) => typeof part === "string" ? part : new Uint8Array(part));
}
