import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Dealer, Reply, Request, Router } from "../../zeromq.ts";
import { eachTransport, futureAddress, pending, useUpBudget } from "../socket/support.ts";
import { freshAddress, join } from "../util.ts";
import { EAGAIN, EFSM, rejectsShape, using } from "./support.ts";
import { stateOf } from "../../zeromq/state.ts";
import { OutOfTurn } from "../../zeromq/turns.ts";
import { held, soon, turn, turnsUntil } from "../waiting.ts";

for (const over of eachTransport()) {
  Deno.test(over("an echo of requests, by iteration", async (address) => {
    await using(new Request(), async (request) => {
      await using(new Reply(), async (reply) => {
        await join(reply, request, address);
        const echo = (async () => {
          for await (const message of reply) await reply.send(message);
        })();
        for (const text of ["foo", "bar", "baz"]) {
          await request.send(text);
          assertEquals(`${await soon(request.receive())}`, text);
        }
        reply.close();
        await soon(echo);
      });
    });
  }));
}

Deno.test("a Request that awaits its reply isn't writable, and the next send waits for it", async () => {
  await using(new Request(), async (request) => {
    await using(new Reply(), async (reply) => {
      await join(reply, request, freshAddress("inproc"));
      await request.send("first");
      assertEquals(request.writable, false);
      const buffer = Buffer.from("second");
      const second = request.send(buffer);
      buffer.write("SECOND"); // what waits is a copy
      for (let i = 0; i < 3; i++) await turn();
      assert(await pending(second));
      assertEquals(`${await soon(reply.receive())}`, "first");
      await reply.send("one");
      assertEquals(`${await soon(request.receive())}`, "one");
      await soon(second);
      assertEquals(`${await soon(reply.receive())}`, "second");
    });
  });
});

Deno.test("a send out of turn goes out once a receive that had to wait has its message", async () => {
  await using(new Request(), async (request) => {
    await using(new Reply(), async (reply) => {
      await join(reply, request, freshAddress("inproc"));
      await request.send("first");
      const received = request.receive();
      const second = request.send("second");
      assertEquals(`${await soon(reply.receive())}`, "first");
      await reply.send("one");
      assertEquals(`${await soon(received)}`, "one");
      await soon(second);
      assertEquals(`${await soon(reply.receive())}`, "second");
    });
  });
});

Deno.test("with a time-out it rejects: EFSM, and the reply still comes", async () => {
  await using(new Request({ sendTimeout: 2 }), async (request) => {
    await using(new Reply(), async (reply) => {
      await join(reply, request, freshAddress("inproc"));
      await request.send("first");
      await rejectsShape(request.send("second"), EFSM);
      assertEquals(`${await soon(reply.receive())}`, "first");
      await reply.send("one");
      assertEquals(`${await soon(request.receive())}`, "one");
    });
  });
});

Deno.test("with a time-out of 0 it does so at once", async () => {
  await using(new Request({ receiveTimeout: 0 }), async (request) => {
    await rejectsShape(request.receive(), EFSM);
  });
});

Deno.test("a Request's receive waits for a send, and then for the reply", async () => {
  await using(new Request(), async (request) => {
    await using(new Reply(), async (reply) => {
      await join(reply, request, freshAddress("inproc"));
      const received = request.receive();
      for (let i = 0; i < 3; i++) await turn();
      assert(await pending(received));
      await request.send("question");
      assertEquals(`${await soon(reply.receive())}`, "question");
      await reply.send("answer");
      assertEquals(`${await soon(received)}`, "answer");
    });
  });
});

Deno.test("a Request's receive out of turn has a time-out: EFSM", async () => {
  await using(new Request({ receiveTimeout: 2 }), async (request) => {
    await rejectsShape(request.receive(), EFSM);
  });
});

Deno.test("a Request's receive that was out of turn has its time-out also when its turn has come", async () => {
  await using(new Request({ receiveTimeout: 20, linger: 0 }), async (request) => {
    request.connect(futureAddress());
    const received = request.receive();
    const sent = request.send("question");
    await rejectsShape(soon(received), EAGAIN);
    request.close();
    await sent.catch(() => {});
  });
});

Deno.test("a Reply's send waits for a request", async () => {
  await using(new Request(), async (request) => {
    await using(new Reply(), async (reply) => {
      await join(reply, request, freshAddress("inproc"));
      const sent = reply.send("answer");
      await request.send("question");
      assertEquals(`${await soon(reply.receive())}`, "question");
      await soon(sent);
      assertEquals(`${await soon(request.receive())}`, "answer");
    });
  });
});

