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

/** Has each call of a method told before it's made, until the end of the block. What is told may throw instead. */
export function watched<
  K extends PropertyKey,
  A extends unknown[],
  R,
  T extends Record<K, (...args: A) => R>,
>(
  whose: T,
  name: K,
  before: (this: T, ...args: A) => void,
): Disposable {
  const method = whose[name];
  return replaced(
    whose,
    name,
    function (this: T, ...args: A): R {
      before.apply(this, args);
      return method.apply(this, args);
    } as T[K],
  );
}
