import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import {
  capability,
  Dealer,
  type Frame,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../mod.ts";
import { zmq } from "../ffi/libzmq.ts";
import { watched } from "./replacing.ts";
import { idle } from "../poller/reactor.ts";
import { Proxy, type ProxyOptions } from "../proxy.ts";
import { WAYS } from "./proxy/support.ts";
import { eachTransport, pattern, received, sameBytes } from "./socket/support.ts";
import { freshAddress, until } from "./util.ts";
import { soon, turn } from "./waiting.ts";

/** Another address of the same transport. */
function beside(address: string): string {
  return address.startsWith("tcp") ? address : `${address}-back`;
}

for (const [way, options] of WAYS) {
  for (const over of eachTransport()) {
    Deno.test(over(
      `${way}: a Router and a Dealer pass requests on, and the answers go back to who asked`,
      async (address) => {
        const proxy = new Proxy(new Router(), new Dealer(), options);
        await proxy.frontEnd.bind(address);
        await proxy.backEnd.bind(beside(address));
        const [front, back] = [proxy.frontEnd.lastEndpoint!, proxy.backEnd.lastEndpoint!];
        const run = proxy.run();
        const workers = [new Reply(), new Reply()];
        const serving = workers.map(async (worker) => {
          worker.connect(back);
          for await (const [text, ...more] of worker) await worker.send([`${text}!`, ...more]);
        });
        await Promise.all(Array.from({ length: 5 }, async (_, client) => {
          await using request = new Request();
          request.connect(front);
          for (let i = 0; i < 20; i++) {
            await request.send([`${client}.${i}`, "", "more"]);
            assertEquals(await received(request), [`${client}.${i}!`, "", "more"]);
          }
        }));
        for (const worker of workers) worker.close();
        await soon(Promise.all(serving));
        proxy.terminate();
        await soon(run);
      },
    ));
  }

  Deno.test(`${way}: an XSubscriber and an XPublisher pass messages down, and subscriptions up`, async () => {
    // A native proxy insists on the limit.
    const proxy = new Proxy(new XSubscriber(), new XPublisher({ maxMessageSize: 4097 }), options);
    const [front, back] = [freshAddress("inproc"), freshAddress("inproc")];
    await proxy.frontEnd.bind(front);
    await proxy.backEnd.bind(back);
    const run = proxy.run();
    await using publisher = new XPublisher();
    publisher.connect(front);
    await using subscriber = new Subscriber();
    subscriber.connect(back);
    subscriber.subscribe("a");
    assertEquals(await received(publisher), ["\x01a"]);
    await publisher.send(["b", "not subscribed to"]);
    await publisher.send(["a", "subscribed to"]);
    assertEquals(await received(subscriber), ["a", "subscribed to"]);
    subscriber.unsubscribe("a");
    assertEquals(await received(publisher), ["\x00a"]);
    proxy.terminate();
    await soon(run);
  });

  for (const over of eachTransport()) {
    Deno.test(over(`${way}: a Pull and a Push pass tasks on, in their order`, async (address) => {
      const proxy = new Proxy(new Pull(), new Push(), options);
      await proxy.frontEnd.bind(address);
      await proxy.backEnd.bind(beside(address));
      await using push = new Push();
      push.connect(proxy.frontEnd.lastEndpoint!);
      await using pull = new Pull();
      pull.connect(proxy.backEnd.lastEndpoint!);
      const run = proxy.run();
      const sending = (async () => {
        for (let i = 0; i < 5000; i++) await push.send(`${i}`);
      })();
      for (let i = 0; i < 5000; i++) assertEquals((await pull.receive())[0].text(), `${i}`);
      await soon(sending);
      proxy.terminate();
      await soon(run);
    }));
  }

  Deno.test(`${way}: messages arrive with every part as it was, whatever their sizes`, async () => {
    const proxy = new Proxy(new Dealer(), new Dealer(), options);
    const [front, back] = [freshAddress("inproc"), freshAddress("inproc")];
    await proxy.frontEnd.bind(front);
    await proxy.backEnd.bind(back);
    const run = proxy.run();
    await using one = new Dealer();
    one.connect(front);
    await using other = new Dealer();
    other.connect(back);
    const sizes = [[0], [1], [33], [34], [0, 0, 0], [5, 0, 33, 34, 100_000], [3 << 20], [
      3 << 20,
      1,
    ]];
    for (const [from, to] of [[one, other], [other, one]]) {
      for (const some of sizes) await from.send(some.map((size, i) => pattern(size, i)));
      for (const some of sizes) {
        const message = await soon(to.receive());
        assertEquals(message.map(({ length }) => length), some);
        assert(message.every((frame, i) => sameBytes(frame, pattern(some[i], i))));
      }
    }
    proxy.terminate();
    await soon(run);
  });
}

Deno.test("a Stream's connections and a Dealer: ids and bytes go both ways", async () => {
  const proxy = new Proxy(new Stream({ notify: false }), new Dealer());
  await proxy.frontEnd.bind("tcp://127.0.0.1:*");
  await proxy.backEnd.bind("inproc://bytes");
  const run = proxy.run();
  await using dealer = new Dealer();
  dealer.connect("inproc://bytes");
  const port = Number(proxy.frontEnd.lastEndpoint!.split(":").at(-1));
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode("hello"));
  const [id, bytes] = await soon(dealer.receive());
  assertEquals(bytes.text(), "hello");
  await dealer.send([id, "bye"]);
  const buffer = new Uint8Array(3);
  assertEquals(await soon(connection.read(buffer)), 3);
  assertEquals(new TextDecoder().decode(buffer), "bye");
  proxy.terminate();
  await soon(run);
});

