/** The wakeup descriptor, which this thread makes readable to end a wait of a pool thread. */

import { check } from "../ffi/errno.ts";
import { openEventfd } from "../ffi/eventfd.ts";
import { addExitCleanup, removeExitCleanup } from "../process/thread_exit.ts";
import { libc } from "../ffi/libc.ts";
import { HAS_LINUX_CALLS } from "../ffi/system.ts";
import { openPipe } from "./fd.ts";

/** What is written: an eventfd requires exactly 8 bytes, and a pipe accepts them as well. */
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

/** An eventfd on Linux, a pipe elsewhere. */
export class Wakeup {
  /** The descriptor to watch for READABLE. */
  readonly fd: number;
  readonly #end: number;
  /** It was signalled, and not drained since. */
  #signalled = false;
  readonly #drained = new Uint8Array(8);

  /** Opens the descriptors. */
  constructor(kind: "eventfd" | "pipe" = HAS_LINUX_CALLS ? "eventfd" : "pipe") {
    if (kind === "eventfd") {
      this.fd = openEventfd();
      this.#end = this.fd;
      addExitCleanup("close", this.fd);
    } else {
      // `#signalled` keeps at most 8 bytes in it, and it's read only while they are there, so neither call ever blocks.
      [this.fd, this.#end] = openPipe();
    }
  }

  /** Makes the descriptor readable. Costs one system call, and none if it's readable already. */
  signal(): void {
    if (this.#signalled) return;
    check(() => Number(libc().write(this.#end, ONE, 8n)), "write");
    this.#signalled = true;
  }

  /** Undoes `signal`. */
  drain(): void {
    if (!this.#signalled) return;
    check(() => Number(libc().read(this.fd, this.#drained, 8n)), "read");
    this.#signalled = false;
  }

  /** Closes the descriptors. */
  close(): void {
    removeExitCleanup("close", this.fd);
    libc().close(this.fd);
    if (this.#end !== this.fd) libc().close(this.#end);
  }
}
