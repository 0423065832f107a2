/** Connections that are cut: by FIN and by RST, at any byte, in the handshake and in messages. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Dealer, Pull, Push, Router, Subscriber, XPublisher } from "../../mod.ts";
import { finish, next } from "../socket/observing.ts";
import { onLinux, received } from "../socket/support.ts";
import "../util.ts";
import { soon } from "../waiting.ts";
import { type Cut, type Direction, type Faults, Link } from "./link.ts";
import { FAST_RECONNECT, introductionOf } from "./support.ts";

const CUTS: Cut[] = ["fin", "reset"];

// In the greeting -----------------------------------------------------------------------------------

/** Within the signature, behind it, within the version and the mechanism, and behind the whole. */
const OF_GREETING = [0, 1, 9, 10, 11, 12, 20, 32, 63];

for (const how of CUTS) {
  for (const way of ["up", "down"] as Direction[]) {
    Deno.test(onLinux(
      `connections that are cut within the greeting lose nothing that was sent: ${how}, ${way}`,
      async () => {
        using pull = new Pull();
        const faults = OF_GREETING.map((bytes): Faults => ({ cutAfter: { way, bytes, how } }));
        await using link = new Link(await pull.bind("tcp://127.0.0.1:*"), ...faults);
        using push = new Push(FAST_RECONNECT);
        push.connect(link.address);
        for (const text of ["one", "two"]) await push.send([text, "more"]);
        assertEquals(await received(pull), ["one", "more"]);
        assertEquals(await received(pull), ["two", "more"]);
        assertEquals(link.connections, OF_GREETING.length + 1);
      },
    ));
  }
}

Deno.test("a Push that connects keeps what it queues while it's refused, and all arrives in order", async () => {
  using pull = new Pull();
  await using link = new Link(await pull.bind("tcp://127.0.0.1:*"));
  const push = new Push(FAST_RECONNECT);
  const { events } = push;
  push.connect(link.address);
  await next(events, "handshake");
  link.refuse();
  link.cut();
  await next(events, "disconnect");
  for (let number = 0; number < 200; number++) await push.send([`${number}`, "more"]);
  await link.accept();
  for (let number = 0; number < 200; number++) {
    assertEquals(await received(pull), [`${number}`, "more"]);
  }
  await finish(push);
});

// In messages ---------------------------------------------------------------------------------------

/** A short frame, a long one and an empty one: 12, 309 and 2 bytes. */
const PARTS = (number: number) => [`number ${number}`.padEnd(10), `${number % 10}`.repeat(300), ""];
/** Within the heads and the bodies, between the parts, and behind the whole. */
const OF_MESSAGE = [1, 2, 7, 12, 13, 20, 21, 22, 100, 321, 322];
const WHOLE = 323;

interface Pattern {
  /** Who sends, and who receives; the one connects, and the other is bound. */
  sender: Push | Dealer | XPublisher;
  receiver: Pull | Router | Subscriber;
  way: Direction;
  type: string;
  /** Waits until the sender has a peer. */
  joined(): Promise<unknown>;
}

const PATTERNS: Record<string, () => Pattern> = {
  "a Push to a Pull": () => {
    const [sender, receiver] = [new Push(FAST_RECONNECT), new Pull()];
    const { events } = sender;
    const joined = () => next(events, "handshake");
    return { sender, receiver, way: "up", type: "PUSH", joined };
  },
  "a Dealer to a Router": () => {
    const [sender, receiver] = [new Dealer(FAST_RECONNECT), new Router()];
    const { events } = sender;
    const joined = () => next(events, "handshake");
    return { sender, receiver, way: "up", type: "DEALER", joined };
  },
  "an XPublisher to a Subscriber": () => {
    // Otherwise a subscription that comes before its earlier connection's end has been noticed is no news.
    const [sender, receiver] = [
      new XPublisher({ linger: 0, verbosity: "allSubs" }),
      new Subscriber(FAST_RECONNECT),
    ];
    receiver.subscribe("");
    const joined = async () => {
      while ((await soon(sender.receive()))[0][0] !== 1);
    };
    return { sender, receiver, way: "down", type: "XPUB", joined };
  },
};

for (const how of CUTS) {
  for (const [name, make] of Object.entries(PATTERNS)) {
    Deno.test(onLinux(
      `${name}: a message whose connection is cut within it leaves nothing, and the next is whole: ${how}`,
      async () => {
        const { sender, receiver, way, type, joined } = make();
        const [bound, other] = way === "up" ? [receiver, sender] : [sender, receiver];
        // What lies unread where a connection is reset is lost, so a whole message needn't arrive then.
        const places = how === "fin" ? [...OF_MESSAGE, WHOLE] : OF_MESSAGE;
        const faults = places.map((place): Faults => ({
          cutAfter: { way, bytes: introductionOf(type) + place, how },
        }));
        await using link = new Link(await bound.bind("tcp://127.0.0.1:*"), ...faults);
        other.connect(link.address);
        for (let number = 0; number < places.length; number++) {
          await joined();
          await sender.send(PARTS(number));
        }
        await joined();
        await sender.send(["last"]);
        const messages: string[][] = [];
        while (messages.at(-1)?.[0] !== "last") {
          const message = await received(receiver);
          messages.push(receiver instanceof Router ? message.slice(1) : message);
        }
        const whole = how === "fin" ? [PARTS(places.length - 1)] : [];
        assertEquals(messages, [...whole, ["last"]]);
        await finish(sender);
        receiver.close();
      },
    ));
  }
}
