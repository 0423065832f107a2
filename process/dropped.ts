/**
 * A debug mode, which the environment turns on: what was collected without having been closed is named on standard error,
 * with the place at which it was opened.
 */

import { onFirstUse } from "../ffi/load.ts";

/** The environment variable that turns it on, by any value but `0` and the empty one. */
const VARIABLE = "ZMQ_DEBUG";

const isOn = onFirstUse(() => {
  // Asked first, since a read without the permission would prompt at a terminal.
  const { state } = Deno.permissions.querySync({ name: "env", variable: VARIABLE });
  const value = state === "granted" ? Deno.env.get(VARIABLE) : undefined;
  return value !== undefined && value !== "" && value !== "0";
});

/** Where each was opened. */
const places = new WeakMap<object, string>();

/** Notes where the program opens something, in the debug mode. */
export function noteOpened(opened: object): void {
  if (isOn()) places.set(opened, callersPlace());
}

/** Says in the debug mode that something was collected, if it wasn't closed. */
export function sayDropped(opened: { readonly closed: boolean }, what: string): void {
  const place = places.get(opened);
  if (place === undefined || opened.closed) return;
  console.error(
    `deno-zmq: ${what} was collected, and hadn't been closed. It was opened at ${place}`,
  );
}

/** How many frames of a stack are looked at. V8's default is 10, which wrappers of a program's own may use up. */
const FRAMES = 50;

/** The file, line and column of the nearest caller that isn't part of the library. */
function callersPlace(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return placeIn(String(stack)) ?? "an unknown place";
}

/** The place of a stack's first frame that is neither the library's nor the runtime's. */
export function placeIn(stack: string): string | undefined {
  for (const line of stack.split("\n")) {
    const place = /^ +at (?:async )?(?:.*? \()?(\S+:\d+:\d+)\)?$/.exec(line)?.[1];
    if (place !== undefined && !/^(?:ext|node):/.test(place) && !isOwn(place)) return place;
  }
  return undefined;
}

const root = onFirstUse(() => new URL("..", import.meta.url).href);
/** What lies beside the library's modules, such as its examples, isn't part of it; `dist/` is what `./dev build` writes. */
const OWN =
  /^(?:(?:context|errors|library|mod|modules|proxy|zeromq)\w*\.ts|(?:dist|ffi|poller|process|proxy|security|socket|supervise|zeromq)\/)/;

/** Whether a module belongs to the library, by its URL. */
export function isOwn(url: string): boolean {
  return url.startsWith(root()) && OWN.test(url.slice(root().length));
}
