/** The default context, which is one for the whole process: workers find the same. */

import { ContextCore } from "../context.ts";
import { F_GETFL, ZMQ_LINGER } from "../ffi/constants.ts";
import { libc, libcForFiles } from "../ffi/libc.ts";
import { joinShared, type Shared } from "../ffi/shared.ts";
import { Handle, setBytes } from "../socket/core.ts";

/** What a worker's sockets have sent just before its end has so many ms to arrive, whatever their linger. */
const GRACE = 1000;
/** How long the process's end waits, in ms, for sockets that would wait for ever, while other isolates have theirs. */
const LONGEST = 10_000;
const WARN_AFTER = 500;

/** A socket that was left open at the end. */
interface Left {
  readonly fd: number;
  readonly linger: number;
}

/** The engine's context, shared with all isolates of the process that use this module. */
export class SharedCore extends ContextCore {
  #shared: Shared | undefined;
  #left: Left[] = [];

  protected override begin(): Deno.PointerObject {
    this.#shared = joinShared("zeromq", () => super.begin());
    return this.#shared?.pointer ?? super.begin();
  }

  override close(): void {
    if (!this.closed && this.#shared?.others()) {
      for (const member of this.members) {
        if (!(member instanceof Handle)) continue;
        const linger = member.getInt(ZMQ_LINGER, "linger");
        this.#left.push({ fd: member.fd, linger });
        // The worker's function has returned without closing them, and the context goes on.
        if (linger === 0 && !isMain()) setBytes(member.pointer, ZMQ_LINGER, "linger", bytes(GRACE));
      }
    }
    super.close();
  }

  protected override end(pointer: Deno.PointerObject): void {
    if (this.#shared === undefined || this.#shared.leave()) return super.end(pointer);
    // Terminating it would wait for the other isolates' sockets, too. A worker's messages go on in the
    // background; the main isolate waits here, for its own.
    if (isMain()) this.#waitForOwn();
  }

  /** Waits until libzmq has given back the descriptors of the sockets that were open. */
  #waitForOwn(): void {
    const { fcntl } = libcForFiles();
    const started = performance.now();
    let waiting = this.#left.map(({ fd, linger }) => ({
      fd,
      limit: linger < 0 ? LONGEST : linger,
    }));
    let warned = false;
    for (;;) {
      const now = performance.now() - started;
      waiting = waiting.filter(({ fd, limit }) => now <= limit && fcntl(fd, F_GETFL) !== -1);
      if (waiting.length === 0) return;
      if (now > WARN_AFTER && !warned) {
        warned = true;
        if (this.saying !== undefined) console.error(this.saying);
      }
      libc().poll(new Uint8Array(8), 0n, 1);
    }
  }
}

function bytes(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}

function isMain(): boolean {
  return Object.prototype.toString.call(globalThis) === "[object Window]";
}
