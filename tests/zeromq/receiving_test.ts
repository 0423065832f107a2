import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { otherCores } from "../../context_core.ts";
import { ZmqError } from "../../errors.ts";
import { Context, Dealer, Pair, Publisher, Pull, Push, Reply, Request } from "../../zeromq.ts";
import { takeBudget } from "../../poller/budget.ts";
import { Attempt } from "../../zeromq/attempt.ts";
import { takeBuffers } from "../../zeromq/buffers.ts";
import { stateOf } from "../../zeromq/state.ts";
import { watched } from "../replacing.ts";
import { freshAddress, join } from "../util.ts";
import { EAGAIN, rejectsShape, throwsShape, untyped, using, withPairs } from "./support.ts";
import { held, soon } from "../waiting.ts";

const READING = {
  message: "Socket is busy reading; only one receive operation may be in progress at any time",
  code: "EBUSY",
  errno: 16,
};

Deno.test("a second receive throws while one waits, and the first goes on: EBUSY", async () => {
  await using(new Dealer({ receiveTimeout: 20 }), async (socket) => {
    const first = socket.receive();
    throwsShape(() => socket.receive(), READING);
    await rejectsShape(first, EAGAIN);
  });
  await withPairs(freshAddress("inproc"), async (one, other) => {
    const first = one.receive();
    throwsShape(() => one.receive(), READING);
    await other.send("x");
    assertEquals(`${await soon(first)}`, "x");
    await other.send("y");
    assertEquals(`${await soon(one.receive())}`, "y");
  });
});

Deno.test("receives beside each other failed now and then, though a message was there for each", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    // More often than there are pauses for timers.
    for (let round = 0; round < 6; round++) {
      for (const text of ["a", "b", "c"]) await other.send(text);
      while (takeBudget()); // as where the last tick is more than 2 ms ago
      const received = await soon(Promise.all(["a", "b", "c"].map(() => one.receive())));
      assertEquals(received.map(String), ["a", "b", "c"]);
    }
    await other.send("d");
    while (takeBudget());
    const last = [one.receive(), one.receive()];
    throwsShape(() => one.receive(), READING);
    await other.send("e");
    assertEquals((await soon(Promise.all(last))).map(String), ["d", "e"]);
  });
});

Deno.test("with a time-out of 0 a receive took a later message now and then, or failed the one after it", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    one.receiveTimeout = 0;
    for (let round = 0; round < 6; round++) {
      while (takeBudget());
      const none = [one.receive(), one.receive()].map((promise) => rejectsShape(promise, EAGAIN));
      await other.send("x");
      const [received] = await soon(Promise.all([one.receive(), ...none]));
      assertEquals(String(received), "x");
    }
    // And a loop of such receives lets timers fire.
    let fired = false;
    setTimeout(() => fired = true, 0);
    while (!fired) await one.receive().catch(() => {});
  });
});

Deno.test("two turns of one iterator at once: the second rejects, EBUSY", async () => {
  await using(new Pair(), async (socket) => {
    const iterator = socket[Symbol.asyncIterator]();
    const first = iterator.next();
    await rejectsShape(iterator.next(), READING);
    socket.close();
    assertEquals(await first, { done: true });
  });
});

Deno.test("what only sends has no receive", async () => {
  for (const Class of [Publisher, Push]) {
    await using(untyped(new Class()), async (socket) => {
      throws(() => socket.receive(), /receive is not a function/);
      let failure: unknown;
      try {
        for await (const _ of socket) break;
      } catch (error) {
        failure = error;
      }
      assert(/receive is not a function/.test(`${failure}`));
    });
  }
});

Deno.test("an iteration that is left leaves the messages behind it to the next receive", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    for (const text of ["a", "b", "c", "d"]) await one.send(text);
    for await (const [part] of other) if (`${part}` === "b") break;
    assertEquals(`${await soon(other.receive())}`, "c");
    for await (const [part] of other) {
      assertEquals(`${part}`, "d");
      break;
    }
  });
});

Deno.test("an iteration receives by the class's own receive, where it has one", async () => {
  const received: string[] = [];
  class Noting extends Pair {
    override async receive() {
      const message = await super.receive();
      received.push(`${message}`);
      return message;
    }
  }
  await using(new Pair({ linger: 0 }), async (one) => {
    await using(new Noting({ linger: 0 }), async (other) => {
      await join(one, other, freshAddress("inproc"));
      await one.send("a");
      await one.send("b");
      for await (const [part] of other) {
        if (`${part}` === "b") break;
      }
      assertEquals(received, ["a", "b"]);
    });
  });
});

Deno.test("a receive's time-out is an error of the iteration, which goes on with the next one", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    one.receiveTimeout = 1;
    const iterator = one[Symbol.asyncIterator]();
    await rejectsShape(iterator.next(), EAGAIN);
    await other.send("x");
    const { value, done } = await iterator.next();
    assertEquals([`${value}`, done], ["x", false]);
  });
});

Deno.test("an iteration ends when its socket is closed, but not by another error of its receive", async () => {
  class Closing extends Pair {
    override receive(): Promise<never> {
      this.close();
      return Promise.reject(new Error("its own"));
    }
  }
  const iterator = new Closing()[Symbol.asyncIterator]();
  await rejects(iterator.next(), { message: "its own" });
  assertEquals(await iterator.next(), { done: true });
});

Deno.test("a receive out of turn whose time is over leaves a send that waits what its last try has heard of", async () => {
  await using(
    new Request({ linger: 0, receiveTimeout: 1 }),
    (request) =>
      using(new Reply({ linger: 0 }), async (reply) => {
        const address = freshAddress("inproc");
        await request.bind(address);
        const sent = request.send("x"); // waits for a peer
        let connected = false;
        using _ = watched(Attempt.prototype, "end", () => {
          if (connected) return;
          connected = true;
          reply.connect(address);
          // One in a hundred tries out of turn hears of what has happened: here it's the last one.
          for (let i = 0; i < 100; i++) takeBuffers(stateOf(request)!.handle.pointer, undefined);
        });
        await rejects(soon(request.receive()));
        await soon(sent);
        assertEquals(`${await soon(reply.receive())}`, "x");
      }),
  );
});

Deno.test("a receive that waits while its context is shut down fails with an error of zeromq.js's shape", async () => {
  const context = new Context();
  await using(new Pull({ context }), async (pull) => {
    await pull.bind(freshAddress("inproc"));
    const received = held(pull.receive());
    otherCores.get(context)!.shutdown();
    await rejects(soon(received), (error: { code?: string }) => {
      assertEquals([error.code, error instanceof ZmqError], ["ETERM", false]);
      return true;
    });
  });
});
