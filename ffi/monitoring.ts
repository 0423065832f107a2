/** What monitoring a socket needs: the numbers of events, and the address of a connection's peer. */

import { bindExtra } from "./libc.ts";
import { onFirstUse } from "./load.ts";
import { PinnedBuffer } from "./memory.ts";

/** libzmq's numbers of events, by this library's names for them. */
export const EVENTS = {
  "connect": 0x0001,
  "connect:delay": 0x0002,
  "connect:retry": 0x0004,
  "bind": 0x0008,
  "bind:error": 0x0010,
  "accept": 0x0020,
  "accept:error": 0x0040,
  "close": 0x0080,
  "close:error": 0x0100,
  "disconnect": 0x0200,
  "end": 0x0400,
  "handshake:error:other": 0x0800,
  "handshake": 0x1000,
  "handshake:error:protocol": 0x2000,
  "handshake:error:auth": 0x4000,
  "pipes:stats": 0x10000,
} as const;
/** All events of the first version, future ones included. */
export const ALL_EVENTS = 0xffff;
/** The same, and the events of drafts. */
export const ALL_DRAFT_EVENTS = BigInt(ALL_EVENTS | EVENTS["pipes:stats"]);

const AF_INET = 2;
const AF_INET6 = Deno.build.os === "linux" ? 10 : Deno.build.os === "darwin" ? 30 : 28;
/** The BSDs have a byte of length before a family of one byte; Linux has a family of two. */
const FAMILY = Deno.build.os === "linux" ? 0 : 1;

const sockets = onFirstUse(() =>
  bindExtra({
    // int getpeername(int sockfd, struct sockaddr *addr, socklen_t *addrlen)
    getpeername: { parameters: ["i32", "pointer", "pointer"], result: "i32" },
  })
);

let address: PinnedBuffer | undefined;
let length: PinnedBuffer | undefined;

/** Returns host and port of a connection's peer, such as `127.0.0.1:49152`; `undefined` if it has none. */
export function peerAddress(fd: number): string | undefined {
  address ??= new PinnedBuffer(128);
  length ??= new PinnedBuffer(8);
  length.words[0] = 128;
  if (sockets().getpeername(fd, address.pointer, length.pointer) !== 0) return undefined;
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

/** Returns an IPv6 address in brackets and in its short form, as libzmq writes it. */
export function ipv6(bytes: Uint8Array): string {
  if (bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255) {
    return `[::ffff:${bytes.subarray(12).join(".")}]`;
  }
  const words: string[] = [];
  for (let i = 0; i < 16; i += 2) words.push((bytes[i] << 8 | bytes[i + 1]).toString(16));
  return new URL(`http://[${words.join(":")}]`).hostname;
}
