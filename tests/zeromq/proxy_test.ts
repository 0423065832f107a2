import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import {
  Dealer,
  Proxy,
  Reply,
  Request,
  Router,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../zeromq.ts";
import { handleOf } from "../../socket/handle.ts";
import { eachTransport, pending } from "../socket/support.ts";
import { freshAddress } from "../util.ts";
import { BLOCKED, EBADF, rejectsShape, throwsShape, untyped, using } from "./support.ts";
import { soon, turn } from "../waiting.ts";

async function withProxy(
  address: string,
  body: (proxy: Proxy<Router, Dealer>) => Promise<void>,
): Promise<void> {
  const proxy = new Proxy(new Router(), new Dealer());
  try {
    await proxy.frontEnd.bind(address);
    await proxy.backEnd.bind(address.startsWith("tcp") ? address : `${address}-back`);
    await body(proxy);
  } finally {
    proxy.frontEnd.close();
    proxy.backEnd.close();
  }
}

const WRONG: [arguments: unknown[], message: string][] = [
  [[], "Front-end must be a socket object"],
  [[1], "Front-end must be a socket object"],
  [[{}], "Back-end must be a socket object"],
  [[{}, {}, {}], "Expected 2 arguments but received 3"],
];
for (const [given, message] of WRONG) {
  Deno.test(`new Proxy(${JSON.stringify(given)}): ${message}`, () => {
    throws(() => new (untyped(Proxy))(...given), { name: "TypeError", message });
  });
}

Deno.test("a Proxy's sockets must be sockets", async () => {
  throwsShape(() => new (untyped(Proxy))({}, {}), { message: "Invalid argument" });
  await using(new Router(), (router) => {
    throwsShape(() => new (untyped(Proxy))(router, {}), { message: "Invalid argument" });
  });
});

for (const [lacking, which] of [["frontEnd", "Front-end"], ["backEnd", "Back-end"]] as const) {
  Deno.test(`run needs a ${which} that is bound or connected, and open`, async () => {
    const shape = {
      message: `${which} socket must be bound or connected`,
      code: "EINVAL",
      errno: 22,
    };
    const proxy = new Proxy(new Router(), new Dealer());
    await proxy[lacking === "frontEnd" ? "backEnd" : "frontEnd"].bind(freshAddress("inproc"));
    throwsShape(() => proxy.run(), shape);
    const gone = freshAddress("tcp");
    proxy[lacking].connect("tcp://127.0.0.1:1");
    proxy[lacking].disconnect("tcp://127.0.0.1:1");
    throwsShape(() => proxy.run(), shape);
    await proxy[lacking].bind(gone);
    await proxy[lacking].unbind(proxy[lacking].lastEndpoint!);
    throwsShape(() => proxy.run(), shape);
    await proxy[lacking].bind(freshAddress("inproc"));
    proxy[lacking].close();
    throwsShape(() => proxy.run(), shape);
    proxy.frontEnd.close();
    proxy.backEnd.close();
    assert(proxy.frontEnd.closed && proxy.backEnd.closed);
  });
}

Deno.test("a proxy whose socket the engine closes fails with an error of zeromq.js's shape", async () => {
  await withProxy(freshAddress("inproc"), async (proxy) => {
    const run = proxy.run();
    handleOf(proxy.frontEnd).close(); // as at the end of its context
    await rejectsShape(run, EBADF);
  });
});

for (const over of eachTransport()) {
  Deno.test(over(
    "requests go through, and replies come back, also after a pause",
    async (address) => {
      await withProxy(address, async (proxy) => {
        const [front, back] = [proxy.frontEnd.lastEndpoint!, proxy.backEnd.lastEndpoint!];
        const run = proxy.run();
        await using(new Request(), async (request) => {
          await using(new Reply(), async (reply) => {
            request.connect(front);
            reply.connect(back);
            const echo = (async () => {
              for await (const message of reply) await reply.send(message);
            })();
            for (const text of ["foo", "bar", "baz"]) {
              await request.send([text, "and more"]);
              assertEquals((await soon(request.receive())).map(String), [text, "and more"]);
              proxy.pause();
              proxy.resume();
            }
            reply.close();
            await soon(echo);
          });
        });
        proxy.terminate();
        assertEquals(await soon(run), undefined);
        assertEquals([proxy.frontEnd.closed, proxy.backEnd.closed], [true, true]);
      });
    },
  ));
}

Deno.test("a paused proxy passes nothing on, and everything afterwards", async () => {
  await withProxy("inproc://paused", async (proxy) => {
    const run = proxy.run();
    await using(new Dealer(), async (client) => {
      await using(new Dealer(), async (worker) => {
        client.connect("inproc://paused");
        worker.connect("inproc://paused-back");
        await client.send("before");
        assertEquals((await soon(worker.receive())).at(-1)!.toString(), "before");
        proxy.pause();
        await turn();
        await client.send("meanwhile");
        const received = worker.receive();
        for (let i = 0; i < 5; i++) await turn();
        assert(await pending(received));
        proxy.resume();
        assertEquals((await soon(received)).at(-1)!.toString(), "meanwhile");
      });
    });
    proxy.terminate();
    await soon(run);
  });
});

Deno.test("terminate passes on what has come", async () => {
  await withProxy("inproc://ending", async (proxy) => {
    const run = proxy.run();
    await using(new Dealer(), async (client) => {
      await using(new Dealer(), async (worker) => {
        client.connect("inproc://ending");
        worker.connect("inproc://ending-back");
        proxy.pause();
        for (let i = 0; i < 50; i++) await client.send(`${i}`);
        proxy.terminate();
        await soon(run);
        for (let i = 0; i < 50; i++) {
          assertEquals((await soon(worker.receive())).at(-1)!.toString(), `${i}`);
        }
      });
    });
  });
});

Deno.test("what the other side has no room for isn't received: nothing is lost", async () => {
  const proxy = new Proxy(
    new Router({ receiveHighWaterMark: 2 }),
    new Dealer({ sendHighWaterMark: 2 }),
  );
  await proxy.frontEnd.bind("inproc://pressure");
  await proxy.backEnd.bind("inproc://pressure-back");
  const run = proxy.run();
  await using(new Dealer({ sendHighWaterMark: 2 }), async (client) => {
    client.connect("inproc://pressure");
    const sending = (async () => {
      for (let i = 0; i < 100; i++) await client.send(`${i}`);
    })();
    for (let i = 0; i < 5; i++) await turn();
    assert(await pending(sending));
    await using(new Dealer(), async (worker) => {
      worker.connect("inproc://pressure-back");
      for (let i = 0; i < 100; i++) {
        assertEquals((await soon(worker.receive())).at(-1)!.toString(), `${i}`);
      }
      await soon(sending);
    });
  });
  proxy.terminate();
  await soon(run);
});

Deno.test("a reply that a Router can't address doesn't end the proxy", async () => {
  await withProxy("inproc://unaddressed", async (proxy) => {
    const run = proxy.run();
    await using(new Dealer(), async (client) => {
      await using(new Dealer(), async (worker) => {
        client.connect("inproc://unaddressed");
        worker.connect("inproc://unaddressed-back");
        await worker.send("to nobody");
        await client.send("a request");
        const [id, request] = await soon(worker.receive());
        await worker.send([id, `${request} is answered`]);
        assertEquals(`${await soon(client.receive())}`, "a request is answered");
      });
    });
    proxy.terminate();
    await soon(run);
  });
});

Deno.test("subscriptions go up and messages down through XSubscriber and XPublisher", async () => {
  const proxy = new Proxy(new XSubscriber(), new XPublisher());
  await proxy.frontEnd.bind("inproc://up");
  await proxy.backEnd.bind("inproc://down");
  const run = proxy.run();
  await using(new XPublisher(), async (publisher) => {
    await using(new Subscriber(), async (subscriber) => {
      publisher.connect("inproc://up");
      subscriber.connect("inproc://down");
      subscriber.subscribe("foo");
      assertEquals(`${await soon(publisher.receive())}`, "\x01foo");
      await publisher.send(["bar", "not this"]);
      await publisher.send(["foo", "this"]);
      assertEquals((await soon(subscriber.receive())).map(String), ["foo", "this"]);
    });
  });
  proxy.terminate();
  await soon(run);
});

Deno.test("a proxy that doesn't run can't be steered: EBADF", async () => {
  await withProxy("inproc://steered", async (proxy) => {
    for (const action of ["pause", "resume", "terminate"] as const) {
      throwsShape(() => proxy[action](), EBADF);
    }
    const timer = setTimeout(() => proxy.terminate(), 5);
    await soon(proxy.run());
    clearTimeout(timer);
    for (const action of ["pause", "resume", "terminate"] as const) {
      throwsShape(() => proxy[action](), EBADF);
    }
  });
});

Deno.test("while a proxy runs its sockets are blocked, and closed only at its end", async () => {
  await withProxy("inproc://blocked", async (proxy) => {
    const run = proxy.run();
    throwsShape(() => proxy.frontEnd.receive(), BLOCKED);
    throwsShape(() => proxy.backEnd.connect("inproc://x"), BLOCKED);
    throwsShape(() => proxy.run(), BLOCKED);
    proxy.frontEnd.close();
    assertEquals(proxy.frontEnd.closed, false);
    proxy.terminate();
    await soon(run);
    assertEquals([proxy.frontEnd.closed, proxy.backEnd.closed], [true, true]);
  });
});
