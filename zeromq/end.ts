/**
 * The end of a program that was written for Node: its process's `exit` listeners may still use sockets,
 * and at the natural end Deno calls them after `unload`.
 */

import { setExitHook } from "../process/shutdown.ts";
import { inWorker } from "../process/isolate.ts";
import { runtimeTimers } from "../poller/runtime_timers.ts";

interface NodeProcess {
  on(event: "beforeExit" | "exit", listener: () => void): void;
  /** Set within `process.exit`, which calls the listeners of `exit` before those of `unload`. */
  _exiting?: boolean;
}

/** Makes the shutdown follow those listeners. */
export function endAfterListeners(): void {
  if (inWorker()) return;
  let listening = false;
  let natural = false;
  setExitHook({
    onIdle() {
      // The natural end fires beforeExit, and exit later. The end of a test module fires neither.
      if (!listening) nodeProcess()?.on("beforeExit", () => natural = true);
      listening = true;
      // If a listener has begun something, the program goes on, and may end by Deno.exit, without these events.
      Deno.unrefTimer(runtimeTimers.setTimeout(() => natural = false, 0));
    },
    defer(end) {
      const process = nodeProcess();
      if (!natural || process === undefined || process._exiting === true) return false;
      process.on("exit", () => end(true));
      beforeExitCall(() => end(false));
      return true;
    },
  });
}

/**
 * Has `action` called before `Deno.exit`, which `process.exit` calls as well.
 *
 * Fact: a program's listener of `exit` may call `process.exit`; no listener after it is called then, and no second
 * `unload`. Failure: sockets stayed open, and what they had sent was lost. Decision: once the natural end has begun, the
 * function is replaced. Cost: none before that.
 */
function beforeExitCall(action: () => void): void {
  const { exit } = Deno;
  Reflect.set(Deno, "exit", (code?: number) => {
    action();
    return exit(code);
  });
}

/** Read at the end, since the first use of `process` costs 11 ms of start-up. */
function nodeProcess(): NodeProcess | undefined {
  return (globalThis as unknown as { process?: NodeProcess }).process;
}
