/** What makes our classes behave as zeromq.js's native ones do. */

const { Proxy: ObjectProxy } = globalThis;

/** A class whose call without `new` has the text that native classes' have. */
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

/** The setter of a property that can only be read: its error names the native class, whatever the object's own is. */
export function refusing(kind: string, name: string): (value: unknown) => never {
  return () => {
    throw new TypeError(`Cannot set property ${name} of #<${kind}> which has only a getter`);
  };
}

/** Has getters of a class refuse to be set with zeromq.js's text. */
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
