/** What the options of transports do, with a real peer on the other side. Patterns have their own tests. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Context, Dealer, Pair, Pull, Push, Router } from "../../mod.ts";
import { closeFd, openDescriptors, pipe } from "../fds.ts";
import { freshAddress, join, withFolder } from "../util.ts";
import { listenOnIpc, listenOnTcp, newSocket, socketOptionsSince } from "./descriptors.ts";
import { ProxyServer } from "./socks.ts";
import { onLinux, portOf, received } from "./support.ts";
import { soon, turn, turnsUntil } from "../waiting.ts";

const USE_FD = 89;

/** Whether libzmq was built to choose a network interface, and the user may. */
async function canChooseInterface(): Promise<boolean> {
  using socket = new Pull({ interface: "lo" });
  return await socket.bind(freshAddress("tcp")).then(() => true, () => false);
}

// Where it's bound.

Deno.test(
  onLinux("useFd adopts a descriptor that listens, which closing the socket closes", async () => {
    const before = openDescriptors();
    {
      const { fd, port } = listenOnTcp();
      using pull = new Pull();
      await rejects(pull.bind(`tcp://127.0.0.1:${port}`), { code: "EADDRINUSE" });
      pull.useFd = fd;
      await pull.bind(`tcp://127.0.0.1:${port}`);
      assertEquals(pull.useFd, fd);
      using push = new Push();
      push.connect(`tcp://127.0.0.1:${port}`);
      await push.send("through the descriptor");
      assertEquals(await received(pull), ["through the descriptor"]);
    }
    // libzmq closes it on a thread of its own.
    while (openDescriptors().some((open) => !before.includes(open))) await turn();
  }),
);

Deno.test(
  onLinux("useFd adopts a descriptor that listens at a path", () =>
    withFolder(async (folder) => {
      const path = `${folder}/socket`;
      using pull = new Pull({ useFd: listenOnIpc(path) });
      await pull.bind(`ipc://${path}`);
      using push = new Push();
      push.connect(`ipc://${path}`);
      await push.send("through the descriptor");
      assertEquals(await received(pull), ["through the descriptor"]);
    })),
);

Deno.test(
  onLinux(
    "useFd refuses what isn't a listening socket's descriptor, in whichever way it's set",
    () => {
      const idle = newSocket();
      using ends = pipe();
      for (
        const [fd, code] of [[idle, "EINVAL"], [ends.read, "ENOTSOCK"], [900_000, "EBADF"]] as const
      ) {
        using socket = new Pull();
        for (
          const action of [
            () => socket.useFd = fd,
            () => new Pull({ useFd: fd }),
            () => socket.setOption(USE_FD, fd),
            () => socket.setOption(USE_FD, new Uint8Array(Int32Array.of(fd).buffer)),
          ]
        ) {
          throws(action, { name: "ZmqError", code });
        }
        assertEquals(socket.useFd, -1);
      }
      closeFd(idle);
    },
  ),
);

Deno.test(
  onLinux(
    "a descriptor that was closed since useFd was set is refused where it's bound",
    async () => {
      const { fd, port } = listenOnTcp();
      using pull = new Pull({ useFd: fd });
      closeFd(fd);
      await rejects(pull.bind(`tcp://127.0.0.1:${port}`), { name: "ZmqError", code: "EBADF" });
      await pull.bind(freshAddress("inproc"));
    },
  ),
);

Deno.test(onLinux("an ipc address that begins with @ is a name, and no file", async () => {
  const name = `ipc://@zmq-${crypto.randomUUID()}`;
  using pull = new Pull();
  await pull.bind(name);
  assertEquals(pull.lastEndpoint, name);
  using push = new Push();
  push.connect(name);
  await push.send("by name");
  assertEquals(await received(pull), ["by name"]);
  for (const path of [name.slice(6), name.slice(7)]) {
    throws(() => Deno.statSync(path), Deno.errors.NotFound);
  }
  using second = new Pull();
  await rejects(second.bind(name), { code: "EADDRINUSE" });
}));

Deno.test(
  onLinux("interface binds to a network interface, and to one only that is there", async () => {
    const before = openDescriptors();
    using pull = new Pull({ interface: "lo" });
    using push = new Push({ interface: "lo" });
    await join(pull, push);
    await push.send("over lo");
    assertEquals(await received(pull), ["over lo"]);
    const [SOL_SOCKET, SO_BINDTODEVICE] = [1, 25];
    const bound = socketOptionsSince(before, SOL_SOCKET, SO_BINDTODEVICE)
      .map((value) => new TextDecoder().decode(value));
    // The listener and both ends of the connection, of which the accepted one inherits it.
    assertEquals(bound.filter((name) => name === "lo\0").length, 3);
    using nowhere = new Pull({ interface: "nowhere0" });
    await rejects(nowhere.bind(freshAddress("tcp")), { name: "ZmqError", code: "ENODEV" });
  }, !(await canChooseInterface())),
);

// How it gets there.

