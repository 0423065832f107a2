/** Objects that take no property that their class doesn't have. */

import { nameShown, nearestName } from "./nearest_name.ts";

/** The prototypes of the library's own classes that take none. */
const own = new WeakSet<object>();

/** Has the instances of a class take no property that it doesn't have; those of classes that derive from it may. */
export function refuseUnknown(prototype: object): void {
  own.add(prototype);
}

/**
 * Lets a class's prototype notice what is set on an instance and isn't there. `errorOf` makes the error for a name.
 *
 * Fact: a property that an object doesn't have is set through its prototypes, of which one may be a Proxy. Failure:
 * `push.lingr = 0` did nothing. Decision: the Proxy stands behind all properties that an object has, so they cost what they
 * did. Where it isn't extensible, an object refuses such a name too, but V8's message can't say which one was meant.
 */
export function noticeUnknown(
  prototype: object,
  errorOf: (object: object, name: string) => TypeError,
): void {
  const above = Object.create(Object.getPrototypeOf(prototype));
  const set: ProxyHandler<object>["set"] = (target, name, value, receiver) => {
    if (typeof name === "string" && !(name in target) && own.has(Object.getPrototypeOf(receiver))) {
      throw errorOf(receiver, name);
    }
    return Reflect.set(target, name, value, receiver);
  };
  Object.setPrototypeOf(prototype, new Proxy(above, { set }));
}

/** Does both for a class whose properties that can be set have these names. */
export function takeOnly(
  { name, prototype }: { readonly name: string; readonly prototype: object },
  names: readonly string[],
): void {
  noticeUnknown(prototype, (_, wrong) => {
    const right = nearestName(wrong, names);
    const hint = right === undefined ? "" : `; did you mean ${right}?`;
    const article = /^[AEIOU]/.test(name) ? "An" : "A";
    return new TypeError(`${article} ${name} has no property ${nameShown(wrong)}${hint}`);
  });
  refuseUnknown(prototype);
  nameInErrors(prototype, name);
}

/**
 * Has V8 name a class in its own errors, such as for setting what has only a getter. Behind a Proxy among the prototypes it
 * doesn't find the constructor, and says `[object Object]`.
 */
export function nameInErrors(prototype: object, name: string): void {
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}
