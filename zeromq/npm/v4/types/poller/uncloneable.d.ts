// Written by tests/write_npm.ts.
// deno-lint-ignore-file
/**
 * The key of a member that no object of options has.
 *
 * @internal
 */
export declare const uncloneable: unique symbol;
/**
 * The base of sockets, contexts, Pollers and whatever else stays in its isolate: `postMessage` and `structuredClone`
 * throw a `DataCloneError` for them, instead of making empty objects.
 *
 * @internal
 */
export declare abstract class Uncloneable {
  /** Only in types, where it tells such an object from an object of options, with which it has names in common. */
  protected readonly [uncloneable]: true;
  /** Makes an object that can't be cloned. */
  constructor();
}
