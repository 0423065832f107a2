import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { otherCores } from "../../context_core.ts";
import { ZmqError } from "../../errors.ts";
import {
  capability,
  Context,
  curveKeyPair,
  Dealer,
  Pair,
  Pull,
  Push,
  Router,
  Stream,
  Subscriber,
  XPublisher,
} from "../../zeromq.ts";
import { Poller } from "../../mod.ts";
import { takeBudget } from "../../poller/budget.ts";
import { eachTransport, futureAddress } from "../socket/support.ts";
import type { Operation } from "../../socket/operation.ts";
import { stateOf } from "../../zeromq/state.ts";
import { freshAddress, join } from "../util.ts";
import { EAGAIN, rejectsShape, throwsShape, untyped, using, withPairs } from "./support.ts";
import { held, soon } from "../waiting.ts";

const WRITING = {
  message: "Socket is busy writing; only one send operation may be in progress at any time",
  code: "EBUSY",
  errno: 16,
};

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

const BYTES = new Uint8Array([0, 0x66, 0x6f, 0x6f, 0xff]);
const SHARED = new SharedArrayBuffer(3);
new Uint8Array(SHARED).set([0x66, 0x6f, 0x6f]);
const TRANSFERRED = new Uint8Array(3);
TRANSFERRED.buffer.transfer();
const SENT: [what: string, message: unknown, parts: Buffer[]][] = [
  ["a string", "föö", [bytes("föö")]],
  ["a lone surrogate", "\ud800", [bytes("\ufffd")]],
  ["a Buffer", Buffer.from(BYTES), [Buffer.from(BYTES)]],
  ["a view's own bytes", BYTES.subarray(1, 4), [bytes("foo")]],
  ["an Int32Array", Int32Array.of(1), [Buffer.from([1, 0, 0, 0])]],
  ["a DataView", new DataView(BYTES.buffer, 1, 3), [bytes("foo")]],
  ["an ArrayBuffer", BYTES.slice(1, 4).buffer, [bytes("foo")]],
  ["a SharedArrayBuffer", SHARED, [bytes("foo")]],
  ["null", null, [bytes("")]],
  ["an empty string", "", [bytes("")]],
  ["a view whose buffer was transferred", TRANSFERRED, [bytes("")]],
  // deno-lint-ignore no-sparse-arrays -- as a program may send one
  ["an array with a hole", [, "a"], [bytes("undefined"), bytes("a")]],
  ["a number", 16.19, [bytes("16.19")]],
  ["a boolean", true, [bytes("true")]],
  ["a bigint", 5n, [bytes("5")]],
  ["an object", {}, [bytes("[object Object]")]],
  ["a promise, which isn't awaited", Promise.resolve(), [bytes("[object Promise]")]],
  ["several parts", ["a", null, bytes("b")], [bytes("a"), bytes(""), bytes("b")]],
  ["odd parts", [undefined, ["a", "b"], 1], [bytes("undefined"), bytes("a,b"), bytes("1")]],
  ["a large part", "x".repeat(100_000), [bytes("x".repeat(100_000))]],
];
for (const [what, message, parts] of SENT) {
  Deno.test(`${what} arrives as Buffers`, async () => {
    await withPairs(freshAddress("inproc"), async (one, other) => {
      assertEquals(await one.send(untyped(message)), undefined);
      const received = await other.receive();
      assertEquals(Object.getPrototypeOf(received), Array.prototype);
      assertEquals(received, parts);
    });
  });
}

Deno.test("sends under way beside each other once failed on a busy machine, though none had to wait", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    // More often than there are pauses for timers.
    for (let round = 0; round < 6; round++) {
      while (takeBudget()); // as where the machine does something else for 2 ms
      await Promise.all(["a", "b", "c"].map((text) => one.send(text)));
      const received = [await other.receive(), await other.receive(), await other.receive()];
      assertEquals(received.map(String), ["a", "b", "c"]);
    }
  });
});

Deno.test("with a time-out of 0 a send went later now and then, or failed the one after it", async () => {
  await using(new Push({ linger: 0, sendTimeout: 0 }), async (push) => {
    for (let round = 0; round < 6; round++) {
      while (takeBudget());
      const none = [push.send("a"), push.send("b")].map((promise) => rejectsShape(promise, EAGAIN));
      await soon(Promise.all(none));
    }
    while (takeBudget());
    const none = rejectsShape(push.send("c"), EAGAIN);
    push.connect("tcp://127.0.0.1:9"); // which makes it a queue
    while (takeBudget());
    await soon(Promise.all([none, push.send("d")]));
  });
});