for (const filter of [undefined, (message: Frame[]) => message]) {
  const how = filter === undefined ? "" : ", with a filter";
  Deno.test(`a Reply and a Request pass one question on at a time, and its answer back${how}`, async () => {
    const proxy = new Proxy(new Reply(), new Request(), { filter });
    const [front, back] = [freshAddress("inproc"), freshAddress("inproc")];
    await proxy.frontEnd.bind(front);
    await proxy.backEnd.bind(back);
    const run = proxy.run();
    await using worker = new Router();
    worker.connect(back);
    const clients = Array.from({ length: 3 }, async (_, i) => {
      await using client = new Request();
      client.connect(front);
      for (let k = 0; k < 5; k++) {
        await client.send([`${i}.${k}`, "?"]);
        assertEquals(await received(client), [`${i}.${k}`, "?", "!"]);
      }
    });
    for (let i = 0; i < 15; i++) {
      const message = await soon(worker.receive());
      await turn();
      assertEquals(worker.tryReceive(), undefined);
      await worker.send([...message, "!"]);
    }
    await soon(Promise.all(clients));
    proxy.terminate();
    await soon(run);
  });
}

for (const filter of [undefined, (message: Frame[]) => message]) {
  const how = filter === undefined ? "" : ", with a filter";
  Deno.test(`a question for a Request that's still waiting for an answer is held${how}`, async () => {
    const proxy = new Proxy(new Dealer(), new Request(), { filter });
    const [front, back] = [freshAddress("inproc"), freshAddress("inproc")];
    await proxy.frontEnd.bind(front);
    await proxy.backEnd.bind(back);
    const run = proxy.run();
    await using client = new Dealer();
    client.connect(front);
    await using worker = new Reply();
    worker.connect(back);
    for (const text of ["one", "two", "three"]) await client.send([text, "?"]);
    for (const text of ["one", "two", "three"]) {
      assertEquals(await received(worker), [text, "?"]);
      await turn();
      assertEquals(client.tryReceive(), undefined);
      await worker.send(`${text}!`);
      assertEquals(await received(client), [`${text}!`]);
    }
    proxy.terminate();
    await soon(run);
  });
}

Deno.test("one socket as both ends returns what comes", async () => {
  const pair = new Pair();
  const proxy = new Proxy(pair, pair);
  await pair.bind("inproc://mirror");
  const run = proxy.run();
  await using other = new Pair();
  other.connect("inproc://mirror");
  for (const text of ["one", "two"]) await other.send([text, "more"]);
  assertEquals(await received(other), ["one", "more"]);
  assertEquals(await received(other), ["two", "more"]);
  proxy.terminate();
  await soon(run);
});

