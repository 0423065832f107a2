// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/** Is called when a call has done what it should, or with what went wrong. */
export type Callback = (error?: Error) => void;
