/** What the classes of draft sockets have, and what they don't. */

import { ok as assert } from "node:assert/strict";
import type { Frame } from "../../mod.ts";
import type { Dish, Gather, Radio, Server } from "../../socket/draft.ts";
import { ALL } from "./drafts.ts";

Deno.test("what a draft type can't do isn't there", () => {
  const cannot: Record<string, string[]> = {
    Server: ["visit", "toReadableStream", "toWritableStream", "join", "conflate"],
    Peer: ["visit", "toReadableStream", "toWritableStream"],
    Radio: ["receive", "visit", "receiveTimeout", "join"],
    Dish: ["send", "trySend", "sendSync", "sendTimeout", "visit"],
    Gather: ["send", "sendTimeout"],
    Scatter: ["receive", "visit", "receiveTimeout"],
  };
  for (const [name, members] of Object.entries(cannot)) {
    const { prototype } = ALL[name as keyof typeof ALL];
    for (const member of members) assert(!(member in prototype), `${name}.${member}`);
  }
});

/** What doesn't compile; never called. */
export const REFUSED = (server: Server, radio: Radio, dish: Dish, gather: Gather): void => {
  // @ts-expect-error -- whom it's for is missing
  server.send("x");
  // @ts-expect-error -- a number
  server.send("x", { routingId: "1" });
  // @ts-expect-error -- one part
  server.send(["two", "parts"], { routingId: 1 });
  // @ts-expect-error -- a group is missing
  radio.send("x", {});
  // @ts-expect-error -- it doesn't receive
  radio.receive();
  // @ts-expect-error -- it doesn't send
  dish.send("x");
  // @ts-expect-error -- it shows bytes only
  server.visit(() => {});
  // @ts-expect-error -- it doesn't send
  gather.send("x");
  server.send("x", { routingId: 1, signal: AbortSignal.timeout(1) });
  const of: Promise<[Frame, { routingId: number }]> = server.receive();
  const group: Promise<[Frame, { group: Frame }]> = dish.receive();
  void [of, group];
};