Deno.test("between a Subscriber and a Publisher messages go one way", async () => {
  const proxy = new Proxy(new Subscriber(), new Publisher());
  proxy.frontEnd.subscribe("");
  await proxy.frontEnd.bind("inproc://news");
  await proxy.backEnd.bind("inproc://readers");
  const run = proxy.run();
  await using publisher = new XPublisher();
  publisher.connect("inproc://news");
  await using reader = new Subscriber();
  reader.connect("inproc://readers");
  reader.subscribe("");
  assertEquals(await received(publisher), ["\x01"]);
  // When the reader's subscription has come can't be seen from here.
  let got: string[] | undefined;
  for (let i = 0; got === undefined; i++) {
    await publisher.send(`${i}`);
    await turn();
    got = reader.tryReceive()?.map(String);
  }
  assertEquals(proxy.statistics().toFront.messages, 0);
  proxy.terminate();
  await soon(run);
});

Deno.test("the members are zeromq.js's: frontEnd and backEnd are the sockets themselves", () => {
  using front = new Router();
  using back = new Dealer();
  const proxy = new Proxy(front, back);
  assert(proxy.frontEnd === front && proxy.backEnd === back);
  assertEquals([proxy.running, proxy.paused, proxy.unsent], [false, false, []]);
});

const untyped = Proxy as unknown as new (...args: unknown[]) => Proxy;

Deno.test("what isn't a socket is refused when the proxy is made", () => {
  using router = new Router();
  for (const wrong of [undefined, null, 1, {}, "tcp://127.0.0.1:*"]) {
    throws(() => new untyped(wrong, router), {
      name: "TypeError",
      message: "A proxy's front end must be a socket",
    });
    throws(() => new untyped(router, wrong), {
      name: "TypeError",
      message: "A proxy's back end must be a socket",
    });
  }
});

Deno.test("two sockets between which nothing can go are refused", () => {
  using one = new Push();
  using other = new Push();
  using pull = new Pull();
  throws(() => new Proxy(one, other), TypeError);
  throws(() => new Proxy(pull, pull), TypeError);
  new Proxy(one, pull); // the other way round is as good
});

Deno.test("options that can't be are refused", () => {
  using front = new Pull();
  using back = new Push();
  using request = new Request();
  const wrong: [options: unknown, message: RegExp][] = [
    [null, /takes an object of options/],
    [{ keepopen: true }, /A Proxy has no option keepopen; did you mean keepOpen\?/],
    [{ capture: back }, /must be another one/],
    [{ capture: {} }, /capture socket must be a socket/],
    [{ capture: front }, /must be one that can send/],
    [{ filter: "none" }, /filter must be a function/],
    [{ keepOpen: 1 }, /keepOpen must be a boolean/],
    [{ native: "yes" }, /native must be a boolean/],
    [{ native: true, filter: () => [] }, /neither a capture socket nor a filter/],
    [{ native: true, capture: back }, /neither a capture socket nor a filter/],
  ];
  for (const [options, message] of wrong) {
    throws(() => new Proxy(front, back, options as ProxyOptions), { name: "TypeError", message });
  }
  throws(() => new Proxy(request, back, { native: true }), TypeError);
});

