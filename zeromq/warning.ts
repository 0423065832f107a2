/** Warnings, which go to the `process`, as zeromq.js's do. */

/** Read when there is a warning, since the first use of `process` costs 11 ms of start-up. */
export function warn(message: string): void {
  const { process } = globalThis as unknown as {
    process?: { emitWarning?(warning: string): void };
  };
  if (process?.emitWarning !== undefined) process.emitWarning(message);
  else console.warn(message);
}
