/** Methods that are others for a while. */

/** Replaces a method until the end of the block. */
export function replaced<T extends object, K extends keyof T>(
  whose: T,
  name: K,
  by: T[K],
): Disposable {
  const own = Object.getOwnPropertyDescriptor(whose, name);
  whose[name] = by;
  const restore = () => own ? Object.defineProperty(whose, name, own) : delete whose[name];
  return { [Symbol.dispose]: () => void restore() };
}

/** The arguments of a method. */
type Arguments<Method> = Method extends (...args: infer A) => unknown ? A : never;

/** Has each call of a method told before it's made, until the end of the block. What is told may throw instead. */
export function watched<T extends object, K extends keyof T>(
  whose: T,
  name: K,
  before: (this: T, ...args: Arguments<T[K]>) => void,
): Disposable {
  const method = whose[name] as (...args: Arguments<T[K]>) => unknown;
  const instead = function (this: T, ...args: Arguments<T[K]>): unknown {
    before.apply(this, args);
    return method.apply(this, args);
  };
  return replaced(whose, name, instead as T[K]);
}
