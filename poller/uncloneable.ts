/** What can't be posted to another thread. */

const NOTHING = {};

/**
 * The base of sockets, contexts and Pollers, which can't be posted to another thread: `postMessage` and
 * `structuredClone` refuse them with a `DataCloneError`, instead of making empty objects of them. Programs have no use for
 * it.
 */
export abstract class Uncloneable {
  /** Makes an object that can't be cloned. */
  constructor() {
    // Cloning goes by what an object is to V8, and refuses weak references. Nothing else of one is to be seen here; all
    // other ways take a property that everyone sees.
    return Reflect.construct(WeakRef, [NOTHING], new.target) as this;
  }
}
