import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { Context, Dealer, Pair, Proxy, Push, Reply, Request, Router } from "../zeromq.ts";
import { pending } from "./socket/support.ts";
import { freshAddress, join } from "./util.ts";
import {
  EAGAIN,
  rejectsShape,
  throwsShape,
  using,
  warningsOf,
  withPairs,
} from "./zeromq/support.ts";
import { soon, turn } from "./waiting.ts";

Deno.test("a request without an envelope doesn't end a receive that waits", async () => {
  await using(new Reply(), async (reply) => {
    await reply.bind(freshAddress("inproc"));
    const received = reply.receive();
    await using(new Dealer(), async (dealer) => {
      dealer.connect(reply.lastEndpoint!);
      await dealer.send("no envelope");
      for (let i = 0; i < 10; i++) await turn();
      assert(await pending(received));
      await using(new Request(), async (request) => {
        request.connect(reply.lastEndpoint!);
        await request.send("a request");
        assertEquals(`${await soon(received)}`, "a request");
      });
    });
  });
});

Deno.test("reading readable and writable takes no wake-up away from a receive that waits", async () => {
  await using(new Pair(), async (one) => {
    await using(new Pair(), async (other) => {
      await join(one, other);
      let done = false;
      const looking = (async () => {
        while (!done) {
          assertEquals(typeof (one.readable || one.writable), "boolean");
          await turn();
        }
      })();
      for (let i = 0; i < 200; i++) {
        const received = one.receive();
        await other.send(`${i}`);
        assertEquals(`${await soon(received)}`, `${i}`);
      }
      done = true;
      await looking;
    });
  });
});

Deno.test("a bind that has failed doesn't count: no warnings, and no proxy", async () => {
  await using(new Router(), async (socket) => {
    await socket.bind("foo-bar").catch(() => {});
    assertEquals(await warningsOf(() => socket.routingId = "x"), []);
    await using(new Dealer(), (back) => {
      throwsShape(() => new Proxy(socket, back).run(), {
        message: "Front-end socket must be bound or connected",
        code: "EINVAL",
        errno: 22,
      });
    });
  });
});

Deno.test("options of a closed socket don't warn beside their error", async () => {
  const socket = new Dealer();
  socket.connect("inproc://no-one");
  socket.close();
  const warnings = await warningsOf(() => {
    try {
      socket.routingId = "x";
    } catch {
      // ENOTSOCK
    }
  });
  assertEquals(warnings, []);
});

Deno.test("a time-out of a send that waits is that of its beginning", async () => {
  await using(new Dealer({ sendTimeout: 5 }), async (socket) => {
    const sent = socket.send("x");
    socket.sendTimeout = -1;
    await rejectsShape(sent, EAGAIN);
  });
});

Deno.test("a message over inproc is a copy: neither side's memory is the other's", async () => {
  await withPairs(freshAddress("inproc"), async (one, other) => {
    const original = Buffer.alloc(2048);
    await one.send(original);
    const [received] = await other.receive();
    await other.send(received);
    const [back] = await one.receive();
    back[0] = 0x40;
    assertEquals([original[0], received[0], back[0]], [0, 0, 0x40]);
  });
});

Deno.test("what can only be read can't be set in sloppy code either", async () => {
  await using(new Dealer(), (socket) => {
    const set = new Function("socket", "socket.closed = true;");
    throws(() => set(socket), TypeError);
  });
});

Deno.test("a socket and a context can't be cloned", () => {
  const socket = new Push();
  throws(() => structuredClone(socket), { name: "DataCloneError" });
  throws(() => structuredClone([new Context()]), { name: "DataCloneError" });
  socket.close();
});
