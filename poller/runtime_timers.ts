/** The runtime's own timers and microtasks, which a program's fake clock doesn't replace. */

interface Functions {
  setImmediate(callback: () => void): unknown;
  setTimeout: typeof globalThis.setTimeout;
  clearTimeout: typeof globalThis.clearTimeout;
}

/**
 * Returns a global function as it is when this module is loaded. The first read of any of them loads the runtime's
 * module of timers, which takes 4.5 ms, so until the function's first use only its getter is kept.
 */
function own<Name extends keyof Functions>(name: Name): () => Functions[Name] {
  const { get, value } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
  let found: Functions[Name] | undefined = value;
  return () => found ??= get!.call(globalThis) as Functions[Name];
}

const setImmediate = own("setImmediate");
const setTimeout = own("setTimeout");
const clearTimeout = own("clearTimeout");
const { queueMicrotask } = globalThis;

/** What `setTimeout` returns, which isn't the same in all versions of Deno. */
export type Timer = ReturnType<typeof globalThis.setTimeout>;

/** The functions that the library uses. */
export const runtimeTimers = {
  queueMicrotask: (callback: () => void): void => queueMicrotask(callback),
  setImmediate: (callback: () => void): void => void setImmediate()(callback),
  setTimeout: (callback: () => void, ms: number): Timer => setTimeout()(callback, ms),
  clearTimeout: (timer: Timer | undefined): void => clearTimeout()(timer),
};
