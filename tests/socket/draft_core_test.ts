/** How draft sockets wait: their descriptor isn't ZMQ_FD, and must neither be lost nor turn in circles. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { capability, Poller } from "../../mod.ts";
import { zmqDrafts } from "../../ffi/drafts.ts";
import { type Libc, libc } from "../../ffi/libc.ts";
import { Channel, Client, Gather, Scatter, Server } from "../../socket/draft.ts";
import { ThreadSafeHandle } from "../../socket/draft_core.ts";
import { openDescriptors, openedSince, STEP_BY_STEP } from "../fds.ts";
import { KINDS, Parks, Patience } from "../poller/support.ts";
import { run } from "../program.ts";
import { replaced } from "../replacing.ts";
import { freshAddress, join, until } from "../util.ts";
import { eachTransportOfDrafts } from "./drafts.ts";
import { pending, received, receivedMany } from "./support.ts";
import { soon, turns, turnsUntil } from "../waiting.ts";

/** Counts how often the descriptors' signals are taken back, until the end of the block. */
class Clears implements Disposable {
  count = 0;
  readonly #undo: () => void;

  constructor() {
    const { clearSignal } = ThreadSafeHandle.prototype;
    const count = () => this.count++;
    ThreadSafeHandle.prototype.clearSignal = function () {
      count();
      clearSignal.call(this);
    };
    this.#undo = () => ThreadSafeHandle.prototype.clearSignal = clearSignal;
  }

  [Symbol.dispose](): void {
    this.#undo();
  }
}

/** Counts the calls of poll(2) on this thread, until the end of the block. */
class Polls implements Disposable {
  count = 0;
  readonly #undo: () => void;

  constructor() {
    const functions = libc() as { poll: Libc["poll"] };
    const { poll } = functions;
    const count = () => this.count++;
    functions.poll = (...all) => {
      count();
      return poll(...all);
    };
    this.#undo = () => functions.poll = poll;
  }

  [Symbol.dispose](): void {
    this.#undo();
  }
}

for (const over of eachTransportOfDrafts()) {
  Deno.test(over(
    "a receive that waits gets what comes, and the thread sleeps until then",
    async (address) => {
      using gather = new Gather();
      using scatter = new Scatter();
      await join(gather, scatter, address);
      await scatter.send("first");
      await received(gather);
      using parks = new Parks();
      const message = gather.receive();
      {
        using patience = new Patience(200);
        await turnsUntil(() => patience.expired, "the deadline");
      }
      assert(parks.count <= 5, `${parks.count} parks`);
      assert(await pending(message));
      await scatter.send("second");
      assertEquals(String((await soon(message))[0]), "second");
    },
  ));

  Deno.test(over("many messages come in order, also where each is awaited", async (address) => {
    using gather = new Gather();
    using scatter = new Scatter();
    await join(gather, scatter, address);
    const sent = (async () => {
      for (let i = 0; i < 3000; i++) await scatter.send(`${i}`);
    })();
    const all = await receivedMany(gather, 3000);
    await sent;
    assertEquals(all, Array.from({ length: 3000 }, (_, i) => `${i}`));
  }));

  Deno.test(over("requests and answers go to and fro without a wake-up lost", async (address) => {
    using server = new Server();
    using client = new Client();
    await join(server, client, address);
    const serving = (async () => {
      for await (const [text, from] of server) {
        await server.send(text, from);
        if (String(text) === "last") return;
      }
    })();
    for (let i = 0; i < 500; i++) {
      await client.send(`${i}`);
      // Asking mustn't take anything away from the receives.
      void [client.readable, client.writable, server.readable, server.writable];
      assertEquals(await received(client), [`${i}`]);
    }
    await client.send("last");
    assertEquals(await received(client), ["last"]);
    await soon(serving);
  }));

  Deno.test(over("a send waits for a peer, and goes out when one comes", async (address) => {
    using scatter = new Scatter();
    assertEquals([scatter.writable, scatter.trySend("x")], [false, false]);
    await scatter.bind(address);
    const sent = scatter.send("hello");
    assert(await pending(sent));
    using gather = new Gather();
    gather.connect(scatter.lastEndpoint!);
    await soon(sent);
    assertEquals(await received(gather), ["hello"]);
  }));
}

for (const over of eachTransportOfDrafts("tcp")) {
  Deno.test(over("a send to a full peer waits until that has read", async () => {
    const options = { sendHighWaterMark: 1, receiveHighWaterMark: 1, linger: 0 };
    using server = new Server(options);
    using client = new Client(options);
    await join(server, client, freshAddress("inproc"));
    await client.send("hello");
    const [, from] = await soon(server.receive());
    while (server.trySend("filling", from));
    const sent = server.send("waiting", from);
    assert(await pending(sent));
    let last = "";
    while (last !== "waiting") [last] = await received(client);
    await soon(sent);
  }));
}

