/** What the sockets' tests share: a test on each transport, what was received as text, and limits. */

import { claims } from "../claims.ts";
import {
  Dealer,
  Frame,
  Pair,
  Publisher,
  Pull,
  Push,
  type Receiver,
  Reply,
  Request,
  Router,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { freePort } from "../ports.ts";
import { layout } from "../../socket/message_layout.ts";
import { freshAddress, join, type Transport, TRANSPORTS, withFolder } from "../util.ts";
import { soon, turn } from "../waiting.ts";

/** All classes of sockets, in the order of libzmq's numbers for their types. */
export const CLASSES = [
  ...[Pair, Publisher, Subscriber, Request, Reply, Dealer],
  ...[Router, Pull, Push, XPublisher, XSubscriber, Stream],
] as const;

/** A Push and a Pull that are connected over inproc, each with a mark. Both are closed at the end of the block. */
export async function pipeline(mark = 1000): Promise<{ push: Push; pull: Pull } & Disposable> {
  const push = new Push({ sendHighWaterMark: mark, linger: 0 });
  const pull = new Pull({ receiveHighWaterMark: mark });
  await join(pull, push, freshAddress("inproc"));
  const close = () => {
    push.close();
    pull.close();
  };
  return { push, pull, [Symbol.dispose]: close };
}

/** Makes a test over one transport. It's given an address to bind to. */
export type OverTransport = (
  name: string,
  body: (address: string) => Promise<void> | void,
) => Deno.TestDefinition;

/** For each transport, of all or of those given, what makes a test over it. */
export function eachTransport(...transports: Transport[]): OverTransport[] {
  return (transports.length > 0 ? transports : TRANSPORTS).map((transport) => (name, body) => ({
    name: `${transport}: ${name}`,
    fn: () =>
      transport === "ipc"
        ? withFolder((folder) => body(freshAddress(transport, folder)))
        : body(freshAddress(transport)),
  }));
}

/** Makes a test of what only Linux has, or of which only Linux tells. */
export function onLinux(
  name: string,
  body: () => Promise<void> | void,
  ignore = false,
): Deno.TestDefinition {
  return { name, ignore: Deno.build.os !== "linux" || ignore, fn: body };
}

/** A message's frames as text. */
export function texts(message: readonly Frame[]): string[] {
  return message.map((frame) => frame.text());
}

/** The next message's frames as text. */
export const received = claims(async function received(socket: Receiver): Promise<string[]> {
  return texts(await soon(socket.receive()));
});

/** As many messages, each as its only frame's text. */
export const receivedMany = claims(
  async function receivedMany(socket: Receiver, count: number): Promise<string[]> {
    const all: string[] = [];
    while (all.length < count) {
      const [text, ...more] = await received(socket);
      all.push(more.length === 0 ? text : [text, ...more].join("|"));
    }
    return all;
  },
);

/** Whether a promise is still pending when microtasks have run. */
export async function pending(promise: Promise<unknown>): Promise<boolean> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  promise.then(end, end);
  for (let i = 0; i < 10; i++) await Promise.resolve();
  return !ended;
}

/** Uses up the budget of this tick: what comes after it has to wait for the next. */
export function useUpBudget(): void {
  const publisher = new Publisher();
  do publisher.send("").catch(() => {}); while (publisher.trySend(""));
  publisher.close();
}

/** Bytes that differ from their neighbours, and between seeds. */
export function pattern(size: number, seed = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + seed * 13) & 0xff;
  return bytes;
}

/** Whether two arrays have the same bytes. Quicker than a deep comparison, which looks at each element. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

/** The port of a tcp address. */
export function portOf(socket: Socket): number {
  return Number(socket.lastEndpoint!.split(":").at(-1));
}

/** An address to which no one is bound yet, though someone could be. */
export function futureAddress(address = "tcp://127.0.0.1:*"): string {
  if (!address.startsWith("tcp:")) return address;
  return `tcp://127.0.0.1:${freePort()}`;
}

/** Binds where a socket was bound until a moment ago: libzmq releases the port on a thread of its own. */
export async function bindAgain(socket: Socket, address: string): Promise<void> {
  for (;;) {
    try {
      await socket.bind(address);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
      await turn();
    }
  }
}

/** Has every later receive use libzmq's public calls alone, as where its layout isn't as it's known; or not any more. */
export function callPublicly(only: boolean): void {
  layout.holds = only ? false : undefined;
  layout.tailOfSingle = -1;
}
