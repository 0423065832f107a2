/** Every kind of call that a signal can interrupt, as programs make them. A program of its own imports this. */

import {
  capability,
  Context,
  Dealer,
  Pair,
  Poller,
  Pull,
  Push,
  Reply,
  Request,
  type SocketEvent,
  Subscriber,
  XPublisher,
} from "../../mod.ts";
import { kinds } from "../../poller/create.ts";
import { Proxy } from "../../proxy.ts";
import { Authenticator } from "../../security/mod.ts";
import { Client, Dish, Peer, Radio, Server } from "../../socket/draft.ts";
import * as dropIn from "../../zeromq.ts";

let names = 0;

/** Throws unless the two are the same. */
function same(one: unknown, other: unknown): void {
  if (`${one}` !== `${other}`) throw new Error(`${one} instead of ${other}`);
}

/** Two Pairs that are connected, for as long as the body runs. */
async function joined(transport: string, body: (one: Pair, other: Pair) => unknown): Promise<void> {
  using one = new Pair({ linger: 0 });
  using other = new Pair({ linger: 0 });
  other.connect(await one.bind(transport === "tcp" ? "tcp://127.0.0.1:*" : `inproc://${++names}`));
  await body(one, other);
}

const LARGE = new Uint8Array(5000).fill(65);

