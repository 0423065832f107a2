/** Warnings, which go where zeromq.js's go: to the `process`. */

/** Looked up when there is a warning: the first touch of `process` costs 11 ms of start-up. */
export function warn(message: string): void {
  const { process } = globalThis as unknown as {
    process?: { emitWarning?(warning: string): void };
  };
  if (process?.emitWarning !== undefined) process.emitWarning(message);
  else console.warn(message);
}
