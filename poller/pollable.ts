/** What a Poller can watch beside descriptors: an object that has a source. */

/**
 * The key of the member that lets a {@linkcode Poller} watch an object, such as a socket.
 *
 * @internal
 */
export const pollable: unique symbol = Symbol("deno-zmq.pollable");

/** An object that a {@linkcode Poller} can watch. Every socket of this library is one. */
export interface Pollable {
  /**
   * The source that the Poller watches.
   *
   * @internal
   */
  readonly [pollable]: object;
}
