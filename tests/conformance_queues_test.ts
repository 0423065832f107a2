/** What ZeroMQ's queues hold, and whose they are: marks, peers that are still to come, and sockets that are closed. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import {
  Context,
  Dealer,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Subscriber,
  XPublisher,
} from "../mod.ts";
import { freshAddress, join } from "./util.ts";
import { soon, turn, turnsUntil } from "./waiting.ts";
import {
  bindAgain,
  eachTransport,
  futureAddress,
  received,
  sameBytes,
  texts,
} from "./socket/support.ts";

const TCP = "tcp://127.0.0.1:*";

/** How many messages a Push takes at once, at most 100. */
function fill(push: Push): number {
  let count = 0;
  while (count < 100 && push.trySend("")) count++;
  return count;
}

// High-water marks ----------------------------------------------------------------------------------

for (const sender of ["binds", "connects"]) {
  for (const early of [false, true]) {
    const when = early ? "before it's bound" : "after it's bound";
    Deno.test(`over inproc, a sender that ${sender}, the other side connecting ${when}, has the sum of both marks`, async () => {
      const expected = [[1, 1, 2], [5, 3, 8], [5, 0, 100], [0, 5, 100]];
      for (const [sendHighWaterMark, receiveHighWaterMark, sum] of expected) {
        using push = new Push({ sendHighWaterMark, linger: 0 });
        using pull = new Pull({ receiveHighWaterMark });
        const address = freshAddress("inproc");
        const [bound, connected] = sender === "binds" ? [push, pull] : [pull, push];
        if (early) connected.connect(address);
        await bound.bind(address);
        if (!early) connected.connect(address);
        assertEquals(fill(push), sum);
        assertEquals([...pull.drain()].length, sum);
      }
    });
  }
}

Deno.test("a mark that is raised while a peer is connected holds at once", async () => {
  using push = new Push({ sendHighWaterMark: 1, linger: 0 });
  using pull = new Pull({ receiveHighWaterMark: 1 });
  await join(push, pull, freshAddress("inproc"));
  await turnsUntil(() => push.writable, "the peer");
  push.sendHighWaterMark = 5;
  assertEquals(push.sendHighWaterMark, 5);
  assertEquals(fill(push), 6);
});

for (const over of eachTransport()) {
  Deno.test(
    over(
      "with noDrop, all that is sent arrives, however little the queues hold",
      async (address) => {
        using publisher = new XPublisher({ sendHighWaterMark: 3, noDrop: true });
        using subscriber = new Subscriber({ receiveHighWaterMark: 3 });
        await join(publisher, subscriber, address);
        subscriber.subscribe("");
        await soon(publisher.receive());
        const sent = (async () => {
          for (let number = 0; number < 500; number++) {
            await publisher.send([`${number}`, "", "end"]);
          }
        })();
        for (let number = 0; number < 500; number++) {
          assertEquals(await received(subscriber), [`${number}`, "", "end"]);
        }
        await soon(sent);
      },
    ),
  );
}

// Peers that are still to come ----------------------------------------------------------------------

Deno.test("with immediate, all goes to the peer that is there, and nothing waits for the other", async () => {
  using push = new Push({ immediate: true, linger: 0 });
  using pull = new Pull();
  await pull.bind(TCP);
  push.connect(futureAddress());
  push.connect(pull.lastEndpoint!);
  for (let number = 0; number < 10; number++) await push.send(`${number}`);
  for (let number = 0; number < 10; number++) assertEquals(await received(pull), [`${number}`]);
});

Deno.test("with immediate, a peer that has gone gets nothing until it's back", async () => {
  using push = new Push({ immediate: true, linger: 0, reconnectInterval: 1 });
  const first = new Pull();
  const address = await first.bind(TCP);
  push.connect(address);
  await push.send("one");
  assertEquals(await received(first), ["one"]);
  first.close();
  await turnsUntil(() => !push.writable, "the end of the connection");
  using second = new Pull();
  await bindAgain(second, address);
  await push.send("two");
  assertEquals(await received(second), ["two"]);
});

Deno.test("over inproc, what was sent before the other side was bound arrives, also from a socket that was closed since", async () => {
  const address = freshAddress("inproc");
  for (let number = 0; number < 10; number++) {
    const push = new Push();
    push.connect(address);
    assert(push.trySend(`${number}`));
    push.close();
  }
  using pull = new Pull();
  await pull.bind(address);
  const all: string[] = [];
  while (all.length < 10) all.push(...await received(pull));
  assertEquals(all.sort(), [..."0123456789"]);
});

Deno.test("over inproc, both sides know the other's routing id, whichever came first", async () => {
  for (const early of [false, true]) {
    const address = freshAddress("inproc");
    using dealer = new Dealer({ routingId: "dealer" });
    using router = new Router();
    if (early) dealer.connect(address);
    await router.bind(address);
    if (!early) dealer.connect(address);
    await dealer.send("question");
    assertEquals(await received(router), ["dealer", "question"]);
    await router.send(["dealer", "answer"]);
    assertEquals(await received(dealer), ["answer"]);
  }
});

Deno.test("over inproc, who connects to a name that was unbound waits for the next one there", async () => {
  const address = freshAddress("inproc");
  using first = new Pull();
  await first.bind(address);
  await first.unbind(address);
  using push = new Push({ linger: 0 });
  push.connect(address);
  await push.send("for the second");
  using second = new Pull();
  await second.bind(address);
  assertEquals(await received(second), ["for the second"]);
  assertEquals(first.tryReceive(), undefined);
});

