/** File descriptors for tests: pipes, socket pairs, duplicates, and what the process has open. */

import { FIOCLEX } from "../ffi/constants.ts";
import { check } from "../ffi/errno.ts";
import { libc, libcForFiles, libcForPipes, libcOfLinux } from "../ffi/libc.ts";
import { loadLibrary } from "../ffi/load.ts";
import { usize } from "../ffi/memory.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { pollNow, toPollEvents, toReadiness } from "../poller/fd.ts";
import { HAS_LINUX_CALLS } from "../ffi/system.ts";

// All tables are opened here: one opened within a test would be its leak to the sanitizers.
libc();
libcForFiles();
libcForPipes();
if (HAS_LINUX_CALLS) libcOfLinux();
const functions = loadLibrary().open({
  // int socketpair(int domain, int type, int protocol, int sv[2])
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  // int dup(int oldfd)
  dup: { parameters: ["i32"], result: "i32" },
  // int dup2(int oldfd, int newfd)
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen)
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  // int getrlimit(int resource, struct rlimit *rlim)
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  // int setrlimit(int resource, const struct rlimit *rlim)
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
});

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const RLIMIT_NOFILE = Deno.build.os === "linux" ? 7 : 8;

/** Two connected descriptors, closed at the end of the block. */
export class Pair implements Disposable {
  readonly #open: Set<number>;

  constructor(
    /** Where one reads. */
    readonly read: number,
    /** Where one writes; of a socket pair, the other socket. */
    readonly write: number,
  ) {
    this.#open = new Set([read, write]);
    for (const fd of this.#open) check(() => libcForPipes().ioctl(fd, usize(FIOCLEX)), "ioctl");
  }

  /** Closes one of the two. */
  close(fd: number): void {
    if (!this.#open.delete(fd)) throw new Error(`${fd} isn't open`);
    closeFd(fd);
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open) closeFd(fd);
    this.#open.clear();
  }
}

/** A pipe. */
export function pipe(): Pair {
  const ends = new Int32Array(2);
  check(() => libcForPipes().pipe(ends), "pipe");
  return new Pair(ends[0], ends[1]);
}

/** Two connected sockets. */
export function socketPair(): Pair {
  const ends = new Int32Array(2);
  check(() => functions.socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
  return new Pair(ends[0], ends[1]);
}

export function closeFd(fd: number): void {
  check(() => libc().close(fd), "close");
}

/** Another number for the same open file. */
export function duplicate(fd: number): number {
  return check(() => functions.dup(fd), "dup");
}

/** Makes `number` another name of the file of `fd`; what it named before is closed. */
export function duplicateTo(fd: number, number: number): number {
  return check(() => functions.dup2(fd, number), "dup2");
}

/** Writes that many bytes. */
export function put(fd: number, bytes = 1): void {
  check(() => Number(libc().write(fd, new Uint8Array(bytes), BigInt(bytes))), "write");
}

/** Reads what is there, up to `bytes`, and returns how much it was. */
export function take(fd: number, bytes = 1): number {
  return check(() => Number(libc().read(fd, new Uint8Array(bytes), BigInt(bytes))), "read");
}

/** What a descriptor is ready for at this moment, as poll(2) says without any of our sets. */
export function readiness(fd: number): number {
  return toReadiness(pollNow(fd, toPollEvents(READABLE | WRITABLE)));
}

/** Writes until there is no room. */
export function fill(fd: number): void {
  while ((readiness(fd) & WRITABLE) !== 0) put(fd, 512);
}

/** Reads until nothing is left. */
export function drain(fd: number): void {
  while ((readiness(fd) & READABLE) !== 0 && take(fd, 65536) > 0);
}

/** How many descriptors the process may have. */
export function descriptorLimit(): number {
  const limits = new BigUint64Array(2);
  check(() => functions.getrlimit(RLIMIT_NOFILE, limits), "getrlimit");
  return Number(limits[0] > 1_000_000n ? 1_000_000n : limits[0]);
}

/** Has no descriptor opened any more whose number isn't below that; those that are open stay so. */
export function limitDescriptors(number: number): void {
  const limits = new BigUint64Array(2);
  check(() => functions.getrlimit(RLIMIT_NOFILE, limits), "getrlimit");
  limits[0] = BigInt(number);
  check(() => functions.setrlimit(RLIMIT_NOFILE, limits), "setrlimit");
}

/** A number so high that no one else gets it by chance, and which isn't open. */
export function unusedNumber(): number {
  return Math.min(descriptorLimit(), 65536) - 1;
}

/** How many connections may wait at a descriptor that listens, on Linux. */
export function backlogOf(fd: number): number {
  const [IPPROTO_TCP, TCP_INFO, TCPI_SACKED] = [6, 11, 7];
  const info = new Uint32Array(26);
  const size = Uint32Array.of(info.byteLength);
  check(() => functions.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, size), "getsockopt");
  return info[TCPI_SACKED]; // of one that listens
}

/** What the process has open, on Linux: each descriptor with what it is. */
export function openDescriptors(): string[] {
  const open: string[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      open.push(`${name} ${Deno.readLinkSync(`/proc/self/fd/${name}`)}`);
    } catch (error) {
      // The one through which the folder was read is gone by now.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return open.sort();
}

/**
 * What the process has open beyond `before`. (Fewer than before is no fault: libzmq's threads close
 * what earlier tests used when they come to it.)
 */
export function openedSince(before: readonly string[]): string[] {
  return openDescriptors().filter((open) => !before.includes(open));
}

/** Of a program: tries something with no descriptor left, then with one, and so on, until it works, and prints what each try has said. */
export const STEP_BY_STEP = `
  import { closeSync, openSync } from "node:fs";
  import { limitDescriptors } from "$ROOT/tests/fds.ts";
  // Half a second after its start Deno needs descriptors itself, for signals, and panics without.
  const nothing = () => {};
  Deno.addSignalListener("SIGUSR2", nothing);
  Deno.removeSignalListener("SIGUSR2", nothing);
  async function stepByStep(body) {
    const held = [];
    do held.push(openSync("/dev/null", "r")); while (held.at(-1) < 59);
    limitDescriptors(60);
    for (;;) {
      try {
        await body();
        return console.log("works");
      } catch (error) {
        console.log(error.code, error.call);
        closeSync(held.pop());
      }
    }
  }
`;
