/** The address at the other end of a connection, by its descriptor. */

import { Kept } from "./memory.ts";
import { libc } from "./libc.ts";
import { loadLibrary } from "./load.ts";

const NAMES = {
  // int getpeername(int sockfd, struct sockaddr *addr, socklen_t *addrlen)
  getpeername: { parameters: ["i32", "pointer", "pointer"], result: "i32" },
} as const;

const AF_INET = 2;
const AF_INET6 = Deno.build.os === "linux" ? 10 : Deno.build.os === "darwin" ? 30 : 28;
/** The BSDs have a byte of length before a family of one byte; Linux has a family of two. */
const FAMILY = Deno.build.os === "linux" ? 0 : 1;

let names: Deno.StaticForeignLibraryInterface<typeof NAMES> | undefined;
let address: Kept | undefined;
let length: Kept | undefined;

/** Host and port of a connection's peer, such as `127.0.0.1:49152`; `undefined` where it has none. */
export function peerAddress(fd: number): string | undefined {
  libc();
  names ??= loadLibrary().open(NAMES);
  address ??= new Kept(128);
  length ??= new Kept(8);
  length.words[0] = 128;
  if (names.getpeername(fd, address.pointer, length.pointer) !== 0) return undefined;
  const { bytes } = address;
  const port = bytes[2] << 8 | bytes[3];
  switch (bytes[FAMILY]) {
    case AF_INET:
      return `${bytes.subarray(4, 8).join(".")}:${port}`;
    case AF_INET6:
      return `${ipv6(bytes.subarray(8, 24))}:${port}`;
  }
  return undefined;
}

/** An IPv6 address in brackets and in its short form, as libzmq writes it. */
function ipv6(bytes: Uint8Array): string {
  if (bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255) {
    return `[::ffff:${bytes.subarray(12).join(".")}]`;
  }
  const words: string[] = [];
  for (let i = 0; i < 16; i += 2) words.push((bytes[i] << 8 | bytes[i + 1]).toString(16));
  return new URL(`http://[${words.join(":")}]`).hostname;
}
