import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { Dealer, Poller, Reply, Request, Router } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, received, texts, useUpBudget } from "./support.ts";
import { soon } from "../waiting.ts";

const EFSM = (call: string) => ({ name: "ZmqError", code: "EFSM", call });

for (const over of eachTransport()) {
  Deno.test(over("a Request and a Reply in one program talk for 500 rounds", async (address) => {
    using reply = new Reply();
    using request = new Request();
    await join(reply, request, address);
    const serving = (async () => {
      let rounds = 0;
      for await (const [text, ...rest] of reply) {
        await reply.send([text.text().toUpperCase(), ...rest]);
        if (++rounds === 500) break;
      }
    })();
    for (let i = 0; i < 500; i++) {
      await soon(request.send([`round ${i}`, "and more"]));
      assertEquals(await received(request), [`ROUND ${i}`, "and more"]);
    }
    await soon(serving);
  }));

  Deno.test(over("a Dealer and a Router in one program talk for 500 rounds", async (address) => {
    using router = new Router();
    using dealer = new Dealer();
    await join(router, dealer, address);
    const serving = (async () => {
      for (let i = 0; i < 500; i++) await router.send(await router.receive());
    })();
    for (let i = 0; i < 500; i++) {
      await soon(dealer.send(`round ${i}`));
      assertEquals(await received(dealer), [`round ${i}`]);
    }
    await soon(serving);
  }));

  Deno.test(over("a Dealer sends on without waiting for its replies", async (address) => {
    // A Router drops what its peer's queue can't take.
    using router = new Router({ sendHighWaterMark: 0 });
    using dealer = new Dealer({ receiveHighWaterMark: 0 });
    await join(router, dealer, address);
    const serving = (async () => {
      for (let i = 0; i < 5000; i++) await router.send(await router.receive());
    })();
    const sending = (async () => {
      for (let i = 0; i < 5000; i++) await dealer.send(`${i}`);
    })();
    for (let i = 0; i < 5000; i++) assertEquals(texts(await dealer.receive()), [`${i}`]);
    await soon(Promise.all([serving, sending]));
  }));

  Deno.test(over("a Router answers a Request behind the envelope", async (address) => {
    using router = new Router();
    using request = new Request({ routingId: "asker" });
    await join(router, request, address);
    await soon(request.send("who am I?"));
    assertEquals(await received(router), ["asker", "", "who am I?"]);
    await router.send(["asker", "", "the asker"]);
    assertEquals(await received(request), ["the asker"]);
  }));

  Deno.test(over("a Reply answers a Dealer that writes the envelope itself", async (address) => {
    using reply = new Reply();
    using dealer = new Dealer();
    await join(reply, dealer, address);
    await dealer.send(["", "question"]);
    assertEquals(await received(reply), ["question"]);
    await reply.send("answer");
    assertEquals(await received(dealer), ["", "answer"]);
  }));

  Deno.test(over("two Dealers exchange messages", async (address) => {
    using one = new Dealer();
    using other = new Dealer();
    await join(one, other, address);
    await soon(one.send("there"));
    assertEquals(await received(other), ["there"]);
    await soon(other.send("back"));
    assertEquals(await received(one), ["back"]);
  }));

  Deno.test(over("two Routers that know each other's names exchange messages", async (address) => {
    using one = new Router({ routingId: "one", mandatory: true });
    using other = new Router({ routingId: "other", probeRouter: true, mandatory: true });
    await join(one, other, address);
    assertEquals(await received(one), ["other", ""]);
    await one.send(["other", "hello"]);
    assertEquals(await received(other), ["one", "hello"]);
    await other.send(["one", "hello", "back"]);
    assertEquals(await received(one), ["other", "hello", "back"]);
  }));

  Deno.test(over("a Reply serves several Requests, each with its own answer", async (address) => {
    using reply = new Reply();
    await reply.bind(address);
    const serving = (async () => {
      for (let i = 0; i < 100; i++) await reply.send(await reply.receive());
    })();
    await soon(Promise.all(Array.from({ length: 10 }, async (_, name) => {
      using request = new Request();
      request.connect(reply.lastEndpoint!);
      for (let i = 0; i < 10; i++) {
        await request.send(`${name}: ${i}`);
        assertEquals(await received(request), [`${name}: ${i}`]);
      }
    })));
    await soon(serving);
  }));
}

Deno.test("a Request receives nothing before it has asked", async () => {
  using request = new Request();
  await rejects(request.receive(), EFSM("zmq_msg_recv"));
  throws(() => request.tryReceive(), EFSM("zmq_msg_recv"));
  throws(() => request.receiveSync(), EFSM("zmq_msg_recv"));
  throws(() => request.visit(() => {}), EFSM("zmq_msg_recv"));
  await rejects(request[Symbol.asyncIterator]().next(), EFSM("zmq_msg_recv"));
});

Deno.test("a Request asks nothing while an answer is outstanding", async () => {
  using request = new Request();
  request.connect(freshAddress("inproc"));
  await request.send("first");
  await rejects(request.send("second"), EFSM("zmq_send"));
  throws(() => request.trySend("second"), EFSM("zmq_send"));
  throws(() => request.sendSync("second"), EFSM("zmq_send"));
});

Deno.test("a Reply answers nothing before it was asked, and is asked nothing more before it has answered", async () => {
  using reply = new Reply();
  using request = new Request();
  await join(reply, request, freshAddress("inproc"));
  await rejects(reply.send("unasked"), EFSM("zmq_send"));
  await request.send("question");
  assertEquals(await received(reply), ["question"]);
  await rejects(reply.receive(), EFSM("zmq_msg_recv"));
  await reply.send("answer");
  assertEquals(await received(request), ["answer"]);
});

Deno.test("out of turn is an error also when the turn of the event loop is used up", async () => {
  using request = new Request();
  request.connect(freshAddress("inproc"));
  useUpBudget();
  await rejects(soon(request.receive()), EFSM("zmq_msg_recv"));
  await request.send("first");
  useUpBudget();
  await rejects(soon(request.send("second")), EFSM("zmq_send"));
});

Deno.test("out of turn is an error also while a Poller watches the socket", async () => {
  using request = new Request();
  using poller = new Poller();
  poller.add(request, { readable: true, writable: true });
  request.connect(freshAddress("inproc"));
  useUpBudget();
  await rejects(soon(request.receive()), EFSM("zmq_msg_recv"));
  useUpBudget();
  await soon(request.send("first"));
  useUpBudget();
  await rejects(soon(request.send("second")), EFSM("zmq_send"));
});

Deno.test("a relaxed Request asks again, and a correlating one gets the last question's answer", async () => {
  using reply = new Reply();
  using request = new Request({ relaxed: true, correlate: true });
  await join(reply, request, freshAddress("inproc"));
  await request.send("first");
  await request.send("second");
  assertEquals(await received(reply), ["first"]);
  await reply.send("answer to the first");
  assertEquals(await received(reply), ["second"]);
  await reply.send("answer to the second");
  assertEquals(await received(request), ["answer to the second"]);
});

for (const over of eachTransport()) {
  Deno.test(over("a probing socket announces itself to a Router", async (address) => {
    using router = new Router();
    await router.bind(address);
    for (const Class of [Dealer, Request, Router]) {
      using prober = new Class({ probeRouter: true, routingId: Class.name });
      prober.connect(router.lastEndpoint!);
      assertEquals(await received(router), [Class.name, ""]);
    }
  }));
}
