import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { keepers, reactor } from "../../poller/reactor.ts";
import { resetBudget, takeBudget } from "../../poller/budget.ts";
import { Pair, Pull, Push } from "../../zeromq.ts";
import { eachTransport } from "../socket/support.ts";
import { runtimeTimers } from "../../poller/runtime_timers.ts";
import { StoppedClock } from "../poller/clock.ts";
import { Strategy } from "../poller/support.ts";
import { watched } from "../replacing.ts";
import { freshAddress, join } from "../util.ts";
import { using, withPairs } from "./support.ts";
import { pause, soon, turn } from "../waiting.ts";

for (const over of eachTransport()) {
  Deno.test(over("loops over messages that are there let timers fire", async (address) => {
    await withPairs(address, async (one, other) => {
      one.sendHighWaterMark = 5000;
      other.receiveHighWaterMark = 5000;
      const ticksOf = async (action: () => Promise<void>) => {
        let ticks = 0;
        await pause(15); // what was before is over
        const interval = setInterval(() => ticks++, 0);
        await turn();
        ticks = 0;
        await action();
        clearInterval(interval);
        return ticks;
      };
      let [sending, receiving] = [0, 0];
      // The faster the machine is, the fewer ticks there are in a round.
      for (let round = 0; round < 100 && Math.min(sending, receiving) < 3; round++) {
        sending += await ticksOf(async () => {
          for (let i = 0; i < 2500; i++) await one.send("x");
        });
        receiving += await ticksOf(async () => {
          for (let i = 0; i < 2500; i++) await other.receive();
        });
      }
      assert(sending >= 3, `while sending: ${sending}`);
      assert(receiving >= 3, `while receiving: ${receiving}`);
    });
  }));
}

/** Whether a promise settles within a few microtasks. */
async function settledSoon(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(() => done = true);
  for (let i = 0; i < 5; i++) await Promise.resolve();
  return done;
}

Deno.test("of operations that can be done at once, 512 are answered without a pause, as many as by zeromq.js", async () => {
  await withPairs(freshAddress("inproc"), async (one) => {
    using _clock = new StoppedClock();
    resetBudget();
    let count = 0;
    let sent = one.send("x");
    while (await settledSoon(sent)) {
      count++;
      sent = one.send("x");
    }
    assertEquals(count, 512);
    await sent;
    assertEquals(await settledSoon(one.send("x")), true); // after the pause as before it
  });
});

Deno.test("closing in a pause for timers takes nothing back: one is sent, one is received", async () => {
  const one = new Pair({ linger: 0, sendHighWaterMark: 0 });
  const other = new Pair({ linger: 0, receiveHighWaterMark: 0 });
  await join(other, one, freshAddress("inproc"));
  // Each operation is answered in the same turn until that is used up; the next one pauses.
  let sent = one.send("x");
  let count = 1;
  while (await settledSoon(sent)) {
    sent = one.send("x");
    count++;
  }
  one.close();
  await sent;
  // Its timer would be due by now. What began to wait then kept the process alive.
  await pause(2);
  assertEquals(keepers(), []);
  for (let i = 1; i < count; i++) await other.receive();
  assertEquals(`${await soon(other.receive())}`, "x");
  other.close();
});

Deno.test("what was sent just before a disconnect was lost now and then", async () => {
  await using(new Pull(), async (pull) => {
    await using(new Push(), async (push) => {
      await join(pull, push);
      while (takeBudget()); // as where the last tick is more than 2 ms ago
      const sent = push.send("x");
      push.disconnect(pull.lastEndpoint!);
      await soon(sent);
      assertEquals(`${await soon(pull.receive())}`, "x");
    });
  });
});

Deno.test("a socket said now and then that it's readable, though its only message was being received", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    await other.send("x");
    while (takeBudget());
    const received = one.receive();
    assertEquals(one.readable, false);
    assertEquals(`${await soon(received)}`, "x");
  });
});

Deno.test("a message went out up to 2.3 ms late now and then, though nothing was in its way", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    while (takeBudget());
    const sent = one.send("x");
    assertEquals(other.readable, true);
    await soon(sent);
  });
});