for (const [way, options] of WAYS) {
  Deno.test(`${way}: run fails at once where a socket is neither bound nor connected, or closed`, async () => {
    const proxy = new Proxy(new Router(), new Dealer(), options);
    const missing = (message: RegExp) =>
      rejects(proxy.run(), { name: "ZmqError", code: "EINVAL", message });
    await missing(/front end must be bound/);
    await proxy.frontEnd.bind(freshAddress("inproc"));
    await missing(/back end must be bound/);
    proxy.backEnd.connect(freshAddress("inproc"));
    proxy.frontEnd.close();
    await rejects(proxy.run(), { code: "EBADF" });
    assert(!proxy.running && !proxy.backEnd.closed);
    proxy.backEnd.close();
  });

  Deno.test(`${way}: a proxy that doesn't run can't be steered`, async () => {
    const proxy = new Proxy(new Router(), new Dealer(), options);
    const steer = () => {
      for (const action of ["pause", "resume", "terminate"] as const) {
        throws(() => proxy[action](), { name: "ZmqError", code: "EBADF", message: /doesn't run/ });
      }
    };
    steer();
    for (const socket of [proxy.frontEnd, proxy.backEnd]) await socket.bind(freshAddress("inproc"));
    const run = proxy.run();
    assert(proxy.running);
    proxy.terminate();
    await soon(run);
    steer();
    assert(!proxy.running && proxy.frontEnd.closed && proxy.backEnd.closed);
  });

  Deno.test(`${way}: two proxies can't run with one socket`, async () => {
    const proxy = new Proxy(new Router(), new Dealer(), options);
    for (const socket of [proxy.frontEnd, proxy.backEnd]) await socket.bind(freshAddress("inproc"));
    using other = new Dealer();
    await other.bind(freshAddress("inproc"));
    const run = proxy.run();
    await rejects(proxy.run(), { code: "EBUSY" });
    await rejects(new Proxy(other, proxy.backEnd).run(), { code: "EBUSY" });
    proxy.terminate();
    await soon(run);
  });
}

Deno.test({
  name: "draft sockets without anything beside their bytes can be used, and others are refused",
  ignore: !capability.draft,
  fn: async () => {
    const { Gather, Scatter, Server } = await import("../socket/draft.ts");
    const proxy = new Proxy(new Gather(), new Scatter());
    for (const socket of [proxy.frontEnd, proxy.backEnd]) {
      await socket.bind(freshAddress("inproc"));
    }
    using scatter = new Scatter();
    scatter.connect(proxy.frontEnd.lastEndpoint!);
    using gather = new Gather();
    gather.connect(proxy.backEnd.lastEndpoint!);
    const run = proxy.run();
    for (let i = 0; i < 100; i++) {
      await scatter.send(`${i}`);
      if (i % 10 === 0) await turn();
    }
    for (let i = 0; i < 100; i++) assertEquals(await received(gather), [`${i}`]);
    using dealer = new Dealer();
    using server = new Server();
    throws(() => new Proxy(server, dealer), { name: "TypeError", message: /can't be a Server/ });
    proxy.terminate();
    await soon(run);
  },
});

Deno.test("a time to drain must be one", async () => {
  const proxy = new Proxy(new Router(), new Dealer());
  for (const socket of [proxy.frontEnd, proxy.backEnd]) await socket.bind(freshAddress("inproc"));
  const run = proxy.run();
  throws(() => proxy.terminate({ timeout: NaN }), TypeError);
  throws(() => proxy.terminate({ timeout: -1 }), RangeError);
  assert(proxy.running);
  proxy.terminate({ timeout: 0 });
  await soon(run);
});

Deno.test("while a proxy runs its sockets can still be bound, connected, and asked", async () => {
  const proxy = new Proxy(new Pull(), new Push());
  for (const socket of [proxy.frontEnd, proxy.backEnd]) await socket.bind(freshAddress("inproc"));
  const run = proxy.run();
  await proxy.frontEnd.bind("inproc://second");
  await using pull = new Pull();
  await pull.bind("inproc://third");
  proxy.backEnd.connect("inproc://third");
  await using push = new Push();
  push.connect("inproc://second");
  await push.send("by way of both");
  assertEquals(await received(pull), ["by way of both"]);
  await until(proxy.backEnd, "writable");
  proxy.terminate();
  await soon(run);
});

for (const [way, options] of WAYS) {
  Deno.test(`${way}: a run never settled where closing a socket threw, as a program's own close may, and the other stayed open`, async () => {
    class Loud extends Pull {
      override close() {
        super.close();
        throw new Error("loud");
      }
    }
    const proxy = new Proxy(new Loud(), new Push(), options);
    await proxy.frontEnd.bind(freshAddress("inproc"));
    await proxy.backEnd.bind(freshAddress("inproc"));
    const run = proxy.run();
    let closes = 0;
    using _ = watched(zmq(), "zmq_close", () => void closes++);
    proxy.terminate({ timeout: 0 });
    await rejects(soon(run), { message: "loud" });
    assertEquals([proxy.running, proxy.backEnd.closed], [false, true]);
    assertEquals(closes, options.native ? 4 : 2); // a native one has a pair of its own
  });
}

Deno.test("await using closes a proxy that doesn't run, and waits until the runtime has its threads back", async () => {
  const order: string[] = [];
  {
    await using _ = new Proxy(new Pull(), new Push());
    idle().then(() => order.push("given back"));
  }
  assertEquals(order, ["given back"]);
});
