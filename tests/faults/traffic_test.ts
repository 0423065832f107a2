/**
 * Traffic whose connection is cut again and again, at random moments of a fixed seed. What arrives is whole, and arrives
 * once; what is lost was under way in a cut.
 */

import { ok as assert } from "node:assert/strict";
import {
  Dealer,
  type Frame,
  Publisher,
  Pull,
  Push,
  type Receiver,
  type Sender,
  type Socket,
  Subscriber,
} from "../../mod.ts";
import { onLinux, pattern, sameBytes } from "../socket/support.ts";
import "../util.ts";
import { soon, turn, turns } from "../waiting.ts";
import { Link } from "./link.ts";
import { FAST_RECONNECT } from "./support.ts";

const CUTS = 8;

/** Numbers from 0 to below 1 that a seed determines. */
function random(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
}

/** A message of one to four parts, whose number says what is in them. */
function message(number: number): Uint8Array[] {
  const parts = [new TextEncoder().encode(`${number}`)];
  for (let part = 0; part < number % 4; part++) {
    parts.push(pattern((number * 37 + part * 201) % 700, number + part));
  }
  return parts;
}

/** A message's number, if it's whole and as it was. */
function numberOf(parts: readonly Frame[]): number {
  const number = Number(parts[0].text());
  const expected = message(number);
  const whole = parts.length === expected.length &&
    parts.every((part, at) => sameBytes(part, expected[at]));
  assert(whole, `torn: ${parts.map((part) => part.subarray(0, 20).toString()).join(" | ")}`);
  return number;
}

interface Traffic {
  sender: Socket & Sender;
  receiver: Socket & Receiver;
  /** Whether the sender connects. */
  up: boolean;
  /** The receiver has one queue for all connections: those of who connects belong together. */
  ordered: boolean;
  /** The sender keeps its queue when a connection ends: where it connects, and every peer is the same. */
  keeps?: boolean;
}

const TRAFFIC: Record<string, () => Traffic> = {
  "a Push that connects to a Pull": () => ({
    sender: new Push(FAST_RECONNECT),
    receiver: new Pull(),
    up: true,
    ordered: false,
    keeps: true,
  }),
  "a Push to which a Pull connects": () => ({
    sender: new Push({ linger: 0 }),
    receiver: new Pull(FAST_RECONNECT),
    up: false,
    ordered: true,
  }),
  "a Publisher to which a Subscriber connects": () => {
    const receiver = new Subscriber(FAST_RECONNECT);
    receiver.subscribe("");
    return { sender: new Publisher({ linger: 0 }), receiver, up: false, ordered: true };
  },
  "a Dealer to which a Dealer connects": () => ({
    sender: new Dealer({ linger: 0 }),
    receiver: new Dealer(FAST_RECONNECT),
    up: false,
    ordered: true,
  }),
};

for (const how of ["fin", "reset"] as const) {
  for (const [name, make] of Object.entries(TRAFFIC)) {
    Deno.test(onLinux(
      `${name}: while its connection is cut again and again, no message is torn or comes twice: ${how}`,
      async () => {
        const { sender, receiver, up, ordered, keeps } = make();
        const [bound, other] = up ? [receiver, sender] : [sender, receiver];
        await using link = new Link(await bound.bind("tcp://127.0.0.1:*"));
        other.connect(link.address);
        const next = random(17);
        const cuts = (async () => {
          for (let cut = 0; cut < CUTS; cut++) {
            const { connections, passed } = link;
            const [goal, before] = [Math.floor(next() * 20_000), passed.up + passed.down];
            // Once a connection was made, and so much has come through.
            while (link.connections === connections && cut > 0) await turn();
            while (passed.up + passed.down - before < goal) await turn();
            link.cut(how);
          }
        })();
        let cutting = true;
        let ended = false;
        const sends = (async () => {
          for (let number = 0; cutting; number++) {
            await sender.send(message(number));
            if (number % 10 === 0) await turns(1);
          }
          // A Publisher may drop it.
          for (; !ended; await turns(10)) sender.trySend("end");
        })();
        cuts.then(() => cutting = false);
        const seen = new Set<number>();
        let last = -1;
        let most = -1;
        for (;;) {
          const parts = await soon(receiver.receive());
          if (parts[0].text() === "end") break;
          const number = numberOf(parts);
          assert(!seen.has(number), `${number} came twice`);
          if (ordered) assert(number > last, `${number} came after ${last}`);
          seen.add(last = number);
          most = Math.max(most, number);
        }
        ended = true;
        await soon(Promise.all([cuts, sends]));
        if (keeps) {
          let gaps = 0;
          for (let number = 0; number < most; number++) {
            if (!seen.has(number) && seen.has(number + 1)) gaps++;
          }
          assert(gaps <= CUTS, `${CUTS} cuts have left ${gaps} gaps`);
        }
        // Its queue is empty: while it isn't, a close can have libzmq end the process.
        sender.close();
        receiver.close();
      },
    ));
  }
}
