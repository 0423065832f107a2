/**
 * Descriptors that Deno has no names for, opened through foreign functions: a folder that is watched,
 * a clock, a pipe, a pseudo terminal. For Linux.
 *
 * The C library's functions are visible through libzmq's handle, so no other library is named, and no
 * other permission is needed.
 */

import { libraryPath } from "../mod.ts";

const { symbols: c } = Deno.dlopen(libraryPath, {
  // ssize_t read(int fd, void *buf, size_t count)
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // ssize_t write(int fd, const void *buf, size_t count)
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // int close(int fd)
  close: { parameters: ["i32"], result: "i32" },
  // int open(const char *pathname, int flags, ...)
  open: { parameters: ["buffer", "i32"], result: "i32" },
  // int pipe2(int pipefd[2], int flags)
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  // int inotify_init1(int flags)
  inotify_init1: { parameters: ["i32"], result: "i32" },
  // int inotify_add_watch(int fd, const char *pathname, uint32_t mask)
  inotify_add_watch: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // int timerfd_create(int clockid, int flags)
  timerfd_create: { parameters: ["i32", "i32"], result: "i32" },
  // int timerfd_settime(int fd, int flags, const struct itimerspec *new_value, struct itimerspec *old_value)
  timerfd_settime: { parameters: ["i32", "i32", "buffer", "pointer"], result: "i32" },
  // int posix_openpt(int flags)
  posix_openpt: { parameters: ["i32"], result: "i32" },
  // int grantpt(int fd)
  grantpt: { parameters: ["i32"], result: "i32" },
  // int unlockpt(int fd)
  unlockpt: { parameters: ["i32"], result: "i32" },
  // int ptsname_r(int fd, char *buf, size_t buflen)
  ptsname_r: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  // int zmq_errno(void)
  zmq_errno: { parameters: [], result: "i32" },
});

const O_RDWR = 2;
const O_NOCTTY = 0o400;
/** Programs that are started don't inherit what they aren't given. The same for all of these calls. */
const CLOEXEC = 0o2000000;
const IN_CLOSE_WRITE = 8;
const CLOCK_MONOTONIC = 1;
const EIO = 5;

function check(result: number, call: string): number {
  if (result < 0) throw new Error(`${call} failed with errno ${c.zmq_errno()}`);
  return result;
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** An open descriptor, closed at the end of its block. Remove it from its Poller before. */
export class Descriptor implements Disposable {
  #open = true;

  constructor(readonly fd: number) {}

  /** Reads what is there, which a Poller says; `null` at the end. Would block where nothing is there. */
  read(): Uint8Array<ArrayBuffer> | null {
    const buffer = new Uint8Array(4096);
    const count = Number(c.read(this.fd, buffer, BigInt(buffer.length)));
    // A terminal whose other side has gone says so by an error.
    if (count < 0 && c.zmq_errno() === EIO) return null;
    return check(count, "read") === 0 ? null : buffer.subarray(0, count);
  }

  /** Writes a text. */
  write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    check(Number(c.write(this.fd, bytes, BigInt(bytes.length))), "write");
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    c.close(this.fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Becomes readable when a file in a folder was written and closed. */
export class WatchedFolder extends Descriptor {
  constructor(path: string) {
    super(check(c.inotify_init1(CLOEXEC), "inotify_init1"));
    check(c.inotify_add_watch(this.fd, cString(path), IN_CLOSE_WRITE), "inotify_add_watch");
  }

  /** The names of the files. */
  names(): string[] {
    const bytes = this.read()!;
    const view = new DataView(bytes.buffer);
    const names: string[] = [];
    // struct inotify_event: four numbers, of which the last says how long the padded name behind them is.
    for (let at = 0; at < bytes.length;) {
      const length = view.getUint32(at + 12, true);
      const name = new TextDecoder().decode(bytes.subarray(at + 16, at + 16 + length));
      names.push(name.replace(/\0+$/, ""));
      at += 16 + length;
    }
    return names;
  }
}

/** Becomes readable every so many ms. */
export class Clock extends Descriptor {
  constructor(interval: number) {
    super(check(c.timerfd_create(CLOCK_MONOTONIC, CLOEXEC), "timerfd_create"));
    const seconds = BigInt(Math.floor(interval / 1000));
    const nanoseconds = BigInt(Math.floor((interval % 1000) * 1e6));
    // struct itimerspec: how often, and the first time.
    const times = new BigInt64Array([seconds, nanoseconds, seconds, nanoseconds]);
    check(c.timerfd_settime(this.fd, 0, new Uint8Array(times.buffer), null), "timerfd_settime");
  }

  /** How often it has fired since the last time it was asked. */
  ticks(): number {
    return Number(new BigUint64Array(this.read()!.slice().buffer)[0]);
  }
}

/** A pipe: what is written to one end can be read from the other. */
export function pipe(): { reading: Descriptor; writing: Descriptor } {
  const ends = new Int32Array(2);
  check(c.pipe2(ends, CLOEXEC), "pipe2");
  return { reading: new Descriptor(ends[0]), writing: new Descriptor(ends[1]) };
}

/** Opens a device, such as a serial line. It doesn't become the program's terminal. */
export function openDevice(path: string): Descriptor {
  return new Descriptor(check(c.open(cString(path), O_RDWR | O_NOCTTY | CLOEXEC), "open"));
}

/** A pseudo terminal: a program that has `inside` as its terminal can be talked to by `outside`. */
export function terminal(): { outside: Descriptor; inside: Descriptor } {
  const outside = check(c.posix_openpt(O_RDWR | O_NOCTTY | CLOEXEC), "posix_openpt");
  check(c.grantpt(outside), "grantpt");
  check(c.unlockpt(outside), "unlockpt");
  const name = new Uint8Array(64);
  if (c.ptsname_r(outside, name, BigInt(name.length)) !== 0) throw new Error("ptsname_r failed");
  const inside = check(c.open(name, O_RDWR | O_NOCTTY | CLOEXEC), "open");
  return { outside: new Descriptor(outside), inside: new Descriptor(inside) };
}
