/** Prefixes that libzmq can't cope with are refused, in whichever way they come; and no others. */

import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { Subscriber, version, XPublisher, XSubscriber } from "../../mod.ts";
import { LONGEST_PREFIX } from "../../socket/hazards.ts";
import { Subscriber as DropIn, XSubscriber as XDropIn } from "../../zeromq.ts";
import { freshAddress, join } from "../util.ts";
import { soon } from "../waiting.ts";

const SUBSCRIBE = 6;
const UNSUBSCRIBE = 7;
const TOO_LONG = { name: "RangeError", message: /at most 4096 bytes, and this one has 4097/ };
const MANGLED = { name: "RangeError", message: /246 to 255 bytes/ };

/** The subscription to a prefix of so many bytes, or its end, as an XSubscriber sends it. */
function subscription(length: number, first: number = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length + 1).fill(65);
  bytes[0] = first;
  return bytes;
}

// No test gets beyond the refusal: libzmq 4.3.4 would end the process where the prefix is taken back.
Deno.test("a prefix of very many bytes ended the process when it was taken back", async () => {
  using subscriber = new Subscriber();
  const text = "A".repeat(LONGEST_PREFIX + 1);
  const bytes = subscription(LONGEST_PREFIX).fill(65);
  for (const prefix of [text, bytes]) {
    throws(() => subscriber.subscribe("short", prefix), TOO_LONG);
    throws(() => subscriber.unsubscribe(prefix), TOO_LONG);
    for (const option of [SUBSCRIBE, UNSUBSCRIBE]) {
      throws(() => subscriber.setOption(option, prefix), TOO_LONG);
    }
  }
  const dropIn = new DropIn();
  throws(() => dropIn.subscribe(text), TOO_LONG);
  throws(() => dropIn.unsubscribe(text), TOO_LONG);
  dropIn.close();
  using other = new XSubscriber();
  for (const first of [0, 1]) {
    const part = subscription(LONGEST_PREFIX + 1, first);
    for (const message of [part, String.fromCharCode(first) + text, ["more", part]]) {
      throws(() => other.trySend(message), TOO_LONG);
      throws(() => other.sendSync(message), TOO_LONG);
      await rejects(other.send(message), TOO_LONG);
    }
  }
  const xDropIn = new XDropIn();
  await rejects(async () => await xDropIn.send(subscription(LONGEST_PREFIX + 1)), TOO_LONG);
  xDropIn.close();
});

Deno.test("a prefix of many bytes in UTF-8 was counted by its characters", async () => {
  using subscriber = new Subscriber();
  const text = "é".repeat(LONGEST_PREFIX / 2);
  throws(() => subscriber.subscribe(`${text}!`), TOO_LONG);
  subscriber.subscribe(text);
  using other = new XSubscriber();
  await rejects(other.send(`\x01${text}!`), TOO_LONG);
  await other.send(`\x01${text}`);
});

Deno.test("the longest prefix is heard, matches and is taken back, as are those that are just below the mangled ones, and above", async () => {
  using publisher = new XPublisher();
  using subscriber = new Subscriber();
  using other = new XSubscriber();
  await join(publisher, subscriber);
  other.connect(publisher.lastEndpoint!);
  for (const length of [245, 256, LONGEST_PREFIX]) {
    const text = "A".repeat(length);
    for (const one of [subscriber, other]) {
      if (one === other) await other.send(`\x01${text}`);
      else subscriber.subscribe(text);
      assertEquals([...(await soon(publisher.receive()))[0]], [...subscription(length)]);
      await publisher.send(`${text}!`);
      assertEquals((await soon(one.receive()))[0].length, length + 1);
      if (one === other) await other.send(`\x00${text}`);
      else subscriber.unsubscribe(text);
      assertEquals([...(await soon(publisher.receive()))[0]], [...subscription(length, 0)]);
    }
  }
});

for (const length of [246, 255]) {
  Deno.test({
    name: `with libzmq 4.3.4, a prefix of ${length} bytes ended its connection`,
    ignore: version !== "4.3.4",
    fn: async () => {
      using subscriber = new Subscriber();
      throws(() => subscriber.subscribe("A".repeat(length)), MANGLED);
      using other = new XSubscriber();
      await rejects(other.send(subscription(length)), MANGLED);
    },
  });

  Deno.test({
    name: `with a newer libzmq than 4.3.4, a prefix of ${length} bytes is heard over tcp`,
    ignore: version === "4.3.4",
    fn: async () => {
      using publisher = new XPublisher();
      using subscriber = new Subscriber();
      await join(publisher, subscriber);
      subscriber.subscribe("A".repeat(length));
      assertEquals([...(await soon(publisher.receive()))[0]], [...subscription(length)]);
    },
  });
}

Deno.test("what is no subscription may be as long as it likes: other messages, and with onlyFirstSubscribe their later parts", async () => {
  using publisher = new XPublisher();
  using other = new XSubscriber({ onlyFirstSubscribe: true });
  await join(publisher, other, freshAddress("inproc"));
  const long = subscription(LONGEST_PREFIX + 1);
  await other.send(long.slice().fill(65));
  assertEquals((await soon(publisher.receive()))[0].length, long.length);
  await other.send(["more", long]);
  assertEquals((await soon(publisher.receive()))[1].length, long.length);
  await rejects(other.send(["\x01a", long]), TOO_LONG);
});

Deno.test("in manual mode, an XPublisher subscribes its peers to prefixes of any length", async () => {
  using publisher = new XPublisher({ manual: true });
  using subscriber = new Subscriber();
  await join(publisher, subscriber, freshAddress("inproc"));
  subscriber.subscribe("a");
  await soon(publisher.receive());
  publisher.subscribe("A".repeat(LONGEST_PREFIX + 1));
  publisher.unsubscribe("A".repeat(LONGEST_PREFIX + 1));
});
