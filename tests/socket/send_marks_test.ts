/** High-water marks of sockets that drop: libzmq knows late of the room that a peer has made. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Dealer, Publisher, Router, Subscriber } from "../../mod.ts";
import * as dropIn from "../../zeromq.ts";
import { soon, turn } from "../waiting.ts";
import { pending } from "./support.ts";

const MARK = 20;
/** With what libzmq hasn't told yet of the peer's receives, and what goes between two looks, still below the mark. */
const UNDER_WAY = 7;
const ROUNDS = 150;

interface Sending {
  send(message: string | string[]): Promise<void>;
  sendSync(message: string | string[]): void;
  trySend(message: string | string[]): boolean;
}
const WAYS = {
  send: (socket: Sending, message: string | string[]) => socket.send(message),
  sendSync: (socket: Sending, message: string | string[]) => socket.sendSync(message),
  trySend: (socket: Sending, message: string | string[]) => socket.trySend(message),
};

/** Connects a subscriber, and sends until it hears. */
async function subscribed(subscriber: Subscriber, publisher: Publisher): Promise<void> {
  subscriber.subscribe("");
  subscriber.connect(await publisher.bind("tcp://127.0.0.1:*"));
  const first = soon(subscriber.receive());
  while (await pending(first)) {
    await publisher.send("first");
    await turn();
  }
  await publisher.send("last");
  while (String(await soon(subscriber.receive())) !== "last");
}

/** Sends some messages at a time, each of them when all the earlier ones were received. */
async function inRounds(
  send: (text: string) => unknown,
  receive: () => string | undefined,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const sent = Array.from({ length: UNDER_WAY }, (_, i) => `${round}.${i}`);
    for (const text of sent) await send(text);
    assertEquals(sent.map(receive), sent);
  }
}

for (const [way, send] of Object.entries(WAYS)) {
  Deno.test(`a Router dropped messages though its peer had taken all the earlier ones: ${way}`, async () => {
    using router = new Router({ sendHighWaterMark: MARK });
    using dealer = new Dealer({ routingId: "dealer" });
    dealer.connect(await router.bind("tcp://127.0.0.1:*"));
    await dealer.send("hello");
    await soon(router.receive());
    await inRounds(
      (text) => send(router, ["dealer", text]),
      () => dealer.receiveSync({ timeout: 1000 })?.join(),
    );
  });

  Deno.test(`a Publisher dropped messages though its subscriber had taken all the earlier ones: ${way}`, async () => {
    using publisher = new Publisher({ sendHighWaterMark: MARK });
    using subscriber = new Subscriber();
    await subscribed(subscriber, publisher);
    await inRounds(
      (text) => send(publisher, text),
      () => subscriber.receiveSync({ timeout: 1000 })?.join(),
    );
  });
}

Deno.test("a Router of the drop-in dropped messages though its peer had taken all the earlier ones", async () => {
  const router = new dropIn.Router({ sendHighWaterMark: MARK });
  using dealer = new Dealer({ routingId: "dealer" });
  await router.bind("tcp://127.0.0.1:*");
  dealer.connect(router.lastEndpoint!);
  await dealer.send("hello");
  await soon(router.receive());
  await inRounds(
    (text) => router.send(["dealer", text]),
    () => dealer.receiveSync({ timeout: 1000 })?.join(),
  );
  router.close();
});
