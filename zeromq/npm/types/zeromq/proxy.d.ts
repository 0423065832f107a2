// Written by tests/write_npm.ts.
// deno-lint-ignore-file
import type { Socket } from "./socket.d.ts";
/**
 * Passes on what either of two sockets receives to the other, such as a Router's requests to a Dealer's
 * workers, and their replies. It doesn't receive what the other side has no room for, so nothing is lost.
 */
export declare class ProxyClass<F extends Socket = Socket, B extends Socket = Socket> {
  /**
   * Makes a proxy of two sockets. They may be bound and connected later, but before {@linkcode Proxy.run}.
   *
   * @throws {TypeError} If one of them isn't an object.
   */
  constructor(frontEnd: F, backEnd: B);
  /** The socket on one side. */
  get frontEnd(): F;
  /** The socket on the other side. */
  get backEnd(): B;
  /**
   * Passes messages on until {@linkcode Proxy.terminate} is called, which closes both sockets. They are
   * blocked meanwhile.
   *
   * @throws {Error} EINVAL If one of the sockets is neither bound nor connected.
   * @throws {Error} EBUSY If one of them is blocked already.
   */
  run(): Promise<void>;
  /** Stops passing messages on, which then wait in their queues. */
  pause(): void;
  /** Passes messages on again. */
  resume(): void;
  /**
   * Ends the proxy, and closes both sockets. What has come already is passed on before.
   *
   * @throws {Error} EBADF If it doesn't run.
   */
  terminate(): void;
}
/** Passes on what either of two sockets receives to the other. */
export type Proxy<F extends Socket = Socket, B extends Socket = Socket> = ProxyClass<F, B>;
/** Passes on what either of two sockets receives to the other. */
export declare const Proxy: typeof ProxyClass;
