/** The default context, which is one for the whole process: workers find the same. */

import { ContextCore, type Member } from "../context.ts";
import { ZMQ_LINGER } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import { joinShared, type Shared } from "../ffi/shared.ts";
import { fileType } from "../poller/file_type.ts";
import { Handle, setBytes } from "../socket/core.ts";

/** What a worker's sockets have sent just before its end has so many ms to arrive, whatever their linger. */
const GRACE = 1000;
/** How long the process's end waits at most, in ms, while other isolates have sockets of theirs. */
const LONGEST = 10_000;
const WARN_AFTER = 500;

/** A socket that was closed, and may still have messages to send. */
interface Lingering {
  readonly fd: number;
  /** When its linger is over; Infinity for one without end. */
  readonly until: number;
}

/** With more of them than this, those that have gone are forgotten. */
const MANY = 64;

/** The engine's context, shared with all isolates of the process that use this module. */
export class SharedCore extends ContextCore {
  #shared: Shared | undefined;
  #lingering: Lingering[] = [];

  protected override begin(): Deno.PointerObject {
    this.#shared = joinShared("zeromq", () => super.begin());
    return this.#shared?.pointer ?? super.begin();
  }

  override add(member: Member): void {
    super.add(member);
    // Its descriptor's number was another's before, which has gone.
    if (this.#lingering.length > 0 && member instanceof Handle) {
      this.#lingering = this.#lingering.filter(({ fd }) => fd !== member.fd);
    }
  }

  override remove(member: Member): void {
    if (member instanceof Handle && this.#shared?.others()) {
      const linger = member.getInt(ZMQ_LINGER, "linger");
      const until = linger < 0 ? Infinity : performance.now() + linger;
      if (linger !== 0) this.#lingering.push({ fd: member.fd, until });
      if (this.#lingering.length > MANY) this.#forgetGone();
    }
    super.remove(member);
  }

  override close(): void {
    if (!this.closed && !isMain() && this.#shared?.others()) {
      // The worker's function has returned without closing its sockets, and the context goes on.
      for (const member of this.members) {
        if (!(member instanceof Handle) || member.getInt(ZMQ_LINGER, "linger") !== 0) continue;
        setBytes(member.pointer, ZMQ_LINGER, "linger", bytes(GRACE));
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

  /** Forgets those whose descriptors libzmq has given back, or whose time is over. */
  #forgetGone(): void {
    const now = performance.now();
    // A number that came back as a file's, a connection's or a pipe's is no socket's of libzmq's any more.
    this.#lingering = this.#lingering.filter(({ fd, until }) =>
      now <= until && fileType(fd) === "other"
    );
  }

  #waitForOwn(): void {
    const started = performance.now();
    let warned = false;
    for (this.#forgetGone(); this.#lingering.length > 0; this.#forgetGone()) {
      const waited = performance.now() - started;
      if (waited > LONGEST) return;
      if (waited > WARN_AFTER && !warned) {
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
