/** High-water marks of sockets that drop: libzmq knows late of the room that a peer has made. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { capability, Dealer, Publisher, Reply, Router, Subscriber, XPublisher } from "../../mod.ts";
import { Dish, Radio } from "../../socket/draft.ts";
import * as dropIn from "../../zeromq.ts";
import "./drafts.ts";
import { soon, turnsUntil } from "../waiting.ts";

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

/** Sends numbers, less and less often, until the last one is heard: some may be dropped before. */
async function untilHeard(
  send: (number: string) => unknown,
  drain: () => Iterable<readonly unknown[]>,
): Promise<void> {
  let [looks, sent, heard] = [0, 0, 0];
  await turnsUntil(() => {
    for (const [number] of drain()) heard = Number(String(number));
    if (sent > 0 && heard === sent) return true;
    if ((++looks & (looks - 1)) === 0) send(`${++sent}`);
    return false;
  }, "the last number");
}

/** Connects a subscriber, and sends until it hears. */
async function subscribed(
  subscriber: Subscriber,
  publisher: Publisher | XPublisher,
): Promise<void> {
  subscriber.subscribe("");
  subscriber.connect(await publisher.bind("tcp://127.0.0.1:*"));
  await untilHeard((number) => publisher.trySend(number), () => subscriber.drain());
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

  const Class = way === "send" ? XPublisher : Publisher; // both are one in libzmq
  Deno.test(`a ${Class.name} dropped messages though its subscriber had taken all the earlier ones: ${way}`, async () => {
    using publisher = new Class({ sendHighWaterMark: MARK });
    using subscriber = new Subscriber();
    await subscribed(subscriber, publisher);
    await inRounds(
      (text) => send(publisher, text),
      () => subscriber.receiveSync({ timeout: 1000 })?.join(),
    );
  });
}

Deno.test("a Reply dropped replies though its peer had taken all the earlier ones", async () => {
  using reply = new Reply({ sendHighWaterMark: MARK });
  using dealer = new Dealer();
  dealer.connect(await reply.bind("tcp://127.0.0.1:*"));
  const ask = (round: number) => {
    for (let i = 0; i < UNDER_WAY; i++) dealer.sendSync(["", `${round}.${i}`]);
  };
  ask(0);
  for (let round = 0; round < ROUNDS; round++) {
    ask(round + 1); // so that no receive waits: the Reply would learn of the room then
    for (let i = 0; i < UNDER_WAY; i++) reply.sendSync(reply.receiveSync({ timeout: 1000 }));
    for (let i = 0; i < UNDER_WAY; i++) {
      assertEquals(dealer.receiveSync({ timeout: 1000 }).join(), `,${round}.${i}`);
    }
  }
});

Deno.test({
  name: "a Radio dropped messages though its Dish had taken all the earlier ones",
  ignore: !capability.draft,
  fn: async () => {
    using radio = new Radio({ sendHighWaterMark: MARK });
    using dish = new Dish();
    dish.join("group");
    dish.connect(await radio.bind("tcp://127.0.0.1:*"));
    await untilHeard((number) => radio.trySend(number, { group: "group" }), () => dish.drain());
    await inRounds(
      (text) => radio.sendSync(text, { group: "group" }),
      () => String(dish.receiveSync({ timeout: 1000 })[0]),
    );
  },
});

for (const way of ["trySend", "sendSync"] as const) {
  Deno.test(`a Publisher dropped messages though its subscriber had taken all the earlier ones: ${way} of one buffer`, async () => {
    using publisher = new Publisher({ sendHighWaterMark: MARK });
    using subscriber = new Subscriber();
    await subscribed(subscriber, publisher);
    const buffer = new Uint8Array(8);
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < UNDER_WAY; i++) {
        buffer.fill(round + i);
        publisher[way](buffer);
      }
      for (let i = 0; i < UNDER_WAY; i++) {
        const [bytes] = subscriber.receiveSync({ timeout: 1000 });
        assertEquals(bytes[0], (round + i) & 0xff);
      }
    }
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
