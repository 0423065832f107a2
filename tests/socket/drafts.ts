/** What the tests of draft sockets share. */

import { capability } from "../../mod.ts";
import { Client, Dish, Peer, Radio, Server } from "../../socket/draft.ts";
import { freshAddress, join, type Transport, TRANSPORTS, withFolder } from "../util.ts";

// Foreign functions are bound at first use, which the sanitizers would take for a leak within a test.
if (capability.draft) {
  const [server, client] = [new Server(), new Client()];
  await join(server, client, freshAddress("inproc"));
  await client.send("x");
  await server.send("x", (await server.receive())[1]);
  const peer = new Peer();
  peer.connectPeer("inproc://nowhere");
  const [radio, dish] = [new Radio(), new Dish()];
  dish.join("x");
  for (const socket of [server, client, peer, radio, dish]) socket.close();
}

/** Registers a test of draft sockets for each transport. It's given an address to bind to. */
export function overDrafts(
  name: string,
  body: (address: string) => Promise<void> | void,
  transports: readonly Transport[] = TRANSPORTS,
): void {
  for (const transport of transports) {
    Deno.test({
      name: transports.length === 1 ? `drafts: ${name}` : `drafts, ${transport}: ${name}`,
      ignore: !capability.draft,
      fn: async () => {
        if (transport !== "ipc") return await body(freshAddress(transport));
        await withFolder((folder) => body(freshAddress(transport, folder)));
      },
    });
  }
}