for (const backend of KINDS) {
  for (const over of eachTransportOfDrafts("tcp")) {
    Deno.test(over(
      `a ${backend} Poller reports a draft socket until it's drained, and sleeps then`,
      async () => {
        using gather = new Gather();
        using scatter = new Scatter();
        await join(gather, scatter);
        using poller = new Poller<string>({ backend });
        poller.add(gather, { key: "gather" });
        const wait = poller.wait();
        await scatter.send("one");
        assertEquals((await soon(wait)).map(({ key }) => key), ["gather"]);
        assertEquals((await soon(poller.wait())).map(({ key }) => key), ["gather"]);
        assertEquals(String(gather.tryReceive()), "one");
        using parks = new Parks();
        assertEquals(await poller.wait({ timeout: 100 }), []);
        assert(parks.count <= 5, `${parks.count} parks`);
        await scatter.send("two");
        assertEquals(poller.waitSync({ timeout: 10_000 }).map(({ key }) => key), ["gather"]);
        assertEquals(String(gather.tryReceive()), "two");
        using clears = new Clears();
        assertEquals(poller.waitSync({ timeout: 100 }), []);
        assert(clears.count <= 10, `${clears.count} looks`);
      },
    ));
  }
}

for (const over of eachTransportOfDrafts("tcp")) {
  Deno.test(over("receiveSync waits for its message without turning in circles", async () => {
    using gather = new Gather({ receiveTimeout: 100 });
    using scatter = new Scatter();
    await join(gather, scatter);
    await scatter.send("one");
    assertEquals(String(gather.receiveSync({ timeout: 10_000 })), "one");
    using polls = new Polls();
    throws(() => gather.receiveSync(), { name: "ZmqError", code: "EAGAIN" });
    assert(polls.count <= 10, `${polls.count} waits`);
    await rejects(gather.receive(), { name: "ZmqError", code: "EAGAIN" });
  }));

  Deno.test(over("sendSync waits for a peer without turning in circles", async () => {
    using one = new Channel();
    await one.bind(freshAddress("tcp"));
    using polls = new Polls();
    throws(() => one.sendSync("x", { timeout: 100 }), { name: "ZmqError", code: "EAGAIN" });
    assert(polls.count <= 10, `${polls.count} waits`);
    using other = new Channel();
    other.connect(one.lastEndpoint!);
    one.sendSync("hello", { timeout: 10_000 });
    assertEquals(await received(other), ["hello"]);
  }));

  Deno.test(over("while nothing waits, an idle draft socket costs nothing", async () => {
    using gather = new Gather();
    using scatter = new Scatter();
    await join(gather, scatter);
    await scatter.send("unread");
    await until(gather);
    await turns(3);
    using clears = new Clears();
    using patience = new Patience(200);
    await turnsUntil(() => patience.expired, "the deadline");
    assert(clears.count <= 20, `${clears.count} looks`);
  }));

  Deno.test(over(
    "closing ends what waits, iterations too, and returns the descriptors back",
    async () => {
      const link = (fd: number) => {
        try {
          return Deno.readLinkSync(`/proc/self/fd/${fd}`);
        } catch {
          return "";
        }
      };
      const gather = new Gather();
      await gather.bind(freshAddress("inproc"));
      const { fd } = gather;
      const iterator = gather[Symbol.asyncIterator]();
      const turn = iterator.next();
      const receive = gather.receive();
      if (Deno.build.os === "linux") assert(link(fd) !== "");
      gather.close();
      assertEquals(await turn, { value: undefined, done: true });
      await rejects(receive, { name: "ZmqError", code: "EBADF" });
      if (Deno.build.os === "linux") assertEquals(link(fd), "");
      gather.close();
      await rejects(gather.receive(), { name: "ZmqError", code: "EBADF" });
    },
  ));
}

Deno.test({
  name: "drafts: all but Datagram are for several threads, and say so",
  ignore: !capability.draft,
  fn: () => {
    using client = new Client();
    assertEquals(client.threadSafe, true);
  },
});

Deno.test({
  name: "what lay behind a buffer went to a Client where its array had a length of its own",
  ignore: !capability.draft,
  fn: async () => {
    using server = new Server();
    using client = new Client();
    await join(server, client, freshAddress("inproc"));
    await client.send("hello");
    const [, peer] = await soon(server.receive());
    const bytes = Uint8Array.of(97, 98, 99);
    for (const name of ["length", "byteLength"]) {
      Object.defineProperty(bytes, name, { value: 1000 });
    }
    server.sendSync(bytes, peer);
    assertEquals(await received(client), ["abc"]);
  },
});

Deno.test({
  name: "drafts: a socket whose descriptor can't be had leaves none open",
  ignore: !capability.draft,
  async fn() {
    const before = openDescriptors();
    {
      using _broken = replaced(zmqDrafts(), "zmq_poller_fd", () => {
        throw new Error("injected");
      });
      throws(() => new Client(), /injected/);
    }
    // A thread of libzmq's closes the socket's own.
    await turnsUntil(() => openedSince(before).length === 0, "the close of all descriptors");
  },
});

for (
  const [what, call, setUp, body] of [
    ["a draft socket", "zmq_socket", "", "new Server()"],
    [
      "a connect over udp",
      "zmq_connect",
      "const radio = new Radio();",
      'radio.connect("udp://127.0.0.1:9")',
    ],
  ]
) {
  Deno.test({
    name: `${what} rejects with EMFILE where no descriptor is left, and doesn't end the process`,
    ignore: !capability.draft || Deno.build.os !== "linux",
    fn: async () => {
      const outcome = await run(
        `import { Radio, Server } from "$ROOT/socket/draft.ts";
        ${STEP_BY_STEP}
        const first = new Server(); // its context's threads, and what the reactor needs
        ${setUp}
        await stepByStep(() => ${body});`,
      );
      assertEquals([outcome.stderr, outcome.code, outcome.signal], ["", 0, null]);
      assertEquals(outcome.stdout, `EMFILE ${call}\nworks\n`);
    },
  });
}