Deno.test("an empty array sends nothing", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    assertEquals(await one.send([]), undefined);
    await one.send("next");
    assertEquals(`${await other.receive()}`, "next");
  });
});

Deno.test("what can't be sent throws at once, and nothing waits", async () => {
  await using(untyped(new Dealer()), (socket) => {
    throws(() => socket.send(), { name: "TypeError", message: "Message must be present" });
    throws(() => socket.send("x", {}), {
      name: "TypeError",
      message: "Expected 1 argument but received 2",
    });
    throws(() => socket.receive({}), {
      name: "TypeError",
      message: "Expected 0 arguments but received 1",
    });
    throws(() => socket.send(Symbol("x")), TypeError);
    const sent = socket.send("x");
    socket.close();
    return rejectsShape(sent, EAGAIN);
  });
});

for (const over of eachTransport()) {
  Deno.test(over("messages come in their order, and are iterated over", async (address) => {
    await withPairs(address, async (one, other) => {
      for (const text of ["foo", "bar", "baz"]) await one.send(text);
      const received: string[] = [];
      await soon((async () => {
        for await (const message of other) {
          received.push(`${message}`);
          if (received.length === 3) break;
        }
      })());
      assertEquals(received, ["foo", "bar", "baz"]);
    });
  }));

  Deno.test(over("both sides send and receive at the same time", async (address) => {
    await withPairs(address, async (one, other) => {
      const [a, , b] = await soon(Promise.all([
        one.receive(),
        one.send("to the other"),
        other.receive(),
        other.send("to the one"),
      ]));
      assertEquals([`${a}`, `${b}`], ["to the one", "to the other"]);
    });
  }));

  Deno.test(over(
    "a send and a receive that wait for a peer are served when it's there",
    async (address) => {
      await using(new Pair({ linger: 0 }), async (one) => {
        await using(new Pair({ linger: 0 }), async (other) => {
          const done = Promise.all([other.receive(), one.send("foo")]);
          await join(other, one, address);
          assertEquals(`${(await soon(done))[0]}`, "foo");
        });
      });
    },
  ));

  Deno.test(over("readable and writable say what's possible", async (address) => {
    await withPairs(address, async (one, other) => {
      assertEquals([other.readable, other.writable], [false, true]); // the one that has connected
      await other.send("x");
      const poller = new Poller();
      // deno-lint-ignore no-explicit-any -- sockets of the drop-in are Pollable, which its types don't say
      poller.add(one as any, { readable: true });
      await soon(poller.wait());
      poller.close();
      assertEquals(one.readable, true);
    });
  }));
}

Deno.test("a socket that has called connect is writable, also before its peer is there", async () => {
  await using(new Pair({ linger: 0 }), (socket) => {
    assertEquals(socket.writable, false);
    socket.connect("inproc://later-than-that");
    assertEquals([socket.readable, socket.writable], [false, true]);
  });
});

Deno.test("at the high-water mark a send waits, up to its time-out", async () => {
  await using(new Push({ sendHighWaterMark: 1, sendTimeout: 2, linger: 0 }), async (socket) => {
    socket.connect(futureAddress());
    await socket.send(Buffer.alloc(8192));
    await rejectsShape(socket.send(Buffer.alloc(8192)), EAGAIN);
  });
});

Deno.test("a second send throws while one waits, and the first goes on: EBUSY", async () => {
  await using(new Dealer({ sendTimeout: 20 }), async (socket) => {
    const first = socket.send(null);
    throwsShape(() => socket.send(null), WRITING);
    await rejectsShape(first, EAGAIN);
  });
  await using(new Dealer(), async (socket) => {
    const first = socket.send("first");
    throwsShape(() => socket.send("second"), WRITING);
    await using(new Dealer(), async (peer) => {
      await join(peer, socket);
      await soon(first);
      await soon(socket.send("third"));
      assertEquals(`${await soon(peer.receive())}`, "first");
      assertEquals(`${await soon(peer.receive())}`, "third");
    });
  });
});

