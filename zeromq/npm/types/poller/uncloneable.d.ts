// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/**
 * The base of sockets, contexts, Pollers and whatever else stays in its isolate: `postMessage` and `structuredClone`
 * throw a `DataCloneError` for them, instead of making empty objects.
 *
 * @internal
 */
export declare abstract class Uncloneable {
  /** Makes an object that can't be cloned. */
  constructor();
}