const CALLS: Record<string, () => unknown> = {
  async "bind, unbind, connect, disconnect"() {
    using pull = new Pull();
    using push = new Push({ linger: 0 });
    for (const wildcard of ["tcp://127.0.0.1:*", "ipc://*", `inproc://${++names}`]) {
      const address = await pull.bind(wildcard);
      push.connect(address);
      if (!address.startsWith("inproc:")) push.disconnect(address);
      await pull.unbind(address);
    }
  },
  "options"() {
    using dealer = new Dealer({ routingId: "name", linger: 7 });
    for (let i = 0; i < 20; i++) {
      same(dealer.linger, 7);
      same(dealer.routingId, "name");
      same(dealer.readable || dealer.writable, false);
      dealer.linger = 7;
    }
  },
  "trySend, tryReceive": () =>
    joined("inproc", (one, other) => {
      for (let i = 0; i < 50; i++) {
        same(one.trySend([`${i}`, LARGE, "last"]), true);
        same(one.trySend(`${i}`), true);
        same(other.tryReceive(), [i, LARGE.toString() && "A".repeat(5000), "last"]);
        same(other.tryReceive(), i);
        same(other.tryReceive(), undefined);
      }
    }),
  "sendSync, receiveSync": () =>
    joined("tcp", (one, other) => {
      for (let i = 0; i < 20; i++) {
        one.sendSync(`${i}`);
        same(other.receiveSync(), i);
      }
      try {
        same(other.receiveSync({ timeout: 5 }), "nothing");
      } catch (error) {
        same((error as { code?: string }).code, "EAGAIN");
      }
    }),
  "send, receive, iterate": () =>
    joined("tcp", async (one, other) => {
      for (let i = 0; i < 20; i++) {
        const receiving = other.receive();
        await one.send(`${i}`);
        same(await receiving, i);
      }
      for (let i = 0; i < 20; i++) await one.send(`${i}`);
      let next = 0;
      for await (const message of other) {
        same(message, next);
        if (++next === 20) break;
      }
    }),
  "visit": () =>
    joined("inproc", (one, other) => {
      for (let i = 0; i < 20; i++) {
        one.trySend(["first", LARGE]);
        let length = 0;
        other.visit((bytes) => void (length += bytes.length));
        same(length, 5005);
      }
    }),
  "wait, waitSync": () =>
    joined("tcp", async (one, other) => {
      for (let i = 0; i < 5; i++) {
        same(await other.wait({ readable: true, timeout: 2 }), false);
        same(other.waitSync({ readable: true, timeout: 2 }), false);
        await one.send("x");
        same(other.waitSync({ readable: true }), true);
        same(await other.wait({ readable: true }), true);
        other.tryReceive();
      }
    }),
  async "Poller"() {
    for (const backend of kinds()) {
      await joined("tcp", async (one, other) => {
        using poller = new Poller({ backend });
        poller.add(other);
        for (let i = 0; i < 5; i++) {
          await one.send("x");
          same((await poller.wait()).length, 1);
          other.tryReceive();
          same(poller.waitSync({ timeout: 2 }).length, 0);
          same((await poller.wait({ timeout: 2 })).length, 0);
          await one.send("y");
          same(poller.waitSync().length, 1);
          other.tryReceive();
        }
      });
    }
  },
  async "events"() {
    for (let i = 0; i < 5; i++) {
      using pull = new Pull();
      const { events } = pull;
      const event = events.receive();
      await pull.bind("tcp://127.0.0.1:*");
      // Where libzmq's own send of it is interrupted, the event is lost, or there in part.
      const first = await Promise.race([event, new Promise((resolve) => setTimeout(resolve, 50))]);
      if (first !== undefined) same((first as SocketEvent).type, "bind");
      const end = first === undefined ? event.catch(() => {}) : undefined;
      events.close();
      await end;
    }
  },
  async "turns of Request and Reply"() {
    using reply = new Reply();
    using request = new Request({ linger: 0 });
    request.connect(await reply.bind(`inproc://${++names}`));
    for (let i = 0; i < 10; i++) {
      await request.send(`${i}`);
      same(await reply.receive(), i);
      await reply.send("back");
      same(await request.receive(), "back");
    }
  },
  async "subscriptions"() {
    using publisher = new XPublisher();
    using subscriber = new Subscriber({ conflate: true });
    subscriber.connect(await publisher.bind(`inproc://${++names}`));
    subscriber.subscribe("a");
    same(await publisher.receive(), "\x01a");
    publisher.trySend("a1");
    publisher.trySend("a2");
    same(await subscriber.receive(), "a2");
    subscriber.unsubscribe("a");
  },
  async "contexts"() {
    const context = new Context({ maxSockets: 10 });
    const pull = new Pull({ context });
    const push = new Push({ context });
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    await push.send("x");
    same(await pull.receive(), "x");
    context.close();
    const ended = new Context();
    const waiting = new Pull({ context: ended }).receive();
    ended.shutdown();
    same(await waiting.catch(({ code }) => code), "ETERM");
    ended.close();
  },
  async "proxies"() {
    for (const native of [false, true]) {
      const proxy = new Proxy(new Pull(), new Push({ linger: 0 }), { native });
      using push = new Push({ linger: 0 });
      using pull = new Pull();
      push.connect(await proxy.frontEnd.bind(`inproc://${++names}`));
      pull.connect(await proxy.backEnd.bind(`inproc://${++names}`));
      const run = proxy.run();
      for (let i = 0; i < 20; i++) {
        await push.send([`${i}`, LARGE]);
        same((await pull.receive())[0], i);
      }
      proxy.statistics();
      proxy.terminate();
      await run;
    }
  },
  async "who comes in"() {
    using context = new Context();
    const authenticator = new Authenticator({ context });
    authenticator.configurePlain(({ username }) => username);
    using pull = new Pull({ context, plainServer: true, zapDomain: "here" });
    using push = new Push({ context, linger: 0, plainUsername: "ada", plainPassword: "x" });
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    await push.send("in");
    same(await pull.receive(), "in");
    authenticator.close();
  },
  async "drop-in for zeromq.js"() {
    const one = new dropIn.Pair({ linger: 0 });
    const other = new dropIn.Pair({ linger: 0 });
    await one.bind("tcp://127.0.0.1:*");
    other.connect(one.lastEndpoint!);
    for (let i = 0; i < 20; i++) {
      const receiving = other.receive();
      await one.send([`${i}`, LARGE]);
      same((await receiving)[0], i);
    }
    one.close();
    other.close();
  },
  async "drafts"() {
    if (!capability.draft) return;
    using server = new Server();
    using client = new Client({ linger: 0 });
    client.connect(await server.bind(`inproc://${++names}`));
    for (let i = 0; i < 10; i++) {
      await client.send("x");
      const [text, { routingId }] = await server.receive();
      same(text, "x");
      await server.send("y", { routingId });
      same(await client.receive(), "y");
    }
    using radio = new Radio({ linger: 0 });
    using dish = new Dish();
    dish.join("group");
    radio.connect(await dish.bind("tcp://127.0.0.1:*"));
    dish.leave("group");
    using one = new Peer();
    using other = new Peer({ linger: 0 });
    same(other.connectPeer(await one.bind(`inproc://${++names}`)) > 0, true);
  },
};

/** Makes all of them, and returns what went wrong. */
export async function makeEveryCall(): Promise<string[]> {
  const wrong: string[] = [];
  for (const [name, make] of Object.entries(CALLS)) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("it hangs")), 10_000);
    });
    try {
      await Promise.race([(async () => await make())(), late]);
    } catch (error) {
      wrong.push(`${name}: ${error instanceof Error ? error.stack : error}`);
    }
    clearTimeout(timer);
  }
  return wrong;
}
