/** The base class of objects that can't be posted to another thread. */

/** What makes the objects of each class, by its constructor. */
const makers = new WeakMap<object, () => object>();

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
    // Fact: structuredClone goes by V8's own type of an object. Of one with private fields it makes an empty one, and it
    // refuses generators. Decision: the object is a generator to V8, and has nothing else of one. A weak reference would do
    // as well, and takes 3 us to make; every other way needs a property that programs see.
    return (makers.get(new.target) ?? newMaker(new.target))() as this;
  }
}

function newMaker(target: { readonly prototype: object }): () => object {
  const maker = function* (): Generator {};
  maker.prototype = target.prototype as Generator;
  makers.set(target, maker);
  return maker;
}

/** Returns a plain object with these properties that can't be cloned either. */
export function uncloneableWith<T extends object>(properties: T): T {
  return Object.assign(newPlain(), properties);
}

const newPlain = newMaker(Object);
