/** The runtime's own timers and microtasks: they stay what they are where a program puts a fake clock in their place. */

interface Functions {
  setImmediate(callback: () => void): unknown;
  setTimeout: typeof globalThis.setTimeout;
  clearTimeout: typeof globalThis.clearTimeout;
}

/**
 * A global function as this module finds it when it's loaded. The first touch of any of them loads the
 * runtime's module of timers, which takes 4.5 ms, so until its first use only the getter is kept.
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

/** What `setTimeout` gives, which isn't the same in all versions of Deno. */
export type Timer = ReturnType<typeof globalThis.setTimeout>;

/** What the library uses of them. */
export const runtimeTimers = {
  queueMicrotask: (callback: () => void): void => queueMicrotask(callback),
  setImmediate: (callback: () => void): void => void setImmediate()(callback),
  setTimeout: (callback: () => void, ms: number): Timer => setTimeout()(callback, ms),
  clearTimeout: (timer: Timer | undefined): void => clearTimeout()(timer),
};
