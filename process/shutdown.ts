/**
 * The end of the program: every context is closed and terminated, which delivers what was sent and not yet delivered.
 * The library itself stays in memory.
 */

import { inWorker } from "./isolate.ts";
import { joinTerminations, prepareTermination } from "./native_context.ts";

/** What the end closes. */
interface ClosedAtExit {
  close(): void;
}

/** After so many ms of waiting, the end says why it waits. */
export const WARN_AFTER = 500;
const registered = new Set<ClosedAtExit>();
/** How long the end waits for the contexts that were closed, whose messages may still be going out. */
let longestLinger = 0;
let exitMessage: string | undefined;
let installed = false;
let shuttingDown = false;

/** Registers a context, which the end closes. */
export function registerAtExit(context: ClosedAtExit): void {
  installExitHooks();
  registered.add(context);
}

/** Takes that back: the context was closed. */
export function unregisterAtExit(context: ClosedAtExit): void {
  registered.delete(context);
}

/** Whether the end has begun. */
export function isShuttingDown(): boolean {
  return shuttingDown;
}

/** How long the end may wait for the messages of a context that is being terminated, and what it says then. */
export function extendExitLinger(milliseconds: number, message: string | undefined): void {
  longestLinger = Math.max(longestLinger, milliseconds);
  exitMessage = message ?? exitMessage;
}

/** What the end says where a context has no words of its own. */
export function exitMessageFor(milliseconds: number): string {
  return `deno-zmq: waiting up to ${milliseconds} ms for messages that are still to be sent. ` +
    "See the linger of sockets, and exitLinger of their context.";
}

/** A moment that comes after `unload`. */
export interface ExitHook {
  /** Nothing is left to do: the end may follow. */
  onIdle(): void;
  /** Calls then. False if that moment won't come. */
  defer(shutDown: () => void): boolean;
}

let exitHook: ExitHook | undefined;

/** Moves the end to a moment after `unload`, where there is such a moment. */
export function setExitHook(hook: ExitHook): void {
  exitHook = hook;
}

function installExitHooks(): void {
  if (installed) return;
  installed = true;
  prepareTermination();
  addEventListener("unload", onUnload);
  // The last of the listeners of unload, since a program's own may still send. Deno.exit fires no beforeunload: there
  // the order is that in which the listeners were added.
  addEventListener("beforeunload", () => {
    removeEventListener("unload", onUnload);
    addEventListener("unload", onUnload);
    exitHook?.onIdle();
  });
  // A node worker that ends by itself fires only its process's event. In the main thread that event
  // is one too many, and touching `process` there costs 11 ms of start-up. (A node worker doesn't have
  // WorkerGlobalScope, and node:worker_threads takes a Web Worker for the main thread.)
  if (inWorker()) shutDownOnExit((globalThis as unknown as { process?: NodeProcess }).process);
}

interface NodeProcess {
  on?(event: "exit", listener: () => void): void;
  on?(event: "newListener", listener: (event: unknown, listener: unknown) => void): void;
  off(event: "exit", listener: () => void): void;
}

/** What other copies of the library know the last listener of `exit` by. */
const MARK = Symbol.for("deno-zmq.shutdown");

/**
 * Ends as the last of the listeners of a process's `exit`: the program's own may still send.
 *
 * Fact: two copies of the library may be in one isolate. Failure: each went behind the other again and again, in
 * microtasks without end. Decision: a copy stays where it is when another one adds its listener. Cost: none, since
 * each closes its own sockets.
 */
function shutDownOnExit(process: NodeProcess | undefined): void {
  if (process?.on === undefined) return;
  const last = Object.assign(() => shutDown(), { [MARK]: true });
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
  if (!exitHook?.defer(shutDown)) shutDown();
}

function shutDown(): void {
  shuttingDown = true;
  for (const context of [...registered]) context.close();
  if (joinTerminations(Math.min(WARN_AFTER, longestLinger)) || longestLinger <= WARN_AFTER) return;
  console.error(exitMessage ?? exitMessageFor(longestLinger));
  joinTerminations(longestLinger - WARN_AFTER);
}
