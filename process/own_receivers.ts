/** Where sockets of this isolate receive: once it ends, no one takes what was sent there. */

/** How many addresses are known at most: the latest. A program may bind to new ones without end. */
const MOST = 1000;

const places = new Set<string>();

/** Notes that a socket that receives was bound to an address, as libzmq has resolved it. */
export function noteReceiver(address: string): void {
  const place = placeOf(address);
  // Behind the others, if it's there already.
  places.delete(place);
  places.add(place);
  if (places.size > MOST) places.delete(places.values().next().value!);
}

/** Undoes that: the socket was unbound, and another process may be bound there. */
export function forgetReceiver(address: string): void {
  places.delete(placeOf(address));
}

/** Whether what was sent to these addresses was for sockets of this isolate. */
export function areOwn(addresses: readonly string[]): boolean {
  return addresses.length > 0 && addresses.every((address) => places.has(placeOf(address)));
}

/** An address in one way of writing: loopback's addresses and the wildcards meet. */
function placeOf(address: string): string {
  const match = /^(\w+):\/\/(?:localhost|127\.[\d.]+|\[::1?\]|0\.0\.0\.0|\*):(\d+)(?:\/.*)?$/
    .exec(address);
  return match === null ? address : `${match[1]} ${Number(match[2])}`;
}
