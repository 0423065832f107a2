/**
 * The end of a program that was written for Node: its process's `exit` listeners may still use sockets, and
 * at the natural end Deno calls them after `unload`.
 */

import { setExitHook } from "../process/shutdown.ts";
import { inWorker } from "../process/isolate.ts";
import { runtimeTimers } from "../poller/runtime_timers.ts";

interface NodeProcess {
  on(event: "beforeExit" | "exit", listener: () => void): void;
  /** Within `process.exit`, which calls the listeners of `exit` before those of `unload`. */
  _exiting?: boolean;
}

/** Has sockets closed after those listeners. */
export function endAfterListeners(): void {
  if (inWorker()) return;
  let listening = false;
  let natural = false;
  setExitHook({
    onIdle() {
      // A program that ends by itself fires beforeExit, and exit later. A test module fires neither.
      if (!listening) nodeProcess()?.on("beforeExit", () => natural = true);
      listening = true;
      // Where a listener has found more to do, the next end may be a Deno.exit, without these events.
      Deno.unrefTimer(runtimeTimers.setTimeout(() => natural = false, 0));
    },
    defer(end) {
      const process = nodeProcess();
      if (!natural || process === undefined || process._exiting === true) return false;
      process.on("exit", end);
      return true;
    },
  });
}

/** Looked up at the end: the first touch of `process` costs 11 ms of start-up. */
function nodeProcess(): NodeProcess | undefined {
  return (globalThis as unknown as { process?: NodeProcess }).process;
}
