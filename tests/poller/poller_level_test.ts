/** A Poller is level-triggered to its user, fair to the rest of the program, and as quick with many sources. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { Context, Dealer, type Poller, Pull, Push, type Ready } from "../../mod.ts";
import { defaultKind } from "../../poller/create.ts";
import { descriptorLimit, pipe, put, take } from "../fds.ts";
import { freshAddress, join } from "../util.ts";
import { eachBackend, keys, Looks } from "./support.ts";
import { soon, STUCK, turnsUntil } from "../waiting.ts";

const MESSAGES = 5000;
const LINES = 300;
const LINE = 8;

/** A pair of sockets without limits to their queues. */
async function pipeline(transport: "tcp" | "inproc") {
  const pull = new Pull({ receiveHighWaterMark: 0 });
  const push = new Push({ sendHighWaterMark: 0 });
  await join(pull, push, freshAddress(transport));
  return { pull, push, [Symbol.dispose]: () => [pull, push].forEach((socket) => socket.close()) };
}

/** Takes one message and one line of what a turn reports, with an `if` each. */
class Consumer {
  messages = 0;
  lines = 0;

  constructor(readonly pull: Pull, readonly reader: number) {}

  get done(): boolean {
    return this.messages === MESSAGES && this.lines === LINES;
  }

  turn(ready: readonly Ready<string | undefined>[]): void {
    assert(ready.length > 0, `nothing more after ${this.messages} messages, ${this.lines} lines`);
    for (const { key } of ready) {
      if (key === "socket") {
        const message = this.pull.tryReceive();
        assert(message !== undefined, "reported in vain");
        assertEquals(Number(message[0].text()), this.messages++);
      } else {
        assertEquals(take(this.reader, LINE), LINE);
        this.lines++;
      }
    }
  }
}

for (const transport of ["tcp", "inproc"] as const) {
  for (const over of eachBackend()) {
    Deno.test(over(
      `with an if and one message a turn, an async loop misses nothing (${transport})`,
      async (poller) => {
        using sockets = await pipeline(transport);
        using line = pipe();
        poller.add(sockets.pull, { key: "socket" });
        poller.add(line.read, { key: "line" });
        const consumer = new Consumer(sockets.pull, line.read);
        const produce = async () => {
          for (let i = 0; i < MESSAGES; i++) await sockets.push.send(`${i}`);
        };
        const produced = produce();
        put(line.write, LINES * LINE);
        while (!consumer.done) consumer.turn(await poller.wait({ timeout: STUCK }));
        await produced;
        assertEquals(await poller.wait({ timeout: 0 }), []);
      },
    ));

    Deno.test(over(
      `with an if and one message a turn, a loop on this thread misses nothing (${transport})`,
      async (poller) => {
        using sockets = await pipeline(transport);
        using line = pipe();
        poller.add(sockets.pull, { key: "socket" });
        poller.add(line.read, { key: "line" });
        const consumer = new Consumer(sockets.pull, line.read);
        for (let i = 0; i < MESSAGES; i++) assert(sockets.push.trySend(`${i}`));
        put(line.write, LINES * LINE);
        while (!consumer.done) consumer.turn(poller.waitSync({ timeout: STUCK }));
        assertEquals(poller.waitSync({ timeout: 0 }), []);
      },
    ));
  }
}

for (const over of eachBackend()) {
  Deno.test(
    over("with async iteration and one message a turn, nothing is missed", async (poller) => {
      using sockets = await pipeline("tcp");
      using line = pipe();
      poller.add(sockets.pull, { key: "socket" });
      poller.add(line.read, { key: "line" });
      const consumer = new Consumer(sockets.pull, line.read);
      for (let i = 0; i < MESSAGES; i++) assert(sockets.push.trySend(`${i}`));
      put(line.write, LINES * LINE);
      const loop = async () => {
        for await (const ready of poller) {
          consumer.turn(ready);
          if (consumer.done) break;
        }
      };
      await soon(loop(), "the last message");
    }),
  );

  Deno.test(over(
    "a source is reported by every wait for as long as it's ready, and not once more",
    async (poller) => {
      using sockets = await pipeline("inproc");
      const { pull, push } = sockets;
      poller.add(pull, { key: "socket" });
      for (let i = 0; i < 3; i++) await push.send(`${i}`);
      for (let left = 3; left > 0; left--) {
        for (let again = 0; again < 3; again++) {
          assertEquals(keys(await poller.wait({ timeout: 0 })), ["socket"]);
          assertEquals(keys(poller.waitSync({ timeout: 0 })), ["socket"]);
        }
        assertEquals(pull.tryReceive()?.length, 1);
      }
      assertEquals(await poller.wait({ timeout: 0 }), []);
    },
  ));

  Deno.test(over(
    "messages taken between two waits, by whatever call, aren't reported any more",
    async (poller) => {
      using sockets = await pipeline("inproc");
      const { pull, push } = sockets;
      poller.add(pull, { key: "socket" });
      const takers: (() => unknown)[] = [
        () => pull.tryReceive(),
        () => [...pull.drain()],
        () => pull.visit(() => {}),
        () => pull.receiveSync(),
        () => pull.receive(),
        () => pull[Symbol.asyncIterator]().next(),
      ];
      for (const takeIt of takers) {
        await push.send("x");
        assertEquals(keys(await soon(poller.wait())), ["socket"]);
        await takeIt();
        assertEquals(await poller.wait({ timeout: 0 }), []);
        assertEquals(poller.waitSync({ timeout: 0 }), []);
      }
    },
  ));

  Deno.test(
    over(
      "a receive that waits has precedence over a Poller, which then waits on",
      async (poller) => {
        using sockets = await pipeline("inproc");
        const { pull, push } = sockets;
        poller.add(pull, { key: "socket" });
        const message = pull.receive();
        const wait = poller.wait();
        await push.send("for the receive");
        assertEquals(String((await soon(message))[0]), "for the receive");
        await push.send("for the loop");
        assertEquals(keys(await soon(wait)), ["socket"]);
        assertEquals(String(pull.tryReceive()?.[0]), "for the loop");
      },
    ),
  );

  Deno.test(over(
    "receives beyond a tick's budget are all served, also on a socket that a Poller reports",
    async (poller) => {
      using sockets = await pipeline("inproc");
      const { pull, push } = sockets;
      poller.add(pull, { key: "socket" });
      const number = 3000;
      let received = 0;
      const receives = Array.from({ length: number }, async () => {
        await pull.receive();
        received++;
      });
      for (let i = 0; i < number; i++) push.trySend("x");
      // This loop must not take away what tells the reactor to go on.
      const limit = performance.now() + STUCK;
      while (received < number && performance.now() < limit) await poller.wait({ timeout: 5 });
      assertEquals(received, number);
      await Promise.all(receives);
    },
  ));
}

