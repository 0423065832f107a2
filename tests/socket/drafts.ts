/** What the tests of draft sockets share. */

import { capability } from "../../mod.ts";
import {
  Channel,
  Client,
  Datagram,
  Dish,
  Gather,
  Peer,
  Radio,
  Scatter,
  Server,
} from "../../socket/draft.ts";
import { freshAddress, join, type Transport } from "../util.ts";
import { eachTransport, type OverTransport } from "./support.ts";
import { pause, soon } from "../waiting.ts";

/** The classes of draft sockets. */
export const ALL = { Server, Client, Radio, Dish, Gather, Scatter, Peer, Channel, Datagram };

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

/** For each transport, of all or of those given, what makes a test of draft sockets over it. */
export function eachTransportOfDrafts(...transports: Transport[]): OverTransport[] {
  return eachTransport(...transports).map((over) => (name, body) => {
    const test = over(name, body);
    const where = transports.length === 1 ? "drafts" : `drafts, ${test.name.split(":")[0]}`;
    return { ...test, name: `${where}: ${name}`, ignore: !capability.draft };
  });
}

/**
 * Sends until something has come: libzmq opens what receives datagrams on its I/O thread, after `bind` has resolved, and what
 * comes before that is lost.
 */
export async function untilReceived(
  received: Promise<unknown>,
  send: () => Promise<void>,
): Promise<void> {
  let waiting = true;
  const come = soon(received).finally(() => waiting = false);
  while (waiting) {
    await send();
    await pause(1);
  }
  await come;
}
