/** What the tests of events share. */

import { claims } from "../claims.ts";
import { ok as assert } from "node:assert/strict";
import { type Observer, Pair, type SocketEvent } from "../../mod.ts";
import { join } from "../util.ts";
import { soon } from "../waiting.ts";

/** All events up to the end. */
export async function all(events: Observer): Promise<SocketEvent[]> {
  const list: SocketEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

/** The next event of a type; those before it are passed over. */
export const next = claims(async function next<T extends SocketEvent["type"]>(
  events: Observer,
  type: T,
): Promise<Extract<SocketEvent, { type: T }>> {
  for (;;) {
    const event = await soon(events.receive());
    if (event.type === type) return event as Extract<SocketEvent, { type: T }>;
    assert(event.type !== "end", `no ${type} came`);
  }
});

/** Closes sockets and takes all that their Observers still tell, so that nothing is left at work. */
export const finish = claims(async function finish(
  ...sockets: { close(): void; readonly events: Observer }[]
): Promise<void> {
  for (const socket of sockets) {
    const { events } = socket;
    socket.close();
    await soon(all(events));
  }
});

// Foreign functions are bound at first use, which the sanitizers would take for a leak within a test.
{
  const [pair, peer] = [new Pair(), new Pair()];
  const accepted = next(pair.events, "accept");
  await join(pair, peer);
  await accepted;
  pair.events.close();
  peer.close();
  pair.close();
}
