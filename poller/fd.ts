/** What the backends share: descriptors and their types, time-outs and poll's bits. */

import {
  F_GETFD,
  F_GETFL,
  F_SETFL,
  FIOCLEX,
  O_ACCMODE,
  O_APPEND,
  O_RDONLY,
  O_WRONLY,
  POLLIN,
  POLLOUT,
  S_IFBLK,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "../ffi/constants.ts";
import { check } from "../ffi/errno.ts";
import { libc, libcForFiles, libcForPipes, openAny } from "../ffi/libc.ts";
import { usize } from "../ffi/memory.ts";
import { ERROR, HANGUP, READABLE, WRITABLE } from "./backend.ts";

/** What an interest can ask for. */
export const REQUESTABLE = READABLE | WRITABLE;
/** What is reported whatever the interest is. */
export const ALWAYS_REPORTED = ERROR | HANGUP;

const INT_MAX = 0x7fffffff;

/** Throws if it can't be a descriptor's number. */
export function assertDescriptor(fd: number): void {
  if (!Number.isInteger(fd)) throw new TypeError("A file descriptor is an integer");
  if (fd < 0 || fd > INT_MAX) throw new RangeError(`${fd} is no file descriptor`);
}

/**
 * Returns a time-out in whole ms, rounded up: rounded down, the last fraction of a ms would be spent in a busy loop. Only
 * -1 itself means no limit, so that a deadline just passed doesn't become an endless wait.
 */
export function roundUpTimeout(timeout: number): number {
  if (timeout === -1) return -1;
  return timeout > 0 ? Math.min(Math.ceil(timeout), INT_MAX) : 0;
}

/** Interest as poll's bits, which epoll has as well. */
export function toPollEvents(interest: number): number {
  return ((interest & READABLE) !== 0 ? POLLIN : 0) | ((interest & WRITABLE) !== 0 ? POLLOUT : 0);
}

/** Poll's and epoll's bits as readiness: IN 1, OUT 4, ERR 8 and HUP 16 become 1, 2, 4 and 8. */
export function toReadiness(bits: number): number {
  return (bits & 1) | ((bits >> 1) & 14);
}

const one = new Int32Array(2);

/** Calls poll(2) for one descriptor, without waiting. */
export function pollNow(fd: number, bits: number): number {
  one[0] = fd;
  one[1] = bits;
  check(() => libc().poll(one, 1n, 0), "poll");
  return one[1] >>> 16;
}

/** Which of some descriptors are readable now, by their places. */
export function areReadable(fds: readonly number[]): number[] {
  const array = new Int32Array(2 * fds.length);
  fds.forEach((fd, at) => {
    array[2 * at] = fd;
    array[2 * at + 1] = POLLIN;
  });
  check(() => libc().poll(array, BigInt(fds.length), 0), "poll");
  const readable = (at: number) => (array[2 * at + 1] >>> 16 & POLLIN) !== 0;
  return [...fds.keys()].filter(readable);
}

/**
 * Blocks this thread until one descriptor is readable or `timeout` ms are over; may also end for no reason. Returns whether
 * it's readable.
 */
export function blockUntilReadable(fd: number, timeout: number): boolean {
  one[0] = fd;
  one[1] = POLLIN; // the lower half; what came back before is cleared with it
  return libc().poll(one, 1n, Math.ceil(timeout)) > 0;
}

/**
 * Whether a descriptor is open.
 *
 * Fact: asked for no event, macOS's poll(2) doesn't look at the descriptor. Failure: poll and select took what wasn't
 * open, and waited for it. Decision: fcntl(2) is asked, which says it everywhere. Cost: none.
 */
export function isOpen(fd: number): boolean {
  return libcForFiles().fcntl(fd, F_GETFD) !== -1;
}

/**
 * Throws EMFILE, in the name of a call, unless that many descriptors can be opened.
 *
 * Fact: without descriptors, some calls of libzmq end the process by an assertion: zmq_bind looks up interfaces, and a
 * context's first zmq_socket starts threads, each with two. Failure: a server at its limit of open files was gone, and no
 * error could be caught. Decision: so many are opened and closed before. Cost: half a microsecond for each, at rare calls;
 * and a thread that takes the last one in between isn't noticed.
 */
export function assertDescriptors(count: number, call: string, about?: { address: string }): void {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(check(openAny, call, about));
  } finally {
    for (const fd of opened) libc().close(fd);
  }
}

/**
 * The type of a descriptor. A file never has to wait (regular files, directories, block devices). For a pipe it matters
 * which end it is; it may be both.
 */
export type FileType = "file" | "read end" | "write end" | "both ends" | "socket" | "other";

/** Larger than any system's struct stat. */
const stat = new Uint8Array(512);

/** Returns the type of a descriptor; `undefined` if it isn't open. */
export function fileType(fd: number): FileType | undefined {
  const { fstat, fcntl } = libcForFiles();
  if (fstat(fd, stat) !== 0) return undefined;
  switch ((stat[MODE] | (stat[MODE + 1] << 8)) & S_IFMT) {
    case S_IFREG:
    case S_IFDIR:
    case S_IFBLK:
      return "file";
    case S_IFIFO: {
      const access = fcntl(fd, F_GETFL) & O_ACCMODE;
      return access === O_RDONLY ? "read end" : access === O_WRONLY ? "write end" : "both ends";
    }
    case S_IFSOCK:
      return "socket";
    default:
      return "other";
  }
}

/**
 * Marks the open file behind a descriptor of libzmq's, on Linux. Another file that has its number later isn't marked.
 *
 * Fact: files without a name, as an eventfd is, have one inode in common, so fstat(2) doesn't tell them apart. But their flags
 * belong to the open file, and O_APPEND has no effect on these. Cost: two system calls.
 */
export function mark(fd: number): void {
  const { fcntl, fcntl_with } = libcForFiles();
  const flags = fcntl(fd, F_GETFL);
  if (flags !== -1) fcntl_with(fd, F_SETFL, flags | O_APPEND);
}

/** Whether a descriptor's open file was marked. */
export function isMarked(fd: number): boolean {
  const flags = libcForFiles().fcntl(fd, F_GETFL);
  return flags !== -1 && (flags & O_APPEND) !== 0 && fileType(fd) === "other";
}

/** The offset of st_mode in struct stat. Its lower 16 bits come first everywhere. */
const MODE = Deno.build.os === "darwin"
  ? 4
  : Deno.build.os === "linux" && Deno.build.arch === "aarch64"
  ? 16
  : 24;

/** Opens a pipe that programs that are started don't inherit. Returns the end to read, and the one to write. */
export function openPipe(): [read: number, write: number] {
  // Fact: O_NONBLOCK needs fcntl with a variable argument, which can't be called on Apple's arm64. Decision: pipes are left
  // blocking, and are read and written only where neither blocks.
  const ends = new Int32Array(2);
  check(() => libcForPipes().pipe(ends), "pipe");
  ends.forEach(closeOnExec);
  return [ends[0], ends[1]];
}

/** Keeps a descriptor from the programs that this one starts. */
export function closeOnExec(fd: number): void {
  check(() => libcForPipes().ioctl(fd, usize(FIOCLEX)), "ioctl");
}
