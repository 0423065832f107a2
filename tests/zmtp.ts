/** A peer that speaks ZMTP 3.0 by hand, byte by byte, over a TCP connection. */

import type { Socket } from "../mod.ts";

/** Signature, version 3.0, mechanism NULL, and filler: 64 bytes. */
const GREETING = new Uint8Array(64);
GREETING[0] = 0xff;
GREETING[9] = 0x7f;
GREETING[10] = 3;
GREETING.set(new TextEncoder().encode("NULL"), 12);

const COMMAND = 4;

/** The READY command, with the type of socket as its only property. */
function ready(type: string): Uint8Array {
  const text = new TextEncoder();
  const name = text.encode("Socket-Type");
  const value = text.encode(type);
  const body = [5, ...text.encode("READY"), name.length, ...name, 0, 0, 0, value.length, ...value];
  return new Uint8Array([COMMAND, body.length, ...body]);
}

/** A frame of up to 255 bytes. */
export function shortFrame(bytes: string | Uint8Array, more = false): Uint8Array {
  const body = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  return new Uint8Array([more ? 1 : 0, body.length, ...body]);
}

/** A longer frame, with its length in 8 bytes. */
export function longFrame(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(9 + body.length);
  frame[0] = 2;
  new DataView(frame.buffer).setBigUint64(1, BigInt(body.length));
  frame.set(body, 9);
  return frame;
}

/** One connection. Closed at the end of its block. */
export class HandMadePeer implements Disposable {
  #open = true;

  constructor(readonly connection: Deno.TcpConn) {}

  /** Connects to a bound socket as a peer of that type, and waits until both have introduced themselves. */
  static async connect(socket: Socket, type: string): Promise<HandMadePeer> {
    const port = Number(/:(\d+)$/.exec(socket.lastEndpoint!)![1]);
    const peer = new HandMadePeer(await Deno.connect({ hostname: "127.0.0.1", port }));
    await peer.introduce(type);
    return peer;
  }

  /** Sends greeting and READY, and reads the other side's. */
  async introduce(type: string): Promise<void> {
    await this.write(GREETING);
    await this.write(ready(type));
    await this.#read(GREETING.length);
    const [, length] = await this.#read(2);
    await this.#read(length);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.connection.write(bytes.subarray(at));
  }

  close(): void {
    if (this.#open) this.connection.close();
    this.#open = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #read(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const read = await this.connection.read(bytes.subarray(at));
      if (read === null) throw new Error("The other side has closed the connection");
      at += read;
    }
    return bytes;
  }
}
