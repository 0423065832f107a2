/** The set of descriptors in which the runtime itself waits for its sockets, files and threads. */

import { EPOLL_CTL_DEL, F_GETFD, FD_CLOEXEC, POLLIN } from "../ffi/constants.ts";
import { ENOENT, failedWith } from "../ffi/errno.ts";
import { libc, libcForFiles, libcOfLinux } from "../ffi/libc.ts";
import { usize } from "../ffi/memory.ts";

/** Descriptors from here on aren't looked at: the runtime's set is among a process's first. */
const END = 64;

/**
 * The descriptor of the runtime's set, or undefined where it can't be told.
 *
 * The system doesn't say whose a set is. But on the process's first thread the runtime makes its own before anything else
 * can make one; and what was there before the process began, is a descriptor that programs inherit, which
 * no runtime's is.
 */
export function runtimeSet(ours: number): number | undefined {
  if (libcOfLinux().gettid?.() !== Deno.pid) return undefined;
  for (let fd = 3; fd < END; fd++) {
    if (isSet(fd, ours) && (libcForFiles().fcntl(fd, F_GETFD) & FD_CLOEXEC) !== 0) return fd;
  }
  return undefined;
}

/** Whether a set has something to tell; nothing is taken from it. */
export function isReadable(set: number): boolean {
  row[0] = set;
  return libc().poll(row, usize(1), 0) === 1;
}

const row = new Int32Array([0, POLLIN]);
const event = new Uint8Array(16);

/** To take a descriptor out of a set that it isn't in fails in another way than to take it out of what is no set. */
function isSet(fd: number, ours: number): boolean {
  if (fd === ours) return false;
  return libcOfLinux().epoll_ctl(fd, EPOLL_CTL_DEL, ours, event) < 0 && failedWith(ENOENT);
}
