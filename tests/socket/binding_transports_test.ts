/** Transports: what works where libzmq has it, and what is said where it doesn't. */

import "../util.ts";
import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Capability, capability, Pair, Publisher, Pull, Subscriber } from "../../mod.ts";
import { received } from "./support.ts";

/** A group of multicast that no one else uses, most probably. */
const GROUP = `239.192.${random()}.${random()}`;
const PORT = 20_000 + Math.floor(Math.random() * 10_000);

function random(): number {
  return 1 + Math.floor(Math.random() * 254);
}

/** Whether datagrams for a group come back over loopback. */
async function hasMulticast(): Promise<boolean> {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    socket.bind(PORT);
    await once(socket, "listening");
    socket.addMembership(GROUP, "127.0.0.1");
    socket.setMulticastInterface("127.0.0.1");
    const come = new Promise<boolean>((resolve) => socket.once("message", () => resolve(true)));
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, 500, false);
    });
    socket.send("x", PORT, GROUP);
    return await Promise.race([come, late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

const multicast = await hasMulticast();

const ADDRESSES: Partial<Record<keyof Capability, string[]>> = {
  pgm: ["pgm://127.0.0.1;239.192.1.1:5555", "epgm://127.0.0.1;239.192.1.1:5555"],
  norm: ["norm://127.0.0.1;239.192.1.1:5555"],
  tipc: ["tipc://{5555,0,0}"],
  ws: ["ws://127.0.0.1:5555"],
  wss: ["wss://127.0.0.1:5555"],
  vmci: ["vmci://*:5555"],
  vsock: ["vsock://*:5555"],
};

for (const [name, addresses] of Object.entries(ADDRESSES)) {
  Deno.test({
    name: `without ${name} in libzmq its addresses are refused, which the error explains`,
    ignore: capability[name as keyof Capability],
    fn: async () => {
      using publisher = new Publisher();
      for (const address of addresses) {
        const refused = {
          name: "ZmqError",
          code: "EPROTONOSUPPORT",
          address,
          message: /doesn't know the transport: see capability/,
        };
        await rejects(publisher.bind(address), refused);
        throws(() => publisher.connect(address), refused);
      }
    },
  });
}

Deno.test("a transport that a type of socket can't use is refused, which the error explains", async () => {
  using pair = new Pair();
  const addresses = ["udp://127.0.0.1:5555"];
  if (capability.pgm) addresses.push(...ADDRESSES.pgm!);
  if (capability.norm) addresses.push(...ADDRESSES.norm!);
  for (const address of addresses) {
    const refused = { code: "ENOCOMPATPROTO", address, message: /can't be used with this type/ };
    await rejects(pair.bind(address), refused);
    throws(() => pair.connect(address), refused);
  }
});

Deno.test({
  name: "tipc works where the kernel has it, and else the error says what is missing",
  ignore: !capability.tipc,
  fn: async () => {
    using pull = new Pull();
    try {
      await pull.bind("tipc://{28711,0,0}");
    } catch (error) {
      assertEquals((error as { code: string }).code, "EAFNOSUPPORT");
      assertEquals(/tipc needs the kernel's module/.test((error as Error).message), true);
    }
  },
});

for (const [transport, has] of [["epgm", capability.pgm], ["norm", capability.norm]] as const) {
  Deno.test({
    name: `${transport} carries messages over multicast`,
    ignore: !has || !multicast,
    fn: async () => {
      const address = `${transport}://127.0.0.1;${GROUP}:${PORT + (transport === "norm" ? 1 : 2)}`;
      using subscriber = new Subscriber();
      using publisher = new Publisher({ linger: 0 });
      subscriber.subscribe("");
      await subscriber.bind(address);
      publisher.connect(address);
      // What was sent before the group has formed is lost.
      const timer = setInterval(() => publisher.trySend("hello"), 20);
      try {
        assertEquals(await received(subscriber), ["hello"]);
      } finally {
        clearInterval(timer);
      }
    },
  });
}
