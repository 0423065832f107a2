/** A socket's messages as Web streams. */

import type { Handle } from "./handle.ts";
import type { Frame } from "./frame.ts";
import type { MessageLike } from "./message.ts";
import { MessageIterator } from "./receive.ts";
import { send } from "./send.ts";

/** A stream of messages: one is received for each that is read, so ZMQ's own marks are the back-pressure. */
export function readableOf(handle: Handle, owner: object): ReadableStream<Frame[]> {
  const messages = new MessageIterator(handle, owner);
  return new ReadableStream<Frame[]>({
    async pull(controller) {
      const { value, done } = await messages.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      messages.return(); // what the turn that ends does with the stream then has no effect
    },
  }, { highWaterMark: 0 });
}

/** A stream to send messages through: each write is done when libzmq has the message. */
export function writableOf(handle: Handle, owner: object): WritableStream<MessageLike> {
  return new WritableStream<MessageLike>({
    write: (message, { signal }) => send(handle, owner, message, { signal }, undefined),
  }, { highWaterMark: 1 });
}

/** The same for messages of one frame, as a stream of bytes. */
export function readableBytesOf(
  handle: Handle,
  owner: object,
  { endMarker = false }: { endMarker?: boolean } = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const messages = new MessageIterator(handle, owner);
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      for (;;) {
        const { value: frames, done } = await messages.next();
        if (done) return end(controller);
        if (frames.length > 1) {
          throw new TypeError("A byte stream carries messages of one frame, and this one has more");
        }
        const [frame] = frames;
        if (frame.length > 0) {
          // A copy, since a byte stream detaches what it's given, and frames share their buffers.
          return controller.enqueue(new Uint8Array(frame));
        }
        if (endMarker) return end(controller);
      }
    },
    cancel() {
      messages.return();
    },
  }, { highWaterMark: 0 });
}

function end(controller: ReadableByteStreamController): void {
  controller.close();
  // Reads into buffers of the program's own end only when one of them is answered.
  controller.byobRequest?.respond(0);
}

/** A stream of bytes to send, each chunk as a message of one frame. */
export function writableBytesOf(
  handle: Handle,
  owner: object,
  { endMarker = false }: { endMarker?: boolean } = {},
): WritableStream<Uint8Array> {
  const put = (chunk: Uint8Array, signal: AbortSignal) =>
    send(handle, owner, chunk, { signal }, undefined);
  let signal: AbortSignal;
  return new WritableStream<Uint8Array>({
    start(controller) {
      signal = controller.signal;
    },
    async write(chunk) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError("A byte stream takes Uint8Arrays");
      // An empty message would be the end.
      if (chunk.length > 0) await put(chunk, signal);
    },
    async close() {
      if (endMarker) await put(new Uint8Array(0), signal);
    },
  }, { highWaterMark: 1 });
}
