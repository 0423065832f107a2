/** The addresses that a socket's record keeps, for what is printed. */

import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { capability, Pair, Pull, Push, Router, type ZmqError } from "../../mod.ts";
import { areOwn } from "../../process/own_receivers.ts";
import { Peer } from "../../socket/draft.ts";
import { handleOf } from "../../socket/handle.ts";
import { withoutUser } from "../../socket/endpoints.ts";
import { eachTransport, futureAddress } from "./support.ts";
import { STEP_BY_STEP } from "../fds.ts";
import { run, withoutWaiting } from "../program.ts";
import { freshAddress } from "../util.ts";
import "./drafts.ts";

const endpointsOf = (socket: object) => {
  const { bound, connected } = handleOf(socket).endpoints;
  return { bound, connected };
};

for (const over of eachTransport()) {
  Deno.test(over("a socket's record has the addresses to which it's bound", async (address) => {
    using pull = new Pull();
    assertEquals(endpointsOf(pull), { bound: [], connected: [] });
    const first = await pull.bind(address);
    const second = pull.bindSync(freshAddress("inproc"));
    assertEquals(endpointsOf(pull), { bound: [first, second], connected: [] });
    await pull.unbind(first);
    assertEquals(endpointsOf(pull).bound, [second]);
    pull.unbindSync(second);
    assertEquals(endpointsOf(pull).bound, []);
  }));

  Deno.test(over("a socket's record has the addresses to which it's connected", (address) => {
    using push = new Push();
    const first = futureAddress(address);
    const second = freshAddress("inproc");
    push.connect(first);
    push.connect(second);
    push.connect(second);
    assertEquals(endpointsOf(push), { bound: [], connected: [first, second] });
    push.disconnect(second);
    assertEquals(endpointsOf(push).connected, [first]);
  }));
}

Deno.test("an address is recorded however it was bound or connected", async () => {
  using pull = new Pull();
  const port = await pull.bindToRandomPort("tcp://127.0.0.1");
  assertEquals(endpointsOf(pull).bound, [`tcp://127.0.0.1:${port}`]);
  using router = new Router();
  router.connect(`tcp://127.0.0.1:${port}`, { routingId: "peer" });
  assertEquals(endpointsOf(router).connected, [`tcp://127.0.0.1:${port}`]);
});

Deno.test("what is refused isn't recorded, and what can't be ended stays", async () => {
  using first = new Pull();
  using second = new Pull();
  const address = await first.bind("tcp://127.0.0.1:*");
  await rejects(second.bind(address), { code: "EADDRINUSE" });
  throws(() => second.connect("nonsense"), { code: "EINVAL" });
  assertEquals(endpointsOf(second), { bound: [], connected: [] });
  await rejects(first.unbind(futureAddress()), { code: "ENOENT" });
  assertEquals(endpointsOf(first).bound, [address]);
});

Deno.test("an address that libzmq ends under another spelling leaves the record", async () => {
  using pull = new Pull();
  const [first, second, stays] = [
    await pull.bind("tcp://127.0.0.1:*"),
    await pull.bind("tcp://127.0.0.1:*"),
    await pull.bind("tcp://127.0.0.1:*"),
  ];
  await pull.unbind(first.replace("127.0.0.1", "localhost"));
  await pull.unbind(second.replace("127.0.0.1:", "[::ffff:127.0.0.1]:0"));
  assertEquals(endpointsOf(pull).bound, [stays]);
});

Deno.test("a socket's record keeps its addresses when it's closed", async () => {
  const pull = new Pull();
  const address = await pull.bind("tcp://127.0.0.1:*");
  pull.close();
  assertEquals(endpointsOf(pull).bound, [address]);
});

Deno.test("a socket is described by its type and first address", async () => {
  using pair = new Pair();
  assertEquals(handleOf(pair).description, "Pair");
  const elsewhere = futureAddress();
  pair.connect(elsewhere);
  assertEquals(handleOf(pair).description, `Pair at ${elsewhere}`);
  const address = await pair.bind("tcp://127.0.0.1:*");
  assertEquals(handleOf(pair).description, `Pair at ${address}`);
});

Deno.test("an address at which a socket receives is this isolate's own until it's unbound", async () => {
  using pull = new Pull();
  using push = new Push();
  const address = await pull.bind("tcp://127.0.0.1:*");
  assertEquals(areOwn([address]), true);
  await pull.unbind(address);
  assertEquals(areOwn([address]), false);
  // Not over tcp, where it may get the port of a Pull that was closed.
  assertEquals(areOwn([await push.bind("inproc://sends-only")]), false);
});

Deno.test("an address is shown without user information, which only Internet transports have", () => {
  assertEquals(withoutUser("ws://ada:secret@127.0.0.1:80/a@b"), "ws://127.0.0.1:80/a@b");
  assertEquals(withoutUser("tcp://ada@127.0.0.1:80"), "tcp://127.0.0.1:80");
  for (const address of ["ipc://@name", "inproc://a@b", "tcp://127.0.0.1:80", "tipc://{1,0}@1.0"]) {
    assertEquals(withoutUser(address), address);
  }
});

