/** Has a TCP connection end by RST. Deno says neither its descriptor nor how to, so FFI finds the one, and does the other. */

import { check } from "../../ffi/errno.ts";
import { loadLibrary } from "../../ffi/load.ts";

const SOL_SOCKET = 1;
const SO_LINGER = 13;
const AT_ONCE = new Uint8Array(new Int32Array([1, 0]).buffer);
/** Room for an address; the port's two bytes begin at the third in each family. */
const ADDRESS_BYTES = 128;

// Opened here: a table opened within a test would be its leak to the sanitizers.
const { getpeername, getsockname, setsockopt } = loadLibrary().open({
  // int getpeername(int sockfd, struct sockaddr *addr, socklen_t *addrlen)
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen)
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen)
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
});

/** From now on, closing the connection resets it, whether or not there is something left to be read. */
export function resetOnClose({ localAddr, remoteAddr }: Deno.TcpConn): void {
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const fd = Number(name);
    if (portOf(getsockname, fd) !== localAddr.port) continue;
    if (portOf(getpeername, fd) !== remoteAddr.port) continue;
    check(() => setsockopt(fd, SOL_SOCKET, SO_LINGER, AT_ONCE, AT_ONCE.length), "setsockopt");
  }
}

function portOf(call: typeof getsockname, fd: number): number | undefined {
  const address = new Uint8Array(ADDRESS_BYTES);
  if (call(fd, address, Uint32Array.of(ADDRESS_BYTES)) < 0) return undefined;
  return address[2] << 8 | address[3];
}
