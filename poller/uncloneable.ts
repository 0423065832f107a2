/** The base class of objects that can't be posted to another thread. */

const NOTHING = {};

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
export abstract class Uncloneable {
  /** Only in types, where it tells such an object from an object of options, with which it has names in common. */
  declare protected readonly [uncloneable]: true;

  /** Makes an object that can't be cloned. */
  constructor() {
    // Fact: structuredClone goes by V8's own type of an object, and refuses weak references; of any object with private
    // fields it makes an empty one. Decision: the object is a weak reference to V8, and has nothing else of one. Every
    // other way needs a property that programs see.
    return Reflect.construct(WeakRef, [NOTHING], new.target) as this;
  }
}
