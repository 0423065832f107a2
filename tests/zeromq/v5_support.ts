/** What the tests of version 5's interface share. */

import type { Buffer } from "node:buffer";
import { once } from "node:events";
import "./support.ts";
import zmq, { type Socket, type SocketType } from "../../zeromq_v5_compat.ts";
import { freshAddress } from "../util.ts";
import { soon } from "../waiting.ts";

/** The next event of a name: its arguments. */
export function next(socket: Socket, event: string): Promise<unknown[]> {
  return soon(once(socket, event), `the event ${event}`);
}

/** So many messages, each as the texts of its parts. */
export function messages(socket: Socket, count: number): Promise<string[][]> {
  const found: string[][] = [];
  return soon(
    new Promise((resolve) => {
      socket.on("message", function listener(...parts: Buffer[]) {
        found.push(parts.map(String));
        if (found.length < count) return;
        socket.off("message", listener);
        resolve(found);
      });
    }),
    `message ${count}`,
  );
}

/** What a callback was called with. */
export function called(call: (callback: (error?: Error) => void) => void): Promise<unknown> {
  return soon(new Promise((resolve) => call(resolve)), "the callback's call");
}

/** Two sockets that are joined, for as long as the body runs. */
export async function withSockets(
  types: [bound: SocketType, connected: SocketType],
  body: (bound: Socket, connected: Socket) => Promise<void> | void,
  address: string = freshAddress("inproc"),
): Promise<void> {
  const [bound, connected] = types.map((type) => zmq.socket(type, { linger: 0 }));
  try {
    bound.bindSync(address);
    connected.connect(bound.last_endpoint);
    await body(bound, connected);
  } finally {
    bound.unmonitor().close();
    connected.unmonitor().close();
  }
}

/** A socket, for as long as the body runs. */
export async function withSocket(
  type: SocketType,
  body: (socket: Socket) => Promise<void> | void,
): Promise<void> {
  const socket = zmq.socket(type, { linger: 0 });
  try {
    await body(socket);
  } finally {
    // A monitor of a closed socket goes on until its end has come.
    socket.unmonitor().close();
  }
}
