/** What the directions of traffic share: the socket in its Poller, and the patience with it. */

import type { Interest, Poller, PollerTimer, Ready } from "../../mod.ts";
import type { AnySocket } from "./types.ts";

/** What is done when a source is ready. It's the key under which the source stands in the Poller. */
export type Handler = (ready: Ready<Handler>) => void;

/** Traffic, as the loop sees it. */
export interface Flow {
  readonly done: boolean;
  /** It waits for nothing but the other side. */
  readonly waiting: boolean;
  /** Takes nothing more, and is done as soon as what is in hand was passed on. */
  stop(): void;
}

/** A socket in a Poller. Each direction says for itself whether it waits for the socket. */
export class Wire {
  onReadable: () => void = () => {};
  onWritable: () => void = () => {};
  readonly #interest = { readable: false, writable: false };

  constructor(readonly poller: Poller<Handler>, readonly socket: AnySocket) {
    const key: Handler = ({ readable, writable }) => {
      // The first may have changed the second's mind.
      if (readable && this.#interest.readable) this.onReadable();
      if (writable && this.#interest.writable) this.onWritable();
    };
    poller.add(socket, { key });
    poller.modify(socket, this.#interest);
  }

  /** Changes what is said, and leaves the rest as it is. */
  watch(interest: Interest): void {
    Object.assign(this.#interest, interest);
    this.poller.modify(this.socket, this.#interest);
  }
}

/** How long zmqcat waits for the other side: a timer that every message starts anew. */
export class Patience {
  readonly #timer: PollerTimer<Handler> | undefined;

  /** `over` is called when the time is over: without a time, never. */
  constructor(poller: Poller<Handler>, time: number | undefined, over: () => void) {
    if (time !== undefined) this.#timer = poller.addTimer(time, { key: over });
  }

  renew(): void {
    this.#timer?.reset();
  }
}
