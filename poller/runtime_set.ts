/** The runtime's own epoll: the set in which it waits for its sockets, files and threads. */

import { EPOLL_CTL_DEL, F_GETFD, FD_CLOEXEC } from "../ffi/constants.ts";
import { ENOENT, failedWith } from "../ffi/errno.ts";
import { libcForFiles, libcOfLinux } from "../ffi/libc.ts";

/** Descriptors from here on aren't looked at: the runtime's set is among a process's first. */
const END = 64;

/**
 * Returns the descriptor of the runtime's epoll, or undefined if it can't be identified.
 *
 * Fact: nothing says which epoll is the runtime's. But on the process's first thread the runtime makes its own before
 * anything else can, and one that the process has inherited lacks FD_CLOEXEC.
 * Decision: it's the first epoll below 64 with FD_CLOEXEC. A wrong guess makes a `block` end too soon or too late, by
 * three milliseconds at most.
 * Cost: a search of some system calls, once; in workers it can't be found. `EpollStrategy` says what it saves.
 */
export function runtimeSet(ours: number): number | undefined {
  if (libcOfLinux().gettid?.() !== Deno.pid) return undefined;
  for (let fd = 3; fd < END; fd++) {
    if (isSet(fd, ours) && (libcForFiles().fcntl(fd, F_GETFD) & FD_CLOEXEC) !== 0) return fd;
  }
  return undefined;
}

const event = new Uint8Array(16);

/** Whether `fd` is an epoll: EPOLL_CTL_DEL of what isn't in it fails with ENOENT there, and with EINVAL elsewhere. */
function isSet(fd: number, ours: number): boolean {
  if (fd === ours) return false;
  return libcOfLinux().epoll_ctl(fd, EPOLL_CTL_DEL, ours, event) < 0 && failedWith(ENOENT);
}