Deno.test("the promise of a receive or send settled now and then before that of one that was begun earlier", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    const seen: string[] = [];
    const all: Promise<unknown>[] = [];
    const note = (text: string, done: Promise<unknown>) =>
      all.push(done.then((result) => seen.push(`${text}${result ?? ""}`)));
    while (takeBudget());
    note("a", one.send("1"));
    resetBudget(); // as a tick of another socket's does
    note("b", one.send("2"));
    while (takeBudget());
    note("c", other.receive());
    resetBudget();
    note("d", other.receive());
    note("e", other.receive()); // waits
    note("f", one.send("3"));
    await soon(Promise.all(all));
    const of = (names: string) => seen.filter(([name]) => names.includes(name));
    assertEquals([of("abf"), of("cde")], [["a", "b", "f"], ["c1", "d2", "e3"]]);
  });
});

Deno.test("a loop that awaited its sends seldom let the runtime look at its own descriptors", async () => {
  await withPairs(freshAddress("inproc"), async (one) => {
    let asked = 0;
    using _asked = watched(Strategy.prototype, "beforeTick", () => void asked++);
    using _clock = new StoppedClock(); // so that no further pause for timers is due
    for (let round = 0; round < 6; round++) {
      while (takeBudget());
      await soon(one.send("x"));
    }
    assert(asked > 0);
  });
});

Deno.test("the promise of an operation that was put off settled after that of one which a microtask then began", async () => {
  await withPairs(freshAddress("inproc"), async (one) => {
    const seen: string[] = [];
    const all: Promise<unknown>[] = [];
    const send = (text: string) => all.push(one.send(text).then(() => seen.push(text)));
    using _clock = new StoppedClock(); // so that no further pause for timers is due
    for (let round = 0; round < 6; round++) {
      while (takeBudget());
      await soon(one.send("x"));
    }
    while (takeBudget());
    // Of the tick that ends the pause.
    reactor().putOff(() => queueMicrotask(() => send("second")));
    send("first");
    await soon(Promise.all(all));
    await soon(Promise.all(all));
    assertEquals(seen, ["first", "second"]);
  });
});

Deno.test("a burst has four pauses for timers and one more each tenth of a second, however long they take; it's over after 10 ms", async () => {
  await withPairs(freshAddress("inproc"), async (one) => {
    using clock = new StoppedClock();
    let count = 0;
    using _pauses = watched(runtimeTimers, "setTimeout", () => {
      count++;
      clock.pass(20);
    });
    /** How many pauses there are where so many budgets are used up, one after the other. */
    const pauses = async (budgets: number) => {
      count = 0;
      for (let i = 0; i < budgets; i++) {
        while (takeBudget());
        await soon(one.send("x"));
        assert(takeBudget(), "a pause begins another budget");
      }
      return count;
    };
    clock.pass(11);
    const burst = [await pauses(6)];
    for (let i = 0; i < 11; i++) {
      clock.pass(10);
      burst.push(await pauses(2));
    }
    clock.pass(11);
    burst.push(await pauses(6));
    assertEquals(burst, [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4]);
  });
});

Deno.test("operations that are put off together have one pause", async () => {
  await withPairs(freshAddress("inproc"), async (one) => {
    using clock = new StoppedClock();
    clock.pass(11);
    let pauses = 0;
    using _timers = watched(runtimeTimers, "setTimeout", () => void pauses++);
    using _ticks = watched(reactor(), "putOff", () => void pauses++);
    while (takeBudget());
    await soon(Promise.all(["a", "b", "c"].map((text) => one.send(text))));
    assertEquals(pauses, 1);
  });
});

Deno.test("a receive and a send that have to wait have no pause as well", async () => {
  await using(
    new Pair({ linger: 0, sendHighWaterMark: 1 }),
    (one) =>
      using(new Pair({ linger: 0, receiveHighWaterMark: 1 }), async (other) => {
        await join(one, other, freshAddress("inproc"));
        one.sendTimeout = 0;
        let full = false;
        while (!full) await soon(one.send("x").catch(() => full = true));
        one.sendTimeout = -1;
        let pauses = 0;
        using _timers = watched(runtimeTimers, "setTimeout", () => void pauses++);
        using _ticks = watched(reactor(), "putOff", () => void pauses++);
        while (takeBudget());
        const both = [one.receive(), one.send("last")];
        assertEquals(pauses, 0);
        while (`${await soon(other.receive())}` !== "last");
        await other.send("x");
        await soon(Promise.all(both));
      }),
  );
});