Deno.test("a Publisher that connects to one address several times sends each message once", async () => {
  using subscriber = new Subscriber();
  subscriber.subscribe("");
  await subscriber.bind(TCP);
  using publisher = new Publisher();
  for (let i = 0; i < 10; i++) publisher.connect(subscriber.lastEndpoint!);
  const numbers: number[] = [];
  // What is sent before it has heard of the subscription is lost.
  for (let number = 0; numbers.length < 20; number++) {
    await publisher.send(`${number}`);
    await turn();
    for (const [frame] of subscriber.drain()) numbers.push(Number(frame.text()));
  }
  assertEquals(numbers, numbers.map((_, i) => numbers[0] + i));
});

// Closing -------------------------------------------------------------------------------------------

Deno.test("a large message that was sent just before its socket and context were closed arrives", async () => {
  using pull = new Pull();
  await pull.bind(TCP);
  const context = new Context();
  const push = new Push({ context });
  push.connect(pull.lastEndpoint!);
  const bytes = new Uint8Array(4_000_000).fill(120);
  assert(push.trySend(bytes));
  push.close();
  context.close();
  const [frame] = await soon(pull.receive());
  assert(sameBytes(frame, bytes));
});

// Envelopes -----------------------------------------------------------------------------------------

for (const over of eachTransport()) {
  Deno.test(
    over(
      "a Reply answers with the whole envelope, and takes no question without one",
      async (address) => {
        using dealer = new Dealer();
        using reply = new Reply();
        await join(reply, dealer, address);
        await dealer.send("no envelope");
        await dealer.send(["first", "second"]);
        await dealer.send(["X", "Y", "", "A", "", "B"]);
        assertEquals(await received(reply), ["A", "", "B"]);
        await reply.send(["C", "D"]);
        assertEquals(await received(dealer), ["X", "Y", "", "C", "D"]);
      },
    ),
  );

  Deno.test(
    over("a Request that correlates takes no answer with another number", async (address) => {
      using request = new Request({ correlate: true });
      using router = new Router();
      await join(router, request, address);
      await request.send("question");
      const [peer, number, delimiter, question] = await soon(router.receive());
      assertEquals([number.length, ...texts([delimiter, question])], [4, "", "question"]);
      const other = number.map((byte) => byte ^ 1);
      await router.send([peer, other, "", "wrong"]);
      await router.send([peer, number, "", "right"]);
      assertEquals(await received(request), ["right"]);
    }),
  );
}

// Manual subscriptions ------------------------------------------------------------------------------

for (const over of eachTransport()) {
  Deno.test(
    over(
      "in manual mode, each of two peers gets what was made by hand after its own message",
      async (address) => {
        using publisher = new XPublisher({ manual: true });
        await publisher.bind(address);
        const subscribers = ["1", "2"].map((prefix) => {
          const subscriber = new Subscriber();
          subscriber.subscribe(prefix);
          subscriber.connect(publisher.lastEndpoint!);
          return subscriber;
        });
        for (const _ of subscribers) {
          const [text] = await received(publisher);
          publisher.subscribe(text.slice(1));
        }
        for (const prefix of ["1", "2"]) await publisher.send([prefix, "news"]);
        for (const [i, subscriber] of subscribers.entries()) {
          assertEquals(await received(subscriber), [`${i + 1}`, "news"]);
          subscriber.close();
        }
      },
    ),
  );

  Deno.test(
    over("in manual mode, the end of each peer with the same prefix is told", async (address) => {
      using publisher = new XPublisher({ manual: true });
      await publisher.bind(address);
      const subscribers = [new Subscriber(), new Subscriber()];
      for (const subscriber of subscribers) {
        subscriber.subscribe("a");
        subscriber.connect(publisher.lastEndpoint!);
        assertEquals(await received(publisher), ["\x01a"]);
        publisher.subscribe("b");
      }
      for (const subscriber of subscribers) {
        subscriber.close();
        assertEquals(await received(publisher), ["\x00a"]);
      }
    }),
  );
}

Deno.test("a verbosity that is set later tells what comes after it", async () => {
  using publisher = new XPublisher();
  using subscriber = new Subscriber();
  await join(publisher, subscriber);
  for (const prefix of ["a", "a", "b"]) subscriber.subscribe(prefix);
  assertEquals([await received(publisher), await received(publisher)], [["\x01a"], ["\x01b"]]);
  publisher.verbosity = "allSubs";
  subscriber.subscribe("a");
  assertEquals(await received(publisher), ["\x01a"]);
});

// Names ---------------------------------------------------------------------------------------------

Deno.test("with handover, the last of several peers of one name has it", async () => {
  using router = new Router({ handover: true });
  await router.bind(TCP);
  const dealers: Dealer[] = [];
  for (let number = 0; number < 3; number++) {
    const dealer = new Dealer({ routingId: "X", linger: 0, reconnectInterval: -1 });
    dealer.connect(router.lastEndpoint!);
    await dealer.send(`${number}`);
    assertEquals(await received(router), ["X", `${number}`]);
    dealers.push(dealer);
  }
  await router.send(["X", "for the last"]);
  assertEquals(await received(dealers[2]), ["for the last"]);
  for (const dealer of dealers) dealer.close();
});