Deno.test(onLinux("typeOfService is in the packets of both ends", async () => {
  const before = openDescriptors();
  const [service, other] = [0x28, 0x48];
  using pull = new Pull({ typeOfService: service });
  using push = new Push({ typeOfService: other });
  await join(pull, push);
  await push.send("x");
  await received(pull);
  const [IPPROTO_IP, IP_TOS] = [0, 1];
  const services = socketOptionsSince(before, IPPROTO_IP, IP_TOS)
    .map((value) => value[0]).filter((value) => value !== 0);
  assertEquals([services.includes(service), services.includes(other)], [true, true]);
}));

for (const target of ["127.0.0.1", "localhost"]) {
  Deno.test(`socksProxy connects through a SOCKS5 proxy, which is told of ${target}`, async () => {
    using proxy = new ProxyServer();
    using router = new Router();
    await router.bind(freshAddress("tcp"));
    const address = `${target}:${portOf(router)}`;
    using dealer = new Dealer({ socksProxy: proxy.address, routingId: "dealer" });
    assertEquals(dealer.socksProxy, proxy.address);
    dealer.connect(`tcp://${address}`);
    await dealer.send(["through", "the proxy"]);
    assertEquals(await received(router), ["dealer", "through", "the proxy"]);
    await router.send(["dealer", "and back"]);
    assertEquals(await received(dealer), ["and back"]);
    assertEquals(proxy.targets, [address]);
    dealer.close();
    router.close();
    await proxy.idle();
  });
}

Deno.test("a socksProxy that was set to null is none", async () => {
  using proxy = new ProxyServer();
  using pull = new Pull();
  using push = new Push({ socksProxy: proxy.address });
  push.socksProxy = null;
  assertEquals(push.socksProxy, null);
  await join(pull, push);
  await push.send("directly");
  assertEquals(await received(pull), ["directly"]);
  assertEquals(proxy.targets, []);
});

Deno.test("with rawMode, a Router talks to peers that speak plain TCP", async () => {
  using router = new Router({ rawMode: true });
  await router.bind(freshAddress("tcp"));
  using peer = await Deno.connect({ hostname: "127.0.0.1", port: portOf(router) });
  await peer.write(new TextEncoder().encode("hello"));
  const [id, nothing] = await soon(router.receive());
  assertEquals([id.length > 0, nothing.length], [true, 0]); // it has come
  const [from, bytes] = await soon(router.receive());
  assertEquals([from.toHex() === id.toHex(), bytes.text()], [true, "hello"]);
  await router.send([id, "welcome"]);
  const buffer = new Uint8Array(100);
  const count = await soon(peer.read(buffer));
  assertEquals(new TextDecoder().decode(buffer.subarray(0, count!)), "welcome");
});

// Which thread serves it.

Deno.test("an affinity to no I/O thread is EMTHREAD, by bind and by connect", async () => {
  const context = new Context({ ioThreads: 2 });
  {
    using pair = new Pair({ context, affinity: 4 });
    await rejects(pair.bind(freshAddress("tcp")), { name: "ZmqError", code: "EMTHREAD" });
    throws(() => pair.connect("tcp://127.0.0.1:1"), { code: "EMTHREAD" });
    pair.affinity = 2;
    await pair.bind(freshAddress("tcp"));
  }
  context.close();
});

for (const chosen of [0, 1]) {
  Deno.test(
    onLinux(`with affinity ${1 << chosen}, I/O thread ${chosen} does all the work`, async () => {
      const threadNamePrefix = 7001 + chosen; // the threads of earlier tests' contexts may still be ending
      const context = new Context({ ioThreads: 2, threadNamePrefix });
      {
        using pull = new Pull({ context, affinity: 1 << chosen });
        using push = new Push({ context, affinity: 1 << chosen });
        let threads: string[] = [];
        await turnsUntil( // until they have given themselves their names
          () => (threads = ioThreads(threadNamePrefix)).length === 2,
          "the name of each thread",
        );
        const [working, idle] = [threads[chosen], threads[1 - chosen]];
        await turnsUntil(() => switches(idle) > 0, "the idle thread's first sleep");
        const [before, unchanged] = [switches(working), switches(idle)];
        await join(pull, push);
        for (let i = 0; i < 300; i++) {
          await push.send(`${i}`);
          assertEquals(await received(pull), [`${i}`]);
        }
        // A thread that has just been started may sleep once or twice more, and one that works needn't sleep each time.
        const [worked, rested] = [switches(working) - before, switches(idle) - unchanged];
        assert(rested * 10 < worked, `${worked} against ${rested}`);
      }
      context.close();
    }),
  );
}

/** The I/O threads of the context whose threads' names begin so, in their order. */
function ioThreads(prefix: number): string[] {
  const threads: { id: string; name: string }[] = [];
  for (const { name: id } of Deno.readDirSync("/proc/self/task")) {
    let name = "";
    try {
      name = Deno.readTextFileSync(`/proc/self/task/${id}/comm`);
    } catch {
      // It has ended: it was another context's.
    }
    if (name.startsWith(`${prefix}/ZMQbg/IO/`)) threads.push({ id, name });
  }
  return threads.sort((one, other) => one.name < other.name ? -1 : 1).map(({ id }) => id);
}

/** How often a thread has gone to sleep. */
function switches(id: string): number {
  const status = Deno.readTextFileSync(`/proc/self/task/${id}/status`);
  return Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)![1]);
}
