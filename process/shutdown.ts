/**
 * The end of the program: closes and terminates every context, which delivers what was sent and not yet delivered. The
 * library itself stays in memory.
 */

import { prepareSignals } from "./exit_signals.ts";
import { waitForUnsent } from "./exit_wait.ts";
import { inWorker } from "./isolate.ts";
import { prepareTermination } from "./native_context.ts";

/** What the shutdown closes. */
interface ClosedAtExit {
  close(): void;
}

const registered = new Set<ClosedAtExit>();
let installed = false;

/** Registers a context, which the shutdown closes. */
export function registerAtExit(context: ClosedAtExit): void {
  installExitHooks();
  registered.add(context);
}

/** Undoes that: the context was closed. */
export function unregisterAtExit(context: ClosedAtExit): void {
  registered.delete(context);
}

/** Puts the shutdown off to a moment after `unload`. */
export interface ExitHook {
  /** Called when the program has nothing left to do, and may end. */
  onIdle(): void;
  /** Calls `shutDown` at that moment. Returns false if that moment won't come. */
  defer(shutDown: (isNatural: boolean) => void): boolean;
}

let exitHook: ExitHook | undefined;

/** Moves the shutdown to a moment after `unload`, if there is such a moment. */
export function setExitHook(hook: ExitHook): void {
  exitHook = hook;
}

function installExitHooks(): void {
  if (installed) return;
  installed = true;
  prepareTermination();
  prepareSignals();
  addEventListener("unload", onUnload);
  // Fact: listeners of unload run in the order in which they were added, and a program's own may still send. Decision:
  // this one is added again in beforeunload, so that it's the last. Cost: Deno.exit fires no beforeunload, and there the
  // order stays.
  addEventListener("beforeunload", () => {
    removeEventListener("unload", onUnload);
    addEventListener("unload", onUnload);
    exitHook?.onIdle();
  });
  // A node worker that ends by itself fires only its process's `exit`. The main thread doesn't need that event, and the
  // first use of `process` costs 11 ms of start-up there. (A node worker doesn't have WorkerGlobalScope, and
  // node:worker_threads takes a Web Worker for the main thread.)
  if (inWorker()) shutDownOnExit((globalThis as unknown as { process?: NodeProcess }).process);
}

interface NodeProcess {
  on?(event: "exit", listener: () => void): void;
  on?(event: "newListener", listener: (event: unknown, listener: unknown) => void): void;
  off(event: "exit", listener: () => void): void;
}

/** Marks the last listener of `exit`, for other copies of the library. */
const MARK = Symbol.for("deno-zmq.shutdown");

/**
 * Shuts down as the last of the listeners of a process's `exit`, since the program's own may still send.
 *
 * Fact: two copies of the library may be in one isolate. Failure: each moved behind the other again and again, in
 * microtasks without end. Decision: a copy doesn't move behind another copy's listener. Cost: none, since each closes
 * its own sockets.
 */
function shutDownOnExit(process: NodeProcess | undefined): void {
  if (process?.on === undefined) return;
  const last = Object.assign(() => shutDown(false), { [MARK]: true });
  process.on("exit", last);
  process.on("newListener", (event, listener) => {
    if (event !== "exit" || (listener as Partial<typeof last>)[MARK]) return;
    queueMicrotask(() => {
      process.off("exit", last);
      process.on!("exit", last);
    });
  });
}

function onUnload(): void {
  if (!exitHook?.defer(shutDown)) shutDown(false);
}

/** @param isNatural Whether the program ends by no call of its own, as far as that's known. */
function shutDown(isNatural: boolean): void {
  for (const context of [...registered]) context.close();
  waitForUnsent(isNatural);
}
