import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { ipv6, peerAddress } from "../../ffi/monitoring.ts";
import { openDescriptors, openedSince, pipe, socketPair } from "../fds.ts";

const LINUX = Deno.build.os === "linux";
// Bound here: within a test it would be a leak to the sanitizers.
peerAddress(-1);

/** Whether this machine has IPv6. */
function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

for (const [hostname, host] of [["127.0.0.1", "127.0.0.1"], ["::1", "[::1]"]]) {
  Deno.test({
    name: `a connection's other end is told with ${host} and its port, and a listener has none`,
    ignore: !LINUX || hostname === "::1" && !hasIpv6(),
    fn: async () => {
      const before = openDescriptors();
      using listener = Deno.listen({ hostname, port: 0 });
      using client = await Deno.connect({ hostname, port: listener.addr.port });
      using _server = await listener.accept();
      const sockets = openedSince(before).filter((one) => one.includes(" socket:"));
      const told = sockets.map((one) => peerAddress(parseInt(one)) ?? "none").sort();
      const ports = [listener.addr.port, (client.localAddr as Deno.NetAddr).port];
      assertEquals(told, [...ports.map((port) => `${host}:${port}`), "none"].sort());
    },
  });
}

Deno.test("what isn't a connection over IP has no address at its other end", () => {
  using pair = socketPair();
  using line = pipe();
  for (const fd of [pair.read, line.read, -1]) assertEquals(peerAddress(fd), undefined);
});

Deno.test("IPv6 addresses are short, and those that stand for IPv4's have its form", () => {
  const told = (...words: number[]) =>
    ipv6(new Uint8Array(words.flatMap((word) => [word >> 8, word & 255])));
  assertEquals(told(0, 0, 0, 0, 0, 0, 0, 1), "[::1]");
  assertEquals(told(0, 0, 0, 0, 0, 0xffff, 0x102, 0x304), "[::ffff:1.2.3.4]");
  assertEquals(told(0, 0, 0, 0, 0, 0xff, 0x102, 0x304), "[::ff:102:304]");
  assertEquals(told(0, 0, 0, 0, 0, 0xff00, 0x102, 0x304), "[::ff00:102:304]");
  assertEquals(told(0xfd00, 0, 0, 0, 0, 0xffff, 0, 1), "[fd00::ffff:0:1]");
});
