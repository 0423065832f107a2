/** How a Poller's wait ends: by readiness, time, signal, wake and close, on both kinds of threads. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Poller, Pull, Push } from "../../mod.ts";
import { resetBudget } from "../../poller/budget.ts";
import { DescriptorSet } from "../../poller/descriptor_set.ts";
import { watched } from "../replacing.ts";
import { drain, pipe, put, take } from "../fds.ts";
import { join } from "../util.ts";
import { StoppedClock } from "./clock.ts";
import { all, eachBackend, keys, KINDS, Parks } from "./support.ts";
import { soon, STUCK, turn, turns, turnsUntil } from "../waiting.ts";
import { rejectsCode, throwsCode } from "../failures.ts";

for (const over of eachBackend()) {
  Deno.test(over("rule 9: waitSync blocks for 100 ms at a time", (poller) => {
    const timeouts: number[] = [];
    using _counted = watched(
      DescriptorSet.prototype,
      "waitSync",
      (timeout) => void timeouts.push(timeout),
    );
    assertEquals(poller.waitSync({ timeout: 150 }), []);
    assertEquals(Math.max(...timeouts), 100);
  }));

  Deno.test(over("timeout 0 only looks", async (poller) => {
    using line = pipe();
    poller.add(line.read, { key: "pipe" });
    using parks = new Parks();
    assertEquals(await poller.wait({ timeout: 0 }), []);
    assertEquals(poller.waitSync({ timeout: 0 }), []);
    put(line.write);
    assertEquals(keys(await poller.wait({ timeout: 0 })), ["pipe"]);
    assertEquals(keys(poller.waitSync({ timeout: 0 })), ["pipe"]);
    assertEquals(parks.count, 0);
  }));

  Deno.test(over("a timeout gives an empty list, and not before its time", async (poller) => {
    using line = pipe();
    using pull = new Pull();
    poller.add(line.read);
    poller.add(pull);
    for (const timeout of [0.5, 1, 20, 30.7]) {
      const begin = performance.now();
      assertEquals(await poller.wait({ timeout }), []);
      const middle = performance.now();
      assertEquals(poller.waitSync({ timeout }), []);
      const end = performance.now();
      assert(middle - begin >= timeout, `it took ${middle - begin} ms of ${timeout}`);
      assert(end - middle >= timeout, `on this thread it took ${end - middle} ms of ${timeout}`);
    }
  }));
}

for (const timeout of [undefined, Infinity, 2 ** 31, Number.MAX_VALUE]) {
  for (const over of eachBackend()) {
    Deno.test(over(`timeout ${timeout} is as long as it takes`, async (poller) => {
      using line = pipe();
      poller.add(line.read, { key: "pipe" });
      using parks = new Parks();
      const wait = poller.wait({ timeout });
      let ended = false;
      wait.then(() => ended = true);
      await turnsUntil(() => parks.outstanding === 1, "the wait");
      await turns(20);
      assertEquals(ended, false);
      put(line.write);
      assertEquals(keys(await soon(wait)), ["pipe"]);
      assertEquals(keys(poller.waitSync({ timeout })), ["pipe"]);
    }));
  }
}

for (const over of eachBackend()) {
  Deno.test(
    over("a negative timeout is a RangeError, another kind a TypeError", async (poller) => {
      for (const timeout of [-1, -0.1, -Infinity]) {
        await rejects(poller.wait({ timeout }), RangeError);
        throws(() => poller.waitSync({ timeout }), RangeError);
      }
      for (const timeout of [NaN, "1", null, 1n, {}] as unknown as number[]) {
        await rejects(poller.wait({ timeout }), TypeError);
        throws(() => poller.waitSync({ timeout }), TypeError);
      }
    }),
  );

  Deno.test(over("an empty Poller waits for its timeout, or for wake", async (poller) => {
    assertEquals(await poller.wait({ timeout: 1 }), []);
    assertEquals(poller.waitSync({ timeout: 1 }), []);
    const wait = poller.wait();
    await turn();
    poller.wake();
    assertEquals(await soon(wait), []);
  }));

  Deno.test(over(
    "a signal aborted before the wait rejects it with its reason, whatever is ready",
    async (poller) => {
      using line = pipe();
      put(line.write);
      poller.add(line.read, { key: "pipe" });
      const reason = new Error("my reason");
      await rejects(poller.wait({ signal: AbortSignal.abort(reason) }), reason);
      assertEquals(keys(await poller.wait()), ["pipe"]);
    },
  ));

  Deno.test(over(
    "a signal aborted during the wait rejects it with its reason, and the Poller is free again",
    async (poller) => {
      using line = pipe();
      poller.add(line.read, { key: "pipe" });
      for (let round = 0; round < 10; round++) {
        const controller = new AbortController();
        const wait = poller.wait({ signal: controller.signal });
        if (round % 2 === 0) await turn();
        controller.abort(`reason ${round}`);
        assertEquals(await soon(wait.catch((reason) => reason)), `reason ${round}`);
      }
      const wait = poller.wait();
      put(line.write);
      assertEquals(keys(await soon(wait)), ["pipe"]);
    },
  ));

  Deno.test(over("a signal aborted after the wait changes nothing", async (poller) => {
    const controller = new AbortController();
    assertEquals(await poller.wait({ timeout: 1, signal: controller.signal }), []);
    const wait = poller.wait();
    controller.abort();
    await turn();
    poller.wake();
    assertEquals(await soon(wait), []);
  }));

  Deno.test(over("one signal aborts the waits of many Pollers", async (poller) => {
    const others = Array.from(
      { length: 50 },
      (_, i) => new Poller({ backend: KINDS[i % KINDS.length] }),
    );
    const controller = new AbortController();
    try {
      const waits = [poller, ...others].map((one) => one.wait({ signal: controller.signal }));
      const free = new Poller();
      others.push(free);
      const wait = free.wait();
      await turn();
      controller.abort("all of you");
      for (const one of waits) {
        assertEquals(await soon(one.catch((reason) => reason)), "all of you");
      }
      free.wake();
      assertEquals(await soon(wait), []);
    } finally {
      for (const one of others) one.close();
    }
  }));

  Deno.test(over("wake ends the pending wait, and only that one", async (poller) => {
    using line = pipe();
    poller.add(line.read);
    for (let round = 0; round < 5; round++) {
      const wait = poller.wait();
      if (round % 2 === 0) await turn();
      for (let time = 0; time <= round; time++) poller.wake();
      assertEquals(await soon(wait), []);
      const begin = performance.now();
      assertEquals(await poller.wait({ timeout: 5 }), []);
      assert(performance.now() - begin >= 5, "wake ended the next wait too");
    }
  }));

  Deno.test(
    over(
      "wake before a wait ends the next one, once, and also one on this thread",
      async (poller) => {
        poller.wake();
        poller.wake();
        assertEquals(await soon(poller.wait()), []);
        poller.wake();
        assertEquals(poller.waitSync(), []);
        const begin = performance.now();
        assertEquals(poller.waitSync({ timeout: 5 }), []);
        assertEquals(await poller.wait({ timeout: 5 }), []);
        assert(performance.now() - begin >= 10, "wake ended more than one wait");
      },
    ),
  );

  Deno.test(over("a woken wait gives what is ready", async (poller) => {
    using line = pipe();
    poller.add(line.read, { key: "pipe" });
    const wait = poller.wait();
    await turn();
    put(line.write);
    poller.wake();
    assertEquals(keys(await soon(wait)), ["pipe"]);
  }));

  Deno.test(
    over("a second wait at a time is EBUSY at once, and the first goes on", async (poller) => {
      using line = pipe();
      poller.add(line.read, { key: "pipe" });
      const wait = poller.wait();
      await rejectsCode(poller.wait(), "EBUSY");
      await rejectsCode(poller.wait({ timeout: 0 }), "EBUSY");
      throwsCode(() => poller.waitSync({ timeout: 0 }), "EBUSY");
      await turn();
      await rejectsCode(poller.wait(), "EBUSY");
      put(line.write);
      assertEquals(keys(await soon(wait)), ["pipe"]);
      assertEquals(keys(poller.waitSync()), ["pipe"]);
    }),
  );

  Deno.test(over("closing during a wait rejects it with EBADF", async (poller) => {
    using line = pipe();
    poller.add(line.read);
    const wait = poller.wait();
    await turn();
    poller.close();
    await rejectsCode(wait, "EBADF");
  }));
}

for (const backend of KINDS) {
  Deno.test(`${backend}: using closes the Poller, also when its block throws`, () => {
    let kept: Poller | undefined;
    throws(() => {
      using poller = new Poller({ backend });
      kept = poller;
      throw new Error("out of here");
    }, /out of here/);
    assertEquals(kept!.closed, true);
  });
}

for (const over of eachBackend()) {
  Deno.test(over(
    "async iteration gives turn after turn, and ends when the Poller is closed",
    async (poller) => {
      using line = pipe();
      poller.add(line.read, { key: "pipe" });
      put(line.write, 3);
      let rounds = 0;
      for await (const ready of poller) {
        assertEquals(keys(ready), ["pipe"]);
        take(line.read);
        if (++rounds === 3) poller.close();
      }
      assertEquals(rounds, 3);
      for await (const _ of poller) throw new Error("a closed Poller has no turns");
    },
  ));

  Deno.test(over("closing during an iteration's wait ends the iteration", async (poller) => {
    using line = pipe();
    poller.add(line.read);
    const iterator = poller[Symbol.asyncIterator]();
    const next = iterator.next();
    await turn();
    poller.close();
    assertEquals(await soon(next), { value: undefined, done: true });
    assertEquals(await iterator.next(), { value: undefined, done: true });
  }));

  Deno.test(over("leaving an iteration leaves the Poller usable", async (poller) => {
    using line = pipe();
    poller.add(line.read, { key: "pipe" });
    put(line.write);
    for await (const ready of poller) {
      assertEquals(keys(ready), ["pipe"]);
      break;
    }
    assertEquals(keys(await poller.wait()), ["pipe"]);
  }));

  Deno.test(
    over(
      "return() ends an iteration's pending turn, and the Poller is free again",
      async (poller) => {
        using line = pipe();
        poller.add(line.read, { key: "pipe" });
        const iterator = poller[Symbol.asyncIterator]();
        const next = iterator.next();
        await turn();
        assertEquals((await iterator.return!()).done, true);
        assertEquals((await soon(next)).done, true);
        assertEquals((await iterator.next()).done, true);
        put(line.write);
        assertEquals(keys(await soon(poller.wait())), ["pipe"]);
      },
    ),
  );

  Deno.test(
    over(
      "return() during an iteration's turn lost a timer that was due by then",
      async (poller) => {
        using clock = new StoppedClock();
        const timer = poller.addTimer(50, { key: "timer" });
        const iterator = poller[Symbol.asyncIterator]();
        const next = iterator.next();
        await turn();
        clock.pass(60);
        await iterator.return!();
        assertEquals(await soon(next), { value: undefined, done: true });
        assertEquals(timer.active, true);
        assertEquals(keys(await poller.wait({ timeout: 0 })), ["timer"]);
      },
    ),
  );

  Deno.test(
    over(
      "return() during an iteration's turn lost a wake that came just before",
      async (poller) => {
        const iterator = poller[Symbol.asyncIterator]();
        const next = iterator.next();
        await turn();
        poller.wake();
        await iterator.return!();
        assertEquals(await soon(next), { value: undefined, done: true });
        assertEquals(await soon(poller.wait()), []);
      },
    ),
  );

  Deno.test(over("return() lost what an iteration's turn had gathered before", async (poller) => {
    using clock = new StoppedClock();
    poller.addTimer(50, { key: "timer" });
    clock.pass(60);
    // What the tests before have used up would put the gathering off to the next tick.
    resetBudget();
    const iterator = poller[Symbol.asyncIterator]();
    const next = iterator.next();
    await iterator.return!();
    const { value, done } = await soon(next);
    assertEquals([keys(value), done], [["timer"], false]);
    assertEquals((await iterator.next()).done, true);
  }));

  Deno.test(
    over(
      "return() left an iteration's turn pending once a second one was refused",
      async (poller) => {
        const iterator = poller[Symbol.asyncIterator]();
        const next = iterator.next();
        await rejectsCode(iterator.next(), "EBUSY");
        await iterator.return!();
        assertEquals(await soon(next), { value: undefined, done: true });
      },
    ),
  );

  Deno.test(over("return() of one iteration leaves another's turn pending", async (poller) => {
    const [one, other] = [poller[Symbol.asyncIterator](), poller[Symbol.asyncIterator]()];
    const first = one.next();
    await turn();
    poller.wake();
    assertEquals(await soon(first), { value: [], done: false });
    const second = other.next();
    await one.return!();
    poller.wake();
    assertEquals(await soon(second), { value: [], done: false });
  }));

  Deno.test(
    over("an iteration's turn is empty after wake, and the iteration goes on", async (poller) => {
      using line = pipe();
      poller.add(line.read, { key: "pipe" });
      const iterator = poller[Symbol.asyncIterator]();
      const next = iterator.next();
      await turn();
      poller.wake();
      assertEquals(await soon(next), { value: [], done: false });
      put(line.write);
      assertEquals(keys((await soon(iterator.next())).value), ["pipe"]);
    }),
  );

  Deno.test(over("waitSync sees what a peer sends meanwhile, over the network", async (poller) => {
    using pull = new Pull();
    using push = new Push();
    await join(pull, push);
    poller.add(pull, { key: "pull" });
    for (let round = 0; round < 20; round++) {
      push.trySend("x") || assert(await push.send("x") === undefined);
      assertEquals(keys(poller.waitSync({ timeout: STUCK })), ["pull"]);
      assertEquals(pull.tryReceive()?.length, 1);
      assertEquals(poller.waitSync({ timeout: 0 }), []);
    }
  }));

  Deno.test(over(
    "waitSync while a receive waits on the same socket: the receive gets its message",
    async (poller) => {
      using pull = new Pull();
      using push = new Push();
      await join(pull, push);
      using line = pipe();
      poller.add(pull, { key: "pull" });
      poller.add(line.read, { key: "pipe" });
      for (let round = 0; round < 10; round++) {
        const message = pull.receive();
        // Parked already, and not yet.
        if (round % 2 === 0) await turns(5);
        push.sendSync(`message ${round}`);
        if (round % 3 === 0) put(line.write);
        poller.waitSync({ timeout: 10 });
        assertEquals(String((await soon(message))[0]), `message ${round}`);
        drain(line.read);
      }
    },
  ));

  Deno.test(
    over("waitSync while others wait elsewhere leaves them what is theirs", async (poller) => {
      using one = new Pull();
      using other = new Pull();
      using push = new Push();
      using push2 = new Push();
      await join(one, push);
      await join(other, push2);
      poller.add(one, { key: "one" });
      using second = new Poller<string>();
      second.add(other, { key: "other" });
      const message = other.receive();
      const wait = second.wait();
      await turns(5);
      push2.sendSync("x");
      push.sendSync("y");
      assertEquals(keys(poller.waitSync({ timeout: STUCK })), ["one"]);
      assertEquals(String((await soon(message))[0]), "x");
      push2.sendSync("z");
      assertEquals(keys(await soon(wait)), ["other"]);
    }),
  );

  Deno.test(over(
    "after the last wait the thread is given back: Poller.idle() resolves with no one parked",
    async (poller) => {
      using line = pipe();
      poller.add(line.read, { key: "pipe" });
      await Poller.idle();
      using parks = new Parks();
      for (const end of ["ready", "wake", "abort", "close"]) {
        const controller = new AbortController();
        const wait = poller.wait({ signal: controller.signal });
        await turnsUntil(() => parks.outstanding === 1, "the wait");
        if (end === "ready") put(line.write);
        else if (end === "wake") poller.wake();
        else if (end === "abort") controller.abort();
        else poller.close();
        await soon(wait.catch(() => []));
        await soon(Poller.idle());
        assertEquals(parks.outstanding, 0);
        drain(line.read);
      }
    },
  ));

  Deno.test(over("Poller.idle() doesn't wait for those who wait", async (poller) => {
    const wait = poller.wait();
    await soon(Poller.idle());
    poller.wake();
    assertEquals(await soon(wait), []);
  }));

  Deno.test(
    over(
      "a closed Poller's descriptors are given back after its wait has ended",
      async (poller) => {
        using line = pipe();
        poller.add(line.read);
        const wait = poller.wait();
        await turn();
        poller.close();
        await rejectsCode(wait, "EBADF");
        await soon(Poller.idle());
        using again = new Poller<string | undefined>({ backend: poller.backend });
        again.add(line.read, { key: "pipe" });
        put(line.write);
        await all(again, ["pipe"]);
      },
    ),
  );
}
