/** Functions that make our classes behave as zeromq.js's native ones. */

const { Proxy: ObjectProxy } = globalThis;

/** Returns a class whose call without `new` throws what native classes throw. */
export function native<T extends object & { prototype: object }>(base: T): T {
  const wrapped = new ObjectProxy(base, {
    apply() {
      throw new TypeError("Class constructors cannot be invoked without 'new'");
    },
  });
  Object.defineProperty(base.prototype, "constructor", {
    value: wrapped,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  return wrapped;
}

/** Returns the setter of a read-only property. Its error names the native class, whatever the object's own class is. */
export function refusing(kind: string, name: string): (value: unknown) => never {
  return () => {
    throw new TypeError(`Cannot set property ${name} of #<${kind}> which has only a getter`);
  };
}

/** Makes setting a class's getters throw zeromq.js's error. */
export function readOnly(prototype: object, kind: string, names: readonly string[]): void {
  for (const name of names) {
    const { get } = Object.getOwnPropertyDescriptor(prototype, name)!;
    Object.defineProperty(prototype, name, {
      get,
      set: refusing(kind, name),
      enumerable: false,
      configurable: false,
    });
  }
}
