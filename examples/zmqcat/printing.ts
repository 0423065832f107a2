/** How zmqcat prints the messages that it receives. */

import { Buffer } from "node:buffer";
import { type Frame, metadataOf } from "../../mod.ts";
import type { Job } from "./arguments.ts";
import { fromRoutingId } from "./cutting.ts";
import { TYPES } from "./types.ts";

const LINE_END = Buffer.from("\n");
const SPACE = Buffer.from(" ");

/** Returns a function that turns a message into what is printed of it. */
export function printerFor(job: Job): (message: Frame[]) => Uint8Array {
  const { type, format, separates, separator, end } = job;
  switch (format) {
    case "raw":
      return (message) => separates ? joined(message, separator) : joined(message);
    case "hex":
      return (message) => {
        const frames = message.map((frame) => Buffer.from(frame.toHex()));
        return Buffer.concat([joined(frames, separates ? separator : SPACE), LINE_END]);
      };
    case "json":
      return (message) => Buffer.from(JSON.stringify(toJson(message)) + "\n");
    case "text":
      return (message) => {
        const frames: Uint8Array[] = [...message];
        if (TYPES[type].routes) frames[0] = fromRoutingId(frames[0]);
        return Buffer.concat([joined(frames, separator), end]);
      };
  }
}

/** Frames as one piece of bytes. */
export function joined(frames: readonly Uint8Array[], separator?: Uint8Array): Uint8Array {
  if (frames.length === 1) return frames[0];
  if (separator === undefined) return Buffer.concat(frames);
  return Buffer.concat(frames.flatMap((frame, i) => i === 0 ? [frame] : [separator, frame]));
}

/** What isn't UTF-8 can't be a string: it's an object with the bytes in hexadecimal. */
function toJson(message: Frame[]) {
  const frames = message.map((frame) => {
    try {
      return strictly.decode(frame);
    } catch {
      return { hex: frame.toHex() };
    }
  });
  return { frames, metadata: metadataOf(message) ?? {} };
}

const strictly = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
