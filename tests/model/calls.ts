/**
 * What went into libzmq and what came out of it, for the report of a failure: a message that is lost there, or between its
 * connections, can be told from one that is lost in the library.
 */

import { loadLibrary } from "../../ffi/load.ts";
import { zmq } from "../../ffi/libzmq.ts";

/** As many calls as are remembered, the latest. */
const MOST = 500;
/** As much of a part as is shown, in bytes. */
const SHOWN = 8;
const SOURCE_DESCRIPTOR = 2;

const names = new WeakMap<object, string>();
const last: string[] = [];
let recording = false;

/** The socket of a pointer is called so. */
export function nameSocket(pointer: Deno.PointerObject, name: string): void {
  names.set(pointer, name);
}

/** What was done last, a line for each call. */
export function lastCalls(): readonly string[] {
  return last;
}

/** Forgets what was done so far. */
export function forgetCalls(): void {
  last.length = 0;
}

/** Notes something else, between the calls. */
export function note(what: string): void {
  if (!recording) return;
  if (last.length >= 2 * MOST) last.splice(0, MOST);
  last.push(`${performance.now().toFixed(2)} ${what}`);
}

/** Remembers each call that sends or receives, until the process ends. */
export function recordCalls(): void {
  if (recording) return;
  recording = true;
  const functions = zmq() as unknown as Record<string, (...args: never[]) => number>;
  for (const name of ["zmq_send", "zmq_send_pinned"]) {
    functions[name] = sending(functions[name] as Send) as (...args: never[]) => number;
  }
  functions.zmq_msg_recv = receiving(functions.zmq_msg_recv as Receive) as (
    ...args: never[]
  ) => number;
}

type Send = (
  socket: Deno.PointerObject,
  part: Uint8Array | Deno.PointerObject,
  size: bigint | number,
  flags: number,
) => number;

function sending(send: Send): Send {
  return (socket, part, size, flags) => {
    const result = send(socket, part, size, flags);
    // After a failure no other foreign call may come before errno is read, and this makes none.
    const bytes = part instanceof Uint8Array ? part : bytesAt(part, Number(size));
    note(`${names.get(socket) ?? "?"} send ${text(bytes)} of ${size}, flags ${flags}: ${result}`);
    return result;
  };
}

type Receive = (
  message: Deno.PointerObject,
  socket: Deno.PointerObject,
  flags: number,
) => number;

function receiving(receive: Receive): Receive {
  const { zmq_msg_get } = loadLibrary().openRare({
    // int zmq_msg_get(const zmq_msg_t *msg, int property)
    zmq_msg_get: { parameters: ["pointer", "i32"], result: "i32" },
  });
  return (message, socket, flags) => {
    const size = receive(message, socket, flags);
    const name = names.get(socket) ?? "?";
    if (size < 0) note(`${name} receive, flags ${flags}: ${size}`);
    else {
      const bytes = size === 0 ? undefined : bytesAt(zmq().zmq_msg_data(message)!, size);
      const more = zmq().zmq_msg_more(message) === 0 ? "" : ", more follows";
      const from = zmq_msg_get(message, SOURCE_DESCRIPTOR);
      note(
        `${name} receive, flags ${flags}: ${text(bytes)} of ${size}${more}, by descriptor ${from}`,
      );
    }
    return size;
  };
}

function bytesAt(pointer: Deno.PointerObject, size: number): Uint8Array {
  return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, Math.min(size, SHOWN)));
}

function text(bytes: Uint8Array | undefined): string {
  return JSON.stringify(String.fromCharCode(...bytes?.subarray(0, SHOWN) ?? []));
}