Deno.test("a message that waits isn't changed by what becomes of its buffer", async () => {
  await using(new Dealer(), async (socket) => {
    const buffer = Buffer.from("before");
    const sent = socket.send(buffer);
    buffer.write("after!");
    await using(new Dealer(), async (peer) => {
      await join(peer, socket);
      await soon(sent);
      assertEquals(`${await soon(peer.receive())}`, "before");
    });
  });
});

Deno.test("a Stream's message has two parts, a Router's at least two: else a TypeError, at once", async () => {
  await using(untyped(new Stream()), (socket) => {
    for (const message of ["x", ["x"], ["x", "y", "z"]]) {
      throws(() => socket.send(message), TypeError);
    }
  });
  await using(new Router(), (socket) => {
    for (const message of ["x", ["x"]]) throws(() => socket.send(message), TypeError);
  });
});

Deno.test("subscriptions are prefixes; without any, everything", async () => {
  await using(new XPublisher({ verbosity: "allSubsUnsubs" }), async (publisher) => {
    await using(new Subscriber(), async (subscriber) => {
      await publisher.bind("inproc://subscriptions");
      subscriber.connect("inproc://subscriptions");
      subscriber.subscribe("foo", Buffer.from("bar"));
      subscriber.subscribe();
      subscriber.unsubscribe("foo");
      subscriber.unsubscribe();
      const told: string[] = [];
      while (told.length < 5) told.push(`${await soon(publisher.receive())}`);
      assertEquals(told, ["\x01foo", "\x01bar", "\x01", "\x00foo", "\x00"]);
      await publisher.send(["bar", "heard"]);
      assertEquals((await soon(subscriber.receive())).map(String), ["bar", "heard"]);
    });
  });
});

Deno.test({
  name: "CURVE: a server that connects, and a client that binds",
  ignore: !capability.curve,
  fn: async () => {
    const server = curveKeyPair();
    const client = curveKeyPair();
    await using(
      new Pair({
        linger: 0,
        curveServer: true,
        curvePublicKey: server.publicKey,
        curveSecretKey: server.secretKey,
      }),
      async (one) => {
        await using(
          new Pair({
            linger: 0,
            curveServerKey: server.publicKey,
            curvePublicKey: client.publicKey,
            curveSecretKey: client.secretKey,
          }),
          async (other) => {
            await join(other, one);
            await one.send("secret");
            assertEquals(`${await soon(other.receive())}`, "secret");
            assertEquals([one.securityMechanism, other.securityMechanism], ["curve", "curve"]);
          },
        );
      },
    );
  },
});

Deno.test("freed memory was used where a value's toString closed the socket", async () => {
  const closed = { code: "EBADF" };
  for (const many of [false, true]) {
    const push = new Push();
    await push.bind(freshAddress("inproc"));
    const value = { toString: () => (push.close(), "x") };
    throws(() => void push.send(many ? ["a", value as never] : value as never), closed);
    assertEquals(push.closed, true);
  }
});

Deno.test("a send for which there is room in the moment when its time is over is done once", async () => {
  const push = new Push({ sendTimeout: 60_000, sendHighWaterMark: 1, linger: 0 });
  const pull = new Pull({ receiveHighWaterMark: 1 });
  await join(pull, push, freshAddress("inproc"));
  const sent: Promise<void>[] = [];
  const state = stateOf(push)!;
  while (state.sending === undefined) sent.push(push.send(`${sent.length}`));
  const waiting = state.sending as unknown as Operation;
  const received: string[] = [];
  const take = async () => received.push(`${await soon(pull.receive())}`);
  const taken = sent.slice(1).map(take); // at once: the rest of this goes before the reactor's turn
  waiting.expire();
  await soon(Promise.all([...sent, ...taken]));
  await take();
  pull.receiveTimeout = 0;
  await rejectsShape(pull.receive(), EAGAIN);
  assertEquals(received, sent.map((_, at) => `${at}`));
  push.close();
  pull.close();
});

Deno.test("a send that waits while its context is shut down fails with an error of zeromq.js's shape", async () => {
  const context = new Context();
  await using(new Push({ context }), async (push) => {
    await push.bind(freshAddress("inproc"));
    const sent = held(push.send("x"));
    otherCores.get(context)!.shutdown();
    await rejects(soon(sent), (error: { code?: string }) => {
      assertEquals([error.code, error instanceof ZmqError], ["ETERM", false]);
      return true;
    });
  });
});
