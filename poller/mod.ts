/**
 * The Poller on its own: one wait for any file descriptors, and for ZMQ sockets if a program has
 * any.
 *
 * @example Standard input with a timeout, without ZeroMQ
 * ```ts
 * import { Poller } from "@deno-zmq/zmq/poller";
 *
 * using poller = new Poller();
 * poller.add(0);
 * const ready = await poller.wait({ timeout: 100 });
 * console.log(ready.length === 0 ? "nothing was typed" : "there is input");
 * ```
 *
 * @module
 */

export type { Pollable } from "./pollable.ts";
export {
  type AddOptions,
  type Interest,
  Poller,
  type PollerOptions,
  type Ready,
} from "./poller.ts";
export type { SyncWaitOptions, WaitOptions } from "./wait_options.ts";
export { PollerTimer, type TimerOptions } from "./timers.ts";
export type { BackendKind } from "./backend.ts";
export { LibraryError, ZmqError } from "../errors.ts";