Deno.test("the error of a refused address shows no user information", () => {
  using push = new Push();
  throws(() => push.connect("ws://ada:secret@127.0.0.1"), (error: Error) => {
    assertEquals(Deno.inspect(error).includes("secret"), false);
    return true;
  });
  throws(() => push.connect("tcp://ada:secret@127.0.0.1:70000"), (error: Error) => {
    assertEquals(error.message.includes("secret"), false);
    return true;
  });
  const address = "tcp://ada:secret@127.0.0.1:80";
  const ways = {
    zmq_bind: () => push.bindSync(address),
    zmq_connect: () => push.connect(address),
    zmq_unbind: () => push.unbindSync(address),
    zmq_disconnect: () => push.disconnect(address),
  };
  for (const [call, way] of Object.entries(ways)) {
    throws(way, (error: ZmqError) => {
      assertEquals([error.call, error.address], [call, "tcp://127.0.0.1:80"]);
      assertEquals(Deno.inspect(error).includes("secret"), false);
      return true;
    });
  }
});

Deno.test({
  name: "the address of a Peer that connects to another is recorded",
  ignore: !capability.draft,
  fn: async () => {
    using one = new Peer();
    using other = new Peer();
    const address = await one.bind(freshAddress("inproc"));
    other.connectPeer(address);
    assertEquals(endpointsOf(other).connected, [address]);
  },
});

Deno.test("a socket has no last address before it's bound or connected, and its last one afterwards", () => {
  using pair = new Pair();
  const { endpoints } = handleOf(pair);
  assertEquals(endpoints.last, null);
  endpoints.bind("inproc://endpoints-1");
  assertEquals(endpoints.last, "inproc://endpoints-1");
  endpoints.connect("inproc://endpoints-2");
  assertEquals(endpoints.last, "inproc://endpoints-2");
});

Deno.test("an address that is longer than 1,024 bytes is read back whole", () => {
  using pair = new Pair();
  const { endpoints } = handleOf(pair);
  const address = `inproc://${"x".repeat(3000)}`;
  endpoints.bind(address);
  assertEquals(endpoints.last, address);
});

for (
  const [what, call, source] of [
    ["bind", "zmq_bind", 'pull.bind("tcp://127.0.0.1:*")'],
    [
      "a connect from an address of this side",
      "zmq_connect",
      'push.connect("tcp://127.0.0.1:0;127.0.0.1:9")',
    ],
  ]
) {
  Deno.test({
    name: `${what} rejects with EMFILE where no descriptor is left, and doesn't end the process`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      const outcome = await run(
        `import { Pull, Push } from "$MOD";
        ${STEP_BY_STEP}
        const pull = new Pull();
        const push = new Push({ linger: 0, reconnectInterval: -1 });
        await stepByStep(() => ${source});`,
      );
      assertEquals([withoutWaiting(outcome.stderr), outcome.code, outcome.signal], ["", 0, null]);
      assertEquals(outcome.stdout, `EMFILE ${call}\nworks\n`);
    },
  });
}

Deno.test({
  name:
    "pgm and norm reject with EMFILE where seven descriptors are left, and don't end the process",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const outcome = await run(
      `import { Publisher } from "$MOD";
      ${STEP_BY_STEP}
      const publisher = new Publisher({ linger: 0 });
      const addresses = ["pgm", "epgm"].map((scheme) => scheme + "://127.0.0.1;239.192.1.1:5555");
      let freed = 0;
      await stepByStep(() => {
        if (freed++ === 8) return;
        for (const address of [...addresses, "norm://127.0.0.1:5555"]) {
          for (const verb of ["connect", "bindSync"]) {
            try {
              publisher[verb](address);
              console.log(verb, address, "is taken");
            } catch (error) {
              if (error.code !== "EMFILE") console.log(error);
            }
          }
        }
        throw { code: "EMFILE", call: "all" };
      });`,
    );
    assertEquals([withoutWaiting(outcome.stderr), outcome.code, outcome.signal], ["", 0, null]);
    assertEquals(outcome.stdout, `${"EMFILE all\n".repeat(8)}works\n`);
  },
});

Deno.test({
  name: "a peer that connects over tcp when no descriptor is left gets in when there is one again",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const outcome = await run(
      `import { Pull, Push } from "$MOD";
      ${STEP_BY_STEP}
      const pull = new Pull();
      const push = new Push();
      const address = await pull.bind("tcp://127.0.0.1:*");
      const { events } = pull;
      const held = [];
      do held.push(openSync("/dev/null", "r")); while (held.at(-1) < 79);
      limitDescriptors(80);
      // One is left: the connecting side takes it.
      closeSync(held.pop());
      push.connect(address);
      for await (const { type, error } of events) {
        if (type !== "accept:error") continue;
        console.log(error.code);
        break;
      }
      for (const fd of held) closeSync(fd);
      await push.send("hello");
      console.log((await pull.receive())[0].text());`,
    );
    assertEquals([withoutWaiting(outcome.stderr), outcome.code, outcome.signal], ["", 0, null]);
    assertEquals(outcome.stdout, "EMFILE\nhello\n");
  },
});

Deno.test("a routing id belongs to the connection for which it was given, and not to the next one", () => {
  using router = new Router({ linger: 0 });
  const { endpoints } = handleOf(router);
  const isTaken = () => endpoints.hasNamed(new TextEncoder().encode("peer"));
  router.connect("tcp://127.0.0.1:1", { routingId: "peer" });
  router.connect("tcp://127.0.0.1:2");
  assertEquals(isTaken(), true);
  router.disconnect("tcp://127.0.0.1:1");
  assertEquals(isTaken(), false);
});

Deno.test("a routing id over inproc, which no connection keeps, isn't the next one's either", () => {
  using router = new Router({ linger: 0 });
  const { endpoints } = handleOf(router);
  router.connect(freshAddress("inproc"), { routingId: "peer" });
  router.connect("tcp://127.0.0.1:1");
  assertEquals(endpoints.hasNamed(new TextEncoder().encode("peer")), false);
});
