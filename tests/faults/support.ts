/** What the tests of faults share. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import type { Observer, Push, SocketEvent } from "../../mod.ts";
import { claims } from "../claims.ts";
import "../socket/observing.ts";
import { pending } from "../socket/support.ts";
import { held, soon, turn } from "../waiting.ts";

/** Options of a socket that is to come back at once, and to keep no one at its end. */
export const FAST_RECONNECT = { reconnectInterval: 1, linger: 0 } as const;

/** How many bytes a socket of a type sends before its first message: its greeting, and the READY command. */
export function introductionOf(type: string): number {
  const properties = ["Socket-Type", type];
  if (["REQ", "DEALER", "ROUTER"].includes(type)) properties.push("Identity", "");
  const sizes = properties.map(({ length }, at) => (at % 2 === 0 ? 1 : 4) + length);
  return 64 + 2 + "_READY".length + sizes.reduce((sum, size) => sum + size);
}

/**
 * The events up to the `count`th of a type, in words. That connecting takes its time says nothing, and may be so or not.
 */
export const story = claims(async function story(
  events: Observer,
  last: SocketEvent["type"],
  count: number = 1,
): Promise<string> {
  const types: string[] = [];
  for (let left = count; left > 0;) {
    const { type } = await soon(events.receive());
    assert(type !== "end", `after ${types.join(" ")} no more came`);
    if (type !== "connect:delay") types.push(type);
    if (type === last) left--;
  }
  return types.join(" ");
});

/**
 * What is received next is this text, which is sent until then: on a busy machine, heartbeats or a handshake may be late once
 * more, and what was on its way is lost with its connection.
 */
export const arrives = claims(async function arrives(
  text: string,
  push: Push,
  receive: Promise<string[]>,
): Promise<void> {
  const received = held(soon(receive));
  while (await pending(received)) {
    push.trySend(text);
    await turn();
  }
  assertEquals(await received, [text]);
});