Deno.test("a mandatory Router refuses an unknown peer: EHOSTUNREACH", async () => {
  const UNREACHABLE = {
    message: "Host unreachable",
    code: "EHOSTUNREACH",
    errno: Deno.build.os === "linux" ? 113 : 65,
  };
  await using(new Router({ mandatory: true }), async (router) => {
    router.sendTimeout = 0;
    await rejectsShape(router.send(["nobody", "x"]), UNREACHABLE);
    router.sendTimeout = 2;
    await rejectsShape(router.send(["nobody", "x"]), UNREACHABLE);
    router.sendTimeout = -1;
    await using(new Dealer({ routingId: "somebody" }), async (dealer) => {
      await join(router, dealer, freshAddress("inproc"));
      await dealer.send("here I am");
      await soon(router.receive());
      await rejectsShape(router.send(["nobody", "x"]), UNREACHABLE);
      await router.send(["somebody", "hello"]);
      assertEquals(`${await soon(dealer.receive())}`, "hello");
    });
  });
});

Deno.test("a mandatory Router without any peer waits for one", async () => {
  await using(new Router({ mandatory: true }), async (router) => {
    await router.bind("inproc://mandatory");
    const sent = router.send(["somebody", "hello"]);
    for (let i = 0; i < 3; i++) await turn();
    assert(await pending(sent));
    await using(new Dealer({ routingId: "somebody" }), async (dealer) => {
      dealer.connect("inproc://mandatory");
      await soon(sent);
      assertEquals(`${await soon(dealer.receive())}`, "hello");
    });
  });
});

Deno.test("a mandatory Router's send that waits for a peer is tried a last time where the Router can't be looked at any more", async () => {
  await using(new Router({ mandatory: true }), async (router) => {
    await router.bind(freshAddress("inproc"));
    const sent = held(router.send(["somebody", "hello"]));
    assert(await pending(sent));
    stateOf(router)!.handle.fail(new Error("injected"));
    await rejects(soon(sent), { code: "EHOSTUNREACH" });
  });
});

Deno.test("a mandatory Router's send that waits for a peer goes out once, however often the Router is asked when one has come", async () => {
  await using(new Router({ mandatory: true }), async (router) => {
    const address = freshAddress("inproc");
    await router.bind(address);
    const sent = router.send(["somebody", "hello"]);
    assert(await pending(sent));
    await using(new Dealer({ routingId: "somebody" }), async (dealer) => {
      dealer.connect(address);
      for (let i = 0; i < 3; i++) assert(router.writable);
      await soon(sent);
      await router.send(["somebody", "end"]);
      assertEquals(`${await soon(dealer.receive())}`, "hello");
      assertEquals(`${await soon(dealer.receive())}`, "end");
    });
  });
});

Deno.test("a mandatory Router's send that waits for room waits for its peer where that goes, and comes again", async () => {
  await using(new Router({ mandatory: true, sendHighWaterMark: 1 }), async (router) => {
    const address = freshAddress("inproc");
    const options = { routingId: "somebody", receiveHighWaterMark: 1 };
    await router.bind(address);
    const state = stateOf(router)!;
    let sent = router.send(["somebody", "first"]);
    await using(new Dealer(options), async (dealer) => {
      dealer.connect(address);
      do {
        await soon(sent);
        sent = router.send(["somebody", "last"]);
      } while (state.sending === undefined);
    });
    await turnsUntil(() => state.sending instanceof OutOfTurn, "a wait for the peer");
    await using(new Dealer(options), async (dealer) => {
      dealer.connect(address);
      await soon(sent);
      assertEquals(`${await soon(dealer.receive())}`, "last");
    });
  });
});

Deno.test("connecting with a routing id, a mandatory Router can send at once", async () => {
  await using(new Router({ mandatory: true, linger: 0 }), async (router) => {
    router.connect(futureAddress(), { routingId: "remote" });
    await soon(router.send(["remote", "hi"]));
  });
});

Deno.test("out of turn where this turn of the event loop is used up: it waits just as well", async () => {
  await using(new Request(), async (request) => {
    await using(new Reply(), async (reply) => {
      await join(reply, request, freshAddress("inproc"));
      for (let round = 0; round < 8; round++) { // with a pause for timers, and later without
        useUpBudget();
        const received = request.receive();
        useUpBudget();
        const sent = reply.send(`answer ${round}`);
        for (let i = 0; i < 3; i++) await turn();
        await request.send("question");
        assertEquals(`${await soon(reply.receive())}`, "question");
        await soon(sent);
        assertEquals(`${await soon(received)}`, `answer ${round}`);
      }
    });
  });
});

Deno.test("a send that has waited for a mandatory Router's peer isn't told of the socket's looks any more", async () => {
  await using(new Router({ mandatory: true, sendTimeout: 2 }), async (router) => {
    await router.bind(freshAddress("inproc"));
    await rejects(router.send(["nobody", "x"]));
    const { listeners, dependents } = stateOf(router)!.handle;
    assertEquals([listeners, dependents], [undefined, 0]);
  });
});
