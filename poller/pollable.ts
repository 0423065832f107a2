/** What a Poller can watch beside descriptors: an object with the key of its source. */

/** The key of the member by which an object, such as a socket, can be added to a {@linkcode Poller}. */
export const pollable: unique symbol = Symbol("deno-zmq.pollable");

/** An object that a {@linkcode Poller} can watch. Every socket of this library is one. */
export interface Pollable {
  /** What the Poller watches. Belongs to the library. */
  readonly [pollable]: object;
}
