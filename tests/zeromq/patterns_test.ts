import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import {
  Dealer,
  Publisher,
  Pull,
  Push,
  Router,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../zeromq.ts";
import { eachTransport, futureAddress } from "../socket/support.ts";
import { freshAddress, join } from "../util.ts";
import { using } from "./support.ts";
import { pause, soon } from "../waiting.ts";

const WORDS = ["foo", "bar", "baz", "qux"];

/** As many messages of a socket, each with its parts side by side. */
async function taken(
  socket: { receive(): Promise<Uint8Array[]> },
  count: number,
): Promise<string[]> {
  const all: string[] = [];
  while (all.length < count) all.push((await soon(socket.receive())).map(String).join("|"));
  return all;
}

/** Runs with sockets, which are closed afterwards. */
async function withAll<T extends Socket[]>(
  sockets: [...T],
  body: (...sockets: T) => Promise<void>,
): Promise<void> {
  try {
    await body(...sockets);
  } finally {
    for (const socket of sockets) socket.close();
  }
}

for (const over of eachTransport()) {
  Deno.test(over("a Router answers two Dealers, each by its id", async (address) => {
    await withAll([new Router(), new Dealer(), new Dealer()], async (router, one, other) => {
      await join(router, one, address);
      other.connect(router.lastEndpoint!);
      const echo = (async () => {
        for await (const [sender, message] of router) await router.send([sender, message]);
      })();
      for (const word of WORDS) {
        await one.send(word);
        await other.send(word.toUpperCase());
      }
      assertEquals(await taken(one, 4), WORDS);
      assertEquals(await taken(other, 4), WORDS.map((word) => word.toUpperCase()));
      router.close();
      await soon(echo);
    });
  }));

  Deno.test(over("a Push hands out to two Pulls by turns", async (address) => {
    await withAll([new Push(), new Pull(), new Pull()], async (push, one, other) => {
      await join(push, one, address);
      other.connect(push.lastEndpoint!);
      // Only with both there does each get its share.
      for (const pull of [one, other]) pull.receiveTimeout = 20_000;
      const shares = Promise.all([one.receive(), other.receive()]);
      const sending = (async () => {
        for (let i = 0;; i++) {
          await push.send(`${i}`);
          await pause(1);
          if (push.closed) return;
        }
      })();
      const [a, b] = (await shares).map(String);
      assertEquals(a === b, false);
      push.close();
      await sending.catch(() => {});
    });
  }));

  Deno.test(over("with immediate, nothing waits for a peer that isn't there", async (address) => {
    await withAll([new Push({ immediate: true, linger: 0 }), new Pull()], async (push, pull) => {
      await pull.bind(address);
      push.connect(futureAddress());
      push.connect(pull.lastEndpoint!);
      for (const word of WORDS) await soon(push.send(word));
      assertEquals(await taken(pull, 4), WORDS);
    });
  }));

  Deno.test(over(
    "a chain of PUB, XSUB, XPUB and SUB lets through what is subscribed to",
    async (address) => {
      await withAll(
        [new Publisher(), new XSubscriber(), new XPublisher(), new Subscriber()],
        async (publisher, xsubscriber, xpublisher, subscriber) => {
          const up = address.startsWith("tcp") ? address : `${address}-up`;
          const upper = new XPublisher(); // tells when the subscription has come up
          await using(upper, async () => {
            await upper.bind(up);
            xsubscriber.connect(upper.lastEndpoint!);
            await xpublisher.bind(address);
            subscriber.subscribe("fo", "ba", "qu");
            subscriber.unsubscribe("fo", "qu");
            subscriber.connect(xpublisher.lastEndpoint!);
            const [subscription] = await soon(xpublisher.receive());
            assertEquals(subscription, Buffer.from("\x01ba"));
            await xsubscriber.send(subscription);
            assertEquals(await taken(upper, 1), ["\x01ba"]);
            for (const word of WORDS) await upper.send(word);
            for (let i = 0; i < 2; i++) await xpublisher.send(await soon(xsubscriber.receive()));
            assertEquals(await taken(subscriber, 2), ["bar", "baz"]);
            await publisher.send("to nobody");
          });
        },
      );
    },
  ));
}

const VERBOSITY = [
  [null, ["\x01fo", "\x00fo"]],
  ["allSubs", ["\x01fo", "\x01fo", "\x00fo"]],
  ["allSubsUnsubs", ["\x01fo", "\x01fo", "\x00fo", "\x00fo"]],
] as const;
for (const [verbosity, expected] of VERBOSITY) {
  Deno.test(`verbosity ${verbosity}: which subscriptions of two subscribers are received`, async () => {
    await withAll(
      [new XPublisher({ verbosity }), new Subscriber(), new Subscriber()],
      async (publisher, one, other) => {
        await join(publisher, one, freshAddress("inproc"));
        other.connect(publisher.lastEndpoint!);
        const told: string[] = [];
        // Each socket's are told in their order, so that what follows shows that nothing else comes.
        const after = async (socket: Subscriber, marker: string) => {
          socket.subscribe(marker);
          for (;;) {
            const [text] = await taken(publisher, 1);
            if (text === `\x01${marker}`) return;
            told.push(text);
          }
        };
        one.subscribe("fo");
        await after(one, "1");
        other.subscribe("fo");
        await after(other, "2");
        one.unsubscribe("fo");
        await after(one, "3");
        other.unsubscribe("fo");
        await after(other, "4");
        assertEquals(told, expected);
      },
    );
  });
}

Deno.test("a Stream serves HTTP, and is closed from within its iteration", async () => {
  await using(new Stream(), async (stream) => {
    await stream.bind("tcp://127.0.0.1:*");
    const serving = (async () => {
      for await (const [id, bytes] of stream) {
        if (bytes.length === 0) continue; // someone has come, or gone
        assertEquals(`${bytes}`.split("\r\n")[0], "GET /foo HTTP/1.1");
        await stream.send([id, "HTTP/1.0 200 OK\r\nContent-Length: 12\r\n\r\nHello world!"]);
        await stream.send([id, ""]); // ends the connection
        stream.close();
      }
    })();
    const response = await fetch(stream.lastEndpoint!.replace("tcp:", "http:") + "/foo");
    assertEquals(await response.text(), "Hello world!");
    await soon(serving);
  });
});

Deno.test("a Stream is a client of HTTP, with an id of its own choice for the server", async () => {
  await using(new Stream({ linger: 0 }), async (stream) => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response("Hello world!"),
    );
    const address = `tcp://127.0.0.1:${server.addr.port}`;
    stream.connect(address, { routingId: "abcdef1234567890" });
    await stream.send([
      "abcdef1234567890",
      `GET /foo HTTP/1.1\r\nHost: ${address.slice(6)}\r\nConnection: close\r\n\r\n`,
    ]);
    let body = "";
    for await (const [id, bytes] of stream) {
      assertEquals(`${id}`, "abcdef1234567890");
      body += bytes;
      if (body.includes("Hello world!")) break;
    }
    assertEquals(body.split("\r\n")[0], "HTTP/1.1 200 OK");
  });
});

Deno.test("multicastHops is an option of what sends alone", async () => {
  await using(new Push(), (push) => {
    push.multicastHops = 5;
    assertEquals(push.multicastHops, 5);
  });
  await using(new Pull(), (pull) => assertEquals("multicastHops" in pull, false));
});