/** Runs a loop beside a 1 ms timer until that has fired often. */
async function beside(turn: () => Promise<unknown>): Promise<void> {
  let fired = 0;
  const timer = setInterval(() => fired++, 1);
  const limit = performance.now() + STUCK;
  try {
    while (fired < 20) {
      await turn();
      assert(performance.now() < limit, `in ${STUCK} ms the timer has fired ${fired} times`);
    }
  } finally {
    clearInterval(timer);
  }
}

for (const over of eachBackend()) {
  Deno.test(
    over("a loop over a file that's always ready doesn't starve a timer", async (poller) => {
      const nothing = openSync("/dev/null", "r");
      try {
        poller.add(nothing, { key: "null" });
        await beside(async () =>
          assertEquals(keys(await poller.wait({ timeout: STUCK })), ["null"])
        );
      } finally {
        closeSync(nothing);
      }
    }),
  );

  Deno.test(
    over("a loop over a socket that's always ready doesn't starve a timer", async (poller) => {
      using sockets = await pipeline("inproc");
      poller.add(sockets.push, { writable: true, key: "push" });
      await beside(async () => assertEquals(keys(await poller.wait({ timeout: STUCK })), ["push"]));
    }),
  );

  Deno.test(over("a loop that is woken again and again doesn't starve a timer", async (poller) => {
    await beside(() => {
      poller.wake();
      return poller.wait({ timeout: STUCK });
    });
  }));

  Deno.test(
    over(
      "a source that's always ready doesn't keep another from being reported",
      async (poller) => {
        using sockets = await pipeline("tcp");
        const nothing = openSync("/dev/null", "r");
        try {
          poller.add(nothing, { key: "null" });
          poller.add(sockets.pull, { key: "socket" });
          for (let round = 0; round < 20; round++) {
            await sockets.push.send("x");
            const limit = performance.now() + STUCK;
            while (!keys(await poller.wait()).includes("socket")) {
              assert(performance.now() < limit, "the socket isn't reported");
            }
            assertEquals(sockets.pull.tryReceive()?.length, 1);
          }
        } finally {
          closeSync(nothing);
        }
      },
    ),
  );
}

const MANY = 1000;
const NEEDED = 2500;

for (const over of eachBackend()) {
  Deno.test(over(
    `of ${MANY} sockets the ready ones are found, and no others are asked (needs ${NEEDED} descriptors)`,
    (poller) => amongMany(poller),
    // Nor can select watch that many, whether for the Poller or for the reactor.
    (kind) => descriptorLimit() < NEEDED || [kind, defaultKind()].includes("select"),
  ));
}

async function amongMany(poller: Poller<string | undefined>): Promise<void> {
  using context = new Context({ maxSockets: 2 * MANY + 100 });
  const crowd = Array.from({ length: MANY }, () => new Dealer({ context }));
  for (const [i, dealer] of crowd.entries()) {
    dealer.bind(`inproc://crowd-${i}`);
    poller.add(dealer, { key: `${i}` });
  }
  assertEquals(poller.size, MANY);
  assertEquals(await poller.wait({ timeout: 0 }), []);
  using looks = new Looks();
  const asked = () => crowd.filter((dealer) => looks.of(dealer) > 0).length;
  const busy = [0, 1, 511, 512, 998, 999];
  for (const i of busy) {
    using peer = new Dealer({ context, linger: 0 });
    const wait = poller.wait();
    peer.connect(`inproc://crowd-${i}`);
    peer.trySend("you there");
    assertEquals(keys(await soon(wait)), [`${i}`]);
    assertEquals(String(crowd[i].tryReceive()?.[0]), "you there");
    assertEquals(poller.waitSync({ timeout: 0 }), []);
  }
  // A closed peer's going is a change as well, which takes its way through an I/O thread.
  assertEquals(asked(), busy.length);

  // And all at once: each is reported, each once.
  const peers = crowd.map(() => new Dealer({ context, linger: 0 }));
  for (const [i, peer] of peers.entries()) {
    peer.connect(`inproc://crowd-${i}`);
    peer.trySend("you too");
  }
  const found = new Set<string>();
  await turnsUntil(() => {
    for (const { key, source } of poller.waitSync({ timeout: 0 })) {
      found.add(key!);
      assertEquals((source as Dealer).tryReceive()?.length, 1);
    }
    return found.size === MANY;
  }, "the last of them");
  assertEquals(await poller.wait({ timeout: 0 }), []);
}
