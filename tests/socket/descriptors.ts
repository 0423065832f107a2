/** Listening descriptors of the tests' own, and what the system knows of a socket. For Linux. */

import { check } from "../../ffi/errno.ts";
import { listens } from "../../ffi/libc.ts";
import { loadLibrary } from "../../ffi/load.ts";
import { openedSince } from "../fds.ts";

// Opened here: a table bound within a test would be its leak to the sanitizers.
const functions = loadLibrary().open({
  // int socket(int domain, int type, int protocol)
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen)
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // int listen(int sockfd, int backlog)
  listen: { parameters: ["i32", "i32"], result: "i32" },
  // int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen)
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen)
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
});

if (Deno.build.os === "linux") listens(0);

const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;

/** A descriptor that listens on a port of the loopback interface. It's the caller's to pass on or to close. */
export function listenOnTcp(): { fd: number; port: number } {
  const address = new Uint8Array(16);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_INET;
  address.set([127, 0, 0, 1], 4);
  const fd = listenOn(AF_INET, address);
  check(() => functions.getsockname(fd, address, new Uint32Array([address.length])), "getsockname");
  return { fd, port: new DataView(address.buffer).getUint16(2) };
}

/** A descriptor that listens at a path. */
export function listenOnIpc(path: string): number {
  const text = new TextEncoder().encode(`${path}\0`);
  const address = new Uint8Array(2 + text.length);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
  address.set(text, 2);
  return listenOn(AF_UNIX, address);
}

function listenOn(domain: number, address: Uint8Array<ArrayBuffer>): number {
  const fd = newSocket(domain);
  check(() => functions.bind(fd, address, address.length), "bind");
  check(() => functions.listen(fd, 10), "listen");
  return fd;
}

/** A descriptor of a socket that doesn't listen. */
export function newSocket(domain: number = AF_INET): number {
  return check(() => functions.socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

/** An option of each of the system's sockets that were opened since, where they have it: its bytes. */
export function socketOptionsSince(
  before: readonly string[],
  level: number,
  option: number,
): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const opened of openedSince(before)) {
    if (!opened.includes(" socket:")) continue;
    const value = new Uint8Array(16);
    const length = new Uint32Array([value.length]);
    if (functions.getsockopt(parseInt(opened), level, option, value, length) === 0) {
      found.push(value.subarray(0, length[0]));
    }
  }
  return found;
}
