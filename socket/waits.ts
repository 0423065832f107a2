/** The options of a socket's waits, beside those that every wait has. Types only. */

import type { WaitOptions } from "../poller/wait_options.ts";

/** How long a receive may wait, what can end it, and whether the process waits with it. */
export interface ReceiveOptions extends WaitOptions {
  /**
   * Whether the receive keeps the process alive while it waits. Without that, a program whose other work is done ends, and
   * the receive with it. While something else in this isolate waits for a socket, a descriptor or a time, its
   * message is received as soon as any other; while nothing does, up to 25 ms after it came. Awaited at a module's top
   * level with nothing else to do, it ends the program with an error of Deno's. Default true.
   */
  ref?: boolean;
}
