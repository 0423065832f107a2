/** Helpers that claim something on a test's behalf: where they fail, the error shows the test's own line. */

/**
 * The same helper, whose failed assertions, thrown or rejected with, have the place of its call as their first frame.
 * Other errors keep theirs: they are faults of the helper, or of what it calls.
 */
export function claims<A extends unknown[], R>(helper: (...args: A) => R): (...args: A) => R {
  return function claimed(...args: A): R {
    // Deno prints the frames of the place where an error was made. So one is made here, in case it's needed.
    const failure = new Error();
    Error.captureStackTrace(failure, claimed);
    const tell = (error: unknown): never => {
      if (!(error instanceof Error) || error.name !== "AssertionError") throw error;
      throw Object.assign(failure, { name: error.name, message: error.message });
    };
    try {
      const result = helper(...args);
      return result instanceof Promise ? result.catch(tell) as R : result;
    } catch (error) {
      return tell(error);
    }
  };
}
