/** What a Poller watches, and what it reports of it. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import {
  Dealer,
  Pair,
  type Pollable,
  Poller,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Subscriber,
  XPublisher,
} from "../../mod.ts";
import { Wakeup } from "../../poller/wakeup.ts";
import { duplicateTo, fill, pipe, put, socketPair, take, unusedNumber } from "../fds.ts";
import { freshAddress, join, until, withFolder } from "../util.ts";
import { all, Bell, eachBackend, keys, KINDS } from "./support.ts";
import { soon, STUCK } from "../waiting.ts";
import { rejectsCode, throwsCode } from "../failures.ts";

const BOTH = { readable: true, writable: true };

for (const over of eachBackend()) {
  Deno.test(over(
    "sockets of several types and descriptors of several kinds are reported together",
    async (poller) => {
      await withFolder(async (folder) => {
        using pull = new Pull();
        using push = new Push();
        await join(pull, push, freshAddress("tcp"));
        using router = new Router();
        using dealer = new Dealer();
        await join(router, dealer, freshAddress("ipc", folder));
        using reply = new Reply();
        using request = new Request();
        await join(reply, request, freshAddress("inproc"));
        using line = pipe();
        using sockets = socketPair();
        using counter = { wake: new Wakeup(), [Symbol.dispose]: () => counter.wake.close() };
        const file = openSync(new URL(import.meta.url), "r");
        const nothing = openSync("/dev/null", "r");
        try {
          for (const [key, socket] of Object.entries({ pull, router, reply })) {
            poller.add(socket, { key });
          }
          poller.add(line.read, { key: "pipe" });
          poller.add(sockets.read, { key: "socket pair" });
          poller.add(counter.wake.fd, { key: "eventfd" });
          assertEquals(await poller.wait({ timeout: 0 }), []);
          assertEquals(poller.waitSync({ timeout: 0 }), []);

          poller.add(file, { key: "file" });
          poller.add(nothing, { key: "/dev/null" });
          await all(poller, ["file", "/dev/null"]);

          await Promise.all([push.send("a"), dealer.send("b"), request.send("c")]);
          put(line.write);
          put(sockets.write);
          counter.wake.signal();
          const ready = await all(poller, [
            "pull",
            "router",
            "reply",
            "pipe",
            "socket pair",
            "eventfd",
            "file",
            "/dev/null",
          ]);
          for (const one of ready) {
            assert(one.readable && !one.writable && !one.error && !one.hangup, `${one.key}`);
          }
          const sources = new Map(ready.map(({ key, source }) => [key, source]));
          assert(sources.get("reply") === reply && sources.get("pipe") === line.read);
        } finally {
          closeSync(file);
          closeSync(nothing);
        }
      });
    },
  ));
}

for (const backend of KINDS) {
  Deno.test(`${backend}: a key can be anything, and none is undefined`, async () => {
    using poller = new Poller<unknown>({ backend });
    using one = pipe();
    using other = pipe();
    using third = pipe();
    const object = { name: "mine" };
    poller.add(one.read, { key: object });
    poller.add(other.read, { key: () => "called" });
    poller.add(third.read);
    for (const { write } of [one, other, third]) put(write);
    const found = new Map((await poller.wait()).map(({ source, key }) => [source, key]));
    assert(found.get(one.read) === object);
    assertEquals((found.get(other.read) as () => string)(), "called");
    assertEquals([found.has(third.read), found.get(third.read)], [true, undefined]);
  });
}

for (const over of eachBackend()) {
  Deno.test(over("a Poller says which backend it has", (poller, kind) => {
    assertEquals(poller.backend, kind);
  }));
}

Deno.test("a backend that doesn't exist is a RangeError", () => {
  throws(() => new Poller({ backend: "magic" as "poll" }), RangeError);
});

for (const over of eachBackend()) {
  Deno.test(over("without an interest, a source is watched until it's readable", async (poller) => {
    using one = new Pair();
    using other = new Pair();
    await join(one, other, freshAddress("inproc"));
    using sockets = socketPair();
    poller.add(one);
    poller.add(sockets.read);
    assertEquals(poller.waitSync({ timeout: 0 }), []);
    put(sockets.write);
    assertEquals((await poller.wait()).map(({ source }) => source), [sockets.read]);
  }));

  Deno.test(
    over("writable: sockets and descriptors that have room, and no others", async (poller) => {
      using push = new Push();
      using pull = new Pull();
      await join(pull, push, freshAddress("inproc"));
      using alone = new Push();
      using line = pipe();
      using full = pipe();
      fill(full.write);
      poller.add(push, { writable: true, key: "push" });
      poller.add(alone, { writable: true, key: "push without a peer" });
      poller.add(line.write, { writable: true, key: "pipe" });
      poller.add(full.write, { writable: true, key: "full pipe" });
      for (const one of await all(poller, ["push", "pipe"])) assert(one.writable && !one.readable);
      take(full.read, 65536);
      await all(poller, ["push", "pipe", "full pipe"]);
    }),
  );

  Deno.test(over("readable and writable: each report says which", async (poller) => {
    using one = new Pair();
    using other = new Pair();
    await join(one, other, freshAddress("inproc"));
    using sockets = socketPair();
    poller.add(one, { ...BOTH, key: "pair" });
    poller.add(sockets.read, { ...BOTH, key: "socket pair" });
    for (const ready of await all(poller, ["pair", "socket pair"])) {
      assertEquals([ready.readable, ready.writable], [false, true]);
    }
    await other.send("x");
    put(sockets.write);
    for (const ready of await all(poller, ["pair", "socket pair"])) {
      assertEquals([ready.readable, ready.writable], [true, true]);
    }
  }));

  Deno.test(over(
    "a hang-up is reported, whatever the interest, and what came before can still be read",
    (poller) => {
      using line = pipe();
      put(line.write, 3);
      line.close(line.write);
      poller.add(line.read);
      const [ready] = poller.waitSync({ timeout: STUCK });
      assertEquals([ready.readable, ready.hangup], [true, true]);
      assertEquals(take(line.read, 10), 3);
      assertEquals(poller.waitSync({ timeout: STUCK })[0].hangup, true);
    },
  ));

  Deno.test(over("an error is reported: a pipe whose reader has gone", (poller) => {
    using line = pipe();
    line.close(line.read);
    poller.add(line.write, { writable: true });
    assertEquals(poller.waitSync({ timeout: STUCK })[0].error, true);
  }));

  Deno.test(over("modify changes what is reported from then on", async (poller) => {
    using one = new Pair();
    using other = new Pair();
    await join(one, other, freshAddress("inproc"));
    using sockets = socketPair();
    await other.send("x");
    put(sockets.write);
    for (const source of [one, sockets.read]) {
      poller.add(source, { writable: true, key: `${typeof source}` });
      const ready = async () =>
        (await poller.wait({ timeout: 0 })).map(({ readable, writable }) => [readable, writable]);
      assertEquals(await ready(), [[false, true]]);
      poller.modify(source, { readable: true });
      assertEquals(await ready(), [[true, false]]);
      poller.modify(source, BOTH);
      assertEquals(await ready(), [[true, true]]);
      poller.remove(source);
    }
  }));

  Deno.test(over(
    "with nothing of interest a source stays, isn't reported, and can be of interest again",
    async (poller) => {
      using pull = new Pull();
      using push = new Push();
      await join(pull, push, freshAddress("inproc"));
      using line = pipe();
      await push.send("x");
      put(line.write);
      for (const source of [pull, line.read]) {
        poller.add(source, { key: "never" });
        poller.modify(source, { readable: false });
        assertEquals(poller.waitSync({ timeout: 0 }), []);
        poller.modify(source, { readable: true });
        assertEquals(keys(await poller.wait()), ["never"]);
        poller.modify(source, { readable: false });
        assertEquals(await poller.wait({ timeout: 0 }), []);
        assertEquals(poller.has(source), true);
        poller.remove(source);
      }
    },
  ));

  Deno.test(
    over("size and has follow add and remove; what was removed isn't reported", async (poller) => {
      using pull = new Pull();
      using push = new Push();
      await join(pull, push, freshAddress("inproc"));
      using line = pipe();
      await push.send("x");
      put(line.write);
      const state = () => [poller.size, poller.has(pull), poller.has(line.read)];
      assertEquals(state(), [0, false, false]);
      poller.add(pull, { key: "pull" });
      assertEquals(state(), [1, true, false]);
      poller.add(line.read, { key: "pipe" });
      assertEquals(state(), [2, true, true]);
      await all(poller, ["pipe", "pull"]);
      poller.remove(pull);
      assertEquals(state(), [1, false, true]);
      await all(poller, ["pipe"]);
      poller.remove(line.read);
      assertEquals(state(), [0, false, false]);
      assertEquals(poller.waitSync({ timeout: 0 }), []);
      poller.add(pull, { key: "again" });
      await all(poller, ["again"]);
    }),
  );

  Deno.test(
    over("adding twice is EEXIST, also by the number of a socket's own descriptor", (poller) => {
      using pull = new Pull();
      using line = pipe();
      poller.add(pull);
      poller.add(line.read);
      throwsCode(() => poller.add(pull), "EEXIST");
      throwsCode(() => poller.add(line.read), "EEXIST");
      throwsCode(() => poller.add(pull.fd), "EEXIST");
      assertEquals(poller.size, 2);
    }),
  );

  Deno.test(over("adding what is closed is EBADF, and leaves nothing behind", (poller) => {
    throwsCode(() => poller.add(unusedNumber()), "EBADF");
    const pull = new Pull();
    pull.close();
    throwsCode(() => poller.add(pull), "EBADF");
    assertEquals(poller.size, 0);
    assertEquals(poller.waitSync({ timeout: 0 }), []);
  }));

  Deno.test(over("a closed socket is EBADF also while its descriptor is still open", (poller) => {
    using bell = new Bell();
    bell.closed = true;
    throwsCode(() => poller.add(bell), "EBADF");
    assertEquals(poller.size, 0);
  }));

  Deno.test(over("changing or removing what isn't watched is ENOENT", (poller) => {
    using pull = new Pull();
    using line = pipe();
    for (const source of [pull, line.read]) {
      throwsCode(() => poller.modify(source, { readable: false }), "ENOENT");
      throwsCode(() => poller.remove(source), "ENOENT");
      poller.add(source);
      poller.remove(source);
      throwsCode(() => poller.modify(source, { readable: false }), "ENOENT");
      throwsCode(() => poller.remove(source), "ENOENT");
    }
  }));

  Deno.test(over("what is neither a socket nor a descriptor's number is a TypeError", (poller) => {
    for (const source of [undefined, null, "0", "pull", {}, [], 1n, true, 1.5, NaN, Symbol("x")]) {
      throws(() => poller.add(source as unknown as Pollable), TypeError);
    }
    throws(() => poller.add(-1), RangeError);
    throws(() => poller.add(2 ** 31), RangeError);
    assertEquals(poller.size, 0);
  }));

  Deno.test(
    over(
      "a closed Poller refuses everything with EBADF, and closing it again is nothing",
      async (poller) => {
        using pull = new Pull();
        poller.add(pull);
        assertEquals(poller.closed, false);
        poller.close();
        poller.close();
        poller.wake();
        assertEquals([poller.closed, poller.size, poller.has(pull)], [true, 0, false]);
        throwsCode(() => poller.add(pull), "EBADF");
        throwsCode(() => poller.modify(pull, { readable: false }), "EBADF");
        throwsCode(() => poller.remove(pull), "EBADF");
        await rejectsCode(poller.wait(), "EBADF");
        throwsCode(() => poller.waitSync(), "EBADF");
      },
    ),
  );
}

for (const backend of KINDS) {
  Deno.test(`${backend}: closing a Poller closes none of its sources`, async () => {
    using pull = new Pull();
    using push = new Push();
    await join(pull, push);
    using line = pipe();
    {
      using poller = new Poller({ backend });
      poller.add(pull);
      poller.add(line.read);
    }
    await push.send("still there");
    assertEquals(String((await pull.receive())[0]), "still there");
    put(line.write);
    assertEquals(take(line.read), 1);
  });
}

for (const over of eachBackend()) {
  Deno.test(over("closing a socket removes it from each of its Pollers", async (poller) => {
    using other = new Poller();
    const pull = new Pull();
    const push = new Push();
    await join(pull, push, freshAddress("inproc"));
    await push.send("x");
    for (const one of [poller, other]) one.add(pull);
    assertEquals((await poller.wait()).length, 1);
    pull.close();
    assertEquals([poller.size, other.size], [0, 0]);
    assertEquals([await poller.wait({ timeout: 0 }), other.waitSync({ timeout: 0 })], [[], []]);
    throwsCode(() => poller.remove(pull), "ENOENT");
    push.close();
  }));

  Deno.test(over(
    "a descriptor that was removed before it was closed can come back as another file",
    async (poller) => {
      using first = pipe();
      poller.add(first.read, { key: "old" });
      put(first.write);
      await all(poller, ["old"]);
      poller.remove(first.read);
      using second = pipe();
      duplicateTo(second.read, first.read);
      poller.add(first.read, { key: "new" });
      assertEquals(await poller.wait({ timeout: 0 }), []);
      put(second.write);
      await all(poller, ["new"]);
    },
  ));

  Deno.test(over("several Pollers share a socket, and each is told", async (poller) => {
    using pull = new Pull();
    using push = new Push();
    await join(pull, push);
    const others = KINDS.map((backend) => new Poller<string>({ backend }));
    const pollers = [poller, ...others];
    try {
      for (const one of pollers) one.add(pull, { key: "pull" });
      for (let round = 0; round < 20; round++) {
        const waits = pollers.map((one) => one.wait());
        await push.send("x");
        for (const wait of waits) assertEquals(keys(await soon(wait)), ["pull"]);
        // One that began later is told as well: the message is still there.
        assertEquals(keys(others[0].waitSync({ timeout: STUCK })), ["pull"]);
        assertEquals(pull.tryReceive()?.length, 1);
        for (const one of pollers) assertEquals(one.waitSync({ timeout: 0 }), []);
      }
    } finally {
      for (const one of others) one.close();
    }
  }));

  Deno.test(over(
    "a subscription that comes makes its XPublisher ready, a message its Subscriber",
    async (poller) => {
      using publisher = new XPublisher();
      using subscriber = new Subscriber();
      await join(publisher, subscriber);
      poller.add(publisher, { key: "publisher" });
      poller.add(subscriber, { key: "subscriber" });
      subscriber.subscribe("a");
      assertEquals(keys(await soon(poller.wait())), ["publisher"]);
      assertEquals(String(publisher.tryReceive()?.[0]), "\x01a");
      await publisher.send("a message");
      assertEquals(keys(await soon(poller.wait())), ["subscriber"]);
    },
  ));

  Deno.test(over("a Poller of sockets of which one is ready names that one", async (poller) => {
    const pairs: { pull: Pull; push: Push }[] = [];
    try {
      for (let i = 0; i < 20; i++) {
        const pair = { pull: new Pull(), push: new Push() };
        pairs.push(pair);
        await join(pair.pull, pair.push, freshAddress("inproc"));
        poller.add(pair.pull, { key: `${i}` });
      }
      for (const i of [0, 7, 19]) {
        await pairs[i].push.send("x");
        await until(pairs[i].pull);
        assertEquals(keys(await poller.wait()), [`${i}`]);
        assertEquals(pairs[i].pull.tryReceive()?.length, 1);
        assertEquals(await poller.wait({ timeout: 0 }), []);
      }
    } finally {
      for (const { pull, push } of pairs) {
        pull.close();
        push.close();
      }
    }
  }));
}
