/** What the drop-in's tests share. */

import { claims } from "../claims.ts";
import { deepStrictEqual as assertEquals, fail, ok as assert } from "node:assert/strict";
import {
  curveKeyPair,
  type EventOfType,
  type EventType,
  Pair,
  Proxy,
  Request,
  Router,
  type Socket,
} from "../../zeromq.ts";
import { Poller } from "../../mod.ts";
import { join } from "../util.ts";
import { soon } from "../waiting.ts";

// Tables that are bound on first use are a leak to the sanitizers where that's within a test.
{
  curveKeyPair();
  const observed = new Pair();
  const peer = new Pair();
  const accepted = captured(observed, "accept");
  const ended = captured(observed, "end");
  await join(observed, peer);
  await accepted;
  peer.events.close();
  observed.close();
  peer.close();
  await ended;
  const front = new Router();
  const back = new Request();
  await front.bind("inproc://warm-up-front");
  await back.bind("inproc://warm-up-back");
  const proxy = new Proxy(front, back);
  const run = proxy.run();
  proxy.terminate();
  await run;
  await Poller.idle();
}

/** The shape of an error in zeromq.js. */
export interface Shape {
  message: string;
  code?: string;
  errno?: number;
  address?: string;
}

export const EAGAIN: Shape = {
  message: "Operation was not possible or timed out",
  code: "EAGAIN",
  errno: Deno.build.os === "linux" ? 11 : 35,
};
export const EBADF: Shape = { message: "Socket is closed", code: "EBADF", errno: 9 };
export const EFSM: Shape = {
  message: "Operation cannot be accomplished in current state",
  code: "EFSM",
  errno: 156384763,
};
export const BLOCKED: Shape = {
  message: "Socket is blocked by a bind or unbind operation",
  code: "EBUSY",
  errno: 16,
};

/** An error as a plain object, and whether it's a plain Error. */
function shapeOf(error: unknown): unknown {
  assert(error instanceof Error, `not an Error: ${error}`);
  assertEquals(Object.getPrototypeOf(error), Error.prototype);
  return { ...(error as object), message: error.message };
}

/** What a TypeError with that text is, for `throws`. */
export function TypeErrorWith(message: string): { name: string; message: string } {
  return { name: "TypeError", message };
}

/** Holds that an action throws at once, with a plain Error of just this shape. */
export const throwsShape = claims(function throwsShape(action: () => unknown, shape: Shape): void {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    return assertEquals(shapeOf(error), { ...shape });
  }
  if (result instanceof Promise) result.catch(() => {});
  fail("it doesn't throw");
});

/** Holds that a promise rejects, with a plain Error of just this shape. */
export const rejectsShape = claims(
  async function rejectsShape(promise: Promise<unknown>, shape: Shape): Promise<void> {
    try {
      await promise;
    } catch (error) {
      return assertEquals(shapeOf(error), { ...shape });
    }
    fail("it doesn't reject");
  },
);

/** Two Pairs that are joined, for as long as the body runs. */
export async function withPairs(
  address: string,
  body: (one: Pair, other: Pair) => Promise<void>,
): Promise<void> {
  const one = new Pair({ linger: 0 });
  const other = new Pair({ linger: 0 });
  try {
    await join(one, other, address);
    await body(one, other);
  } finally {
    one.close();
    other.close();
  }
}

/** What follows runs with the socket, which is closed afterwards. */
export async function using<T extends Socket>(
  socket: T,
  body: (socket: T) => Promise<void> | void,
): Promise<void> {
  try {
    await body(socket);
  } finally {
    socket.close();
  }
}

/** The same with a socket whose events are looked at: at the end, everything that they tell is over. */
export async function observing<T extends Socket>(
  socket: T,
  body: (socket: T) => Promise<void> | void,
): Promise<void> {
  const { events } = socket;
  try {
    await body(socket);
  } finally {
    const end = new Promise<void>((resolve) => {
      if (events.closed) resolve();
      else events.on("end", () => resolve());
    });
    socket.close();
    await soon(end);
  }
}

/** The first event of a type, by a listener. */
export function captured<E extends EventType>(socket: Socket, type: E): Promise<EventOfType<E>> {
  return new Promise((resolve) => socket.events.on<E>(type, resolve));
}

/** The warnings that a body has the process emit. */
export async function warningsOf(body: () => unknown): Promise<string[]> {
  const warnings: string[] = [];
  const listener = (warning: Error) => warnings.push(warning.message);
  const { process } = globalThis as unknown as { process: NodeProcess };
  const others = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", listener);
  try {
    await body();
    await new Promise<void>((resolve) => process.nextTick(resolve));
  } finally {
    process.removeAllListeners("warning");
    for (const other of others) process.on("warning", other);
  }
  return warnings;
}

interface NodeProcess {
  // deno-lint-ignore no-explicit-any -- Node's own type
  on(event: "warning", listener: (warning: any) => void): void;
  // deno-lint-ignore no-explicit-any -- Node's own type
  listeners(event: "warning"): ((warning: any) => void)[];
  removeAllListeners(event: "warning"): void;
  nextTick(callback: () => void): void;
}

/** A member that types keep from programs. */
// deno-lint-ignore no-explicit-any -- that's its purpose
export function untyped(value: unknown): any {
  return value;
}
