import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { inspect } from "node:util";
import {
  capability,
  Context,
  Pair,
  Pull,
  Push,
  Router,
  Socket,
  Stream,
  ZmqError,
} from "../../mod.ts";
import { handleOf } from "../../socket/handle.ts";
import { freshAddress, join, withFolder } from "../util.ts";
import { eachTransport, portOf, received } from "./support.ts";

const NOT_TEXT = { name: "TypeError", message: "An address must be a string" };

for (const over of eachTransport()) {
  Deno.test(over(
    "lastEndpoint is the address that was bound to, without wildcards",
    async (address) => {
      using pull = new Pull();
      assertEquals(pull.lastEndpoint, null);
      await pull.bind(address);
      if (address.startsWith("tcp:")) assert(portOf(pull) > 0);
      else assertEquals(pull.lastEndpoint, address);
      using push = new Push();
      push.connect(pull.lastEndpoint!);
      assertEquals(push.lastEndpoint, pull.lastEndpoint);
    },
  ));
}

Deno.test("lastEndpoint is the last of several", async () => {
  using pull = new Pull();
  await pull.bind("tcp://127.0.0.1:*");
  const address = freshAddress("inproc");
  await pull.bind(address);
  assertEquals(pull.lastEndpoint, address);
});

Deno.test("lastEndpoint has an inproc name of any length", async () => {
  for (const length of [1014, 1015, 1016, 5000, 100_000]) {
    const address = `inproc://${"ä".repeat(length / 2)}${"x".repeat(length % 2)}`;
    using pull = new Pull();
    await pull.bind(address);
    assertEquals(pull.lastEndpoint, address);
    using push = new Push();
    push.connect(address);
    assertEquals(push.lastEndpoint, address);
  }
});

Deno.test("an address that isn't text is refused by every method", async () => {
  for (const socket of [new Push(), new Router(), new Stream()]) {
    for (
      const address of [undefined, null, 5555, {}, ["inproc://x"], new URL("tcp://127.0.0.1:1")]
    ) {
      const wrong = address as unknown as string;
      await rejects(socket.bind(wrong), NOT_TEXT);
      await rejects(socket.unbind(wrong), NOT_TEXT);
      throws(() => socket.connect(wrong), NOT_TEXT);
      throws(() => socket.disconnect(wrong), NOT_TEXT);
    }
    socket.close();
  }
});

Deno.test("a port below 0 or above 65535 is refused", async () => {
  using push = new Push();
  for (
    const address of [
      ...["tcp://127.0.0.1:65536", "tcp://*:70000", "tcp://[::1]:99999", "tcp://lo:100000"],
      ...["ws://127.0.0.1:65536", "ws://127.0.0.1:70000/path", "udp://127.0.0.1:123456"],
      ...["tcp://127.0.0.1:-1", "ws://127.0.0.1:-5/path", "tcp://127.0.0.1:-1;127.0.0.1:5555"],
    ]
  ) {
    const refused = { name: "RangeError", message: /65535/ };
    await rejects(push.bind(address), refused);
    await rejects(push.unbind(address), refused);
    throws(() => push.bindSync(address), refused);
    throws(() => push.unbindSync(address), refused);
    throws(() => push.connect(address), refused);
    throws(() => push.disconnect(address), refused);
  }
});

Deno.test("an IPv6 host without a port was bound, or connected to, at the port of its last number", async () => {
  using push = new Push({ ipv6: true, linger: 0 });
  const refused = { name: "TypeError", message: /tcp:\/\/\[::1\] has no port/ };
  await rejects(push.bind("tcp://[::1]"), refused);
  throws(() => push.bindSync("tcp://[::1]"), refused);
  throws(() => push.connect("tcp://[::1]"), refused);
  throws(() => push.connect("ws://[::1]/5555"), { name: "TypeError" });
  push.connect("tcp://[::1]:5555");
});

Deno.test("a number at the end of an address without ports isn't a port", async () => {
  using pair = new Pair();
  await pair.bind("inproc://name:70000");
  await withFolder((folder) => pair.bind(`ipc://${folder}/name:70000`));
});

Deno.test("a NUL in an address is refused", async () => {
  using push = new Push();
  const refused = { name: "TypeError", message: /NUL/ };
  await rejects(push.bind("inproc://a\0b"), refused);
  throws(() => push.connect("tcp://127.0.0.1:1\0"), refused);
  await rejects(push.unbind("\0"), refused);
  throws(() => push.disconnect("inproc://a\0"), refused);
});

/** What comes of an address, as an error's fields; the sentence is looked at elsewhere. */
async function failure(
  action: Promise<unknown> | (() => unknown),
): Promise<Record<string, unknown>> {
  try {
    await (typeof action === "function" ? action() : action);
  } catch (error) {
    assert(error instanceof ZmqError, String(error));
    const { code, errno, call, address, name } = error;
    return { code, errno, call, address, name };
  }
  throw new Error("it didn't fail");
}

const BINDS: Record<string, [address: string, code: string, errno: number]> = {
  "without a transport": ["127.0.0.1:5555", "EINVAL", 22],
  "of nothing": ["", "EINVAL", 22],
  "without a port": ["tcp://127.0.0.1", "EINVAL", 22],
  "with an empty port": ["tcp://127.0.0.1:", "EINVAL", 22],
  "of an unknown transport": ["pigeon://loft", "EPROTONOSUPPORT", 93],
  "at an unknown interface": ["tcp://no-such-interface:*", "ENODEV", 19],
  "of a transport that its pattern can't use": [
    "udp://127.0.0.1:5555",
    "ENOCOMPATPROTO",
    156384764,
  ],
};

for (const [what, [address, code, errno]] of Object.entries(BINDS)) {
  Deno.test(`binding to an address ${what} rejects with ${code}`, async () => {
    using push = new Push();
    const expected = { code, errno, call: "zmq_bind", address, name: "ZmqError" };
    assertEquals(await failure(push.bind(address)), expected);
    assertEquals(push.lastEndpoint, null);
  });
}

Deno.test("binding where another socket is bound rejects with EADDRINUSE", async () => {
  using first = new Push();
  using second = new Push();
  for (const wildcard of ["tcp://127.0.0.1:*", freshAddress("inproc")]) {
    await first.bind(wildcard);
    const address = first.lastEndpoint!;
    const expected = { code: "EADDRINUSE", errno: 98, call: "zmq_bind", address, name: "ZmqError" };
    assertEquals(await failure(second.bind(address)), expected);
  }
});

Deno.test("binding to an address of another machine rejects with EADDRNOTAVAIL", async () => {
  using push = new Push();
  await rejects(push.bind("tcp://192.0.2.1:5555"), { code: "EADDRNOTAVAIL", call: "zmq_bind" });
});

Deno.test("binding to an ipc path that is too long rejects with ENAMETOOLONG", async () => {
  using push = new Push();
  const address = `ipc:///tmp/${"x".repeat(200)}`;
  await rejects(push.bind(address), {
    code: "ENAMETOOLONG",
    address,
    message: Deno.build.os === "linux" ? /107/ : /103/,
  });
});

Deno.test("connecting to what can't be an address throws", async () => {
  using push = new Push();
  for (
    const [address, code] of [
      ...[["127.0.0.1:5555", "EINVAL"], ["tcp://127.0.0.1", "EINVAL"], ["tcp://*:5555", "EINVAL"]],
      ...[["pigeon://loft", "EPROTONOSUPPORT"], ["udp://127.0.0.1:5555", "ENOCOMPATPROTO"]],
    ]
  ) {
    const { errno: _, ...got } = await failure(() => push.connect(address));
    assertEquals(got, { code, call: "zmq_connect", address, name: "ZmqError" });
  }
});

Deno.test("leaving an address that the socket isn't at fails with ENOENT", async () => {
  using push = new Push();
  const address = "tcp://127.0.0.1:5555";
  const name = "ZmqError";
  const unbound = { code: "ENOENT", errno: 2, call: "zmq_unbind", address, name };
  assertEquals(await failure(push.unbind(address)), unbound);
  const disconnected = { code: "ENOENT", errno: 2, call: "zmq_disconnect", address, name };
  assertEquals(await failure(() => push.disconnect(address)), disconnected);
});

Deno.test("the error about an address that the socket isn't at says what it isn't there", () => {
  using push = new Push();
  const address = "tcp://127.0.0.1:5555";
  throws(() => push.unbindSync(address), { message: /isn't bound there/ });
  throws(() => push.disconnect(address), { message: /isn't connected there/ });
});

Deno.test("an error's message is a sentence that says what to do", async () => {
  using first = new Push();
  await first.bind("tcp://127.0.0.1:*");
  using second = new Push();
  const error = await second.bind(first.lastEndpoint!).catch((error) => error);
  assertEquals(
    error.message,
    `Binding to ${first.lastEndpoint} failed: address already in use (zmq_bind: EADDRINUSE). ` +
      "Another socket is bound there: choose another port, or bind to a wildcard port, as in " +
      "tcp://127.0.0.1:*, and use the address that bind resolves to.",
  );
});

const ADVICE: [what: string, address: string, bound: RegExp | undefined, connected: RegExp][] = [
  [
    "has no port",
    "tcp://127.0.0.1",
    /It has no port: .*, or tcp:.*:\* for any\.$/,
    /It has no port/,
  ],
  [
    "has an empty port",
    "tcp://127.0.0.1:",
    /It has no port: .*, or tcp:.*:\* for any\.$/,
    /It has no port/,
  ],
  [
    "is every host",
    "tcp://*:5555",
    undefined,
    /is bound to \*, and connects to a host: tcp:.*5555\.$/,
  ],
  [
    "has any port",
    "tcp://127.0.0.1:*",
    undefined,
    /is bound to any port, and connects to a certain/,
  ],
  ["has no transport", "localhost:5555", /reads transport:\/\/place/, /reads transport:\/\/place/],
];

for (const [what, address, bound, connected] of ADVICE) {
  Deno.test(`the error about an address that ${what} says what's wrong with it`, () => {
    using push = new Push();
    throws(() => push.connect(address), { name: "ZmqError", code: "EINVAL", message: connected });
    if (bound === undefined) return;
    throws(() => push.bindSync(address), { name: "ZmqError", code: "EINVAL", message: bound });
  });
}

Deno.test("the error about an inproc name in use doesn't advise another port", () => {
  using first = new Push();
  const address = first.bindSync(freshAddress("inproc"));
  using second = new Push();
  const error = { code: "EADDRINUSE", message: /is bound to that name\.$/ };
  throws(() => second.bindSync(address), error);
});

Deno.test("the error about a path whose folder isn't there says so", () => {
  using push = new Push();
  const error = { code: "ENOENT", message: /The folder of an ipc address has to be there\.$/ };
  throws(() => push.bindSync("ipc:///no-such-folder/socket"), error);
});

for (const over of eachTransport()) {
  Deno.test(over("an address that was unbound accepts no one any more", async (address) => {
    using pull = new Pull();
    using push = new Push();
    const endpoint = await join(pull, push, address);
    await push.send("before");
    assertEquals(await received(pull), ["before"]);
    await pull.unbind(endpoint);
    await rejects(pull.unbind(endpoint), { code: "ENOENT" });
  }));
}

Deno.test("an inproc name that was unbound is free for another socket", async () => {
  using one = new Pull();
  using other = new Pull();
  const address = freshAddress("inproc");
  await one.bind(address);
  await one.unbind(address);
  using push = new Push();
  await join(other, push, address);
  await push.send("for the other");
  assertEquals(await received(other), ["for the other"]);
  assertEquals(one.tryReceive(), undefined);
});

for (const over of eachTransport()) {
  Deno.test(over("a disconnected socket sends nothing there any more", async (address) => {
    using pull = new Pull();
    using push = new Push();
    const endpoint = await join(pull, push, address);
    await push.send("before");
    assertEquals(await received(pull), ["before"]);
    push.disconnect(endpoint);
    while (push.trySend("lost on the way"));
    assertEquals(push.writable, false);
    throws(() => push.disconnect(endpoint), { code: "ENOENT" });
  }));
}

Deno.test("a socket that the context has no place for fails with EMFILE", () => {
  using context = new Context({ maxSockets: 3 });
  const sockets: Socket[] = [];
  let error: unknown;
  for (let i = 0; i < 10 && error === undefined; i++) {
    try {
      sockets.push(new Pair({ context }));
    } catch (thrown) {
      error = thrown;
    }
  }
  assert(error instanceof ZmqError);
  assertEquals([error.code, error.errno, error.call], ["EMFILE", 24, "zmq_socket"]);
  assert(/maxSockets is reached/.test(error.message));
  assert(sockets.length >= 2);
});

Deno.test("a socket's fd is an open descriptor of its own", () => {
  using one = new Pair();
  using other = new Pair();
  assert(Number.isInteger(one.fd) && one.fd > 2 && one.fd !== other.fd);
  assertEquals(one.fd, one.fd);
});

Deno.test("an inproc name of another context isn't reached", async () => {
  using context = new Context();
  using pull = new Pull();
  await pull.bind(freshAddress("inproc"));
  using other = new Push({ context, sendTimeout: 0 });
  other.connect(pull.lastEndpoint!);
  using friend = new Push();
  friend.connect(pull.lastEndpoint!);
  await other.send("queued for a name that is still to come");
  await friend.send("arrives");
  assertEquals(await received(pull), ["arrives"]);
  assertEquals(pull.tryReceive(), undefined);
});

const PRINTS = { "Deno.inspect": Deno.inspect, "Node's inspect": inspect };

for (const [name, print] of Object.entries(PRINTS)) {
  Deno.test(`${name}: a socket prints as its class, its addresses, and whether it's closed`, async () => {
    const pull = new Pull();
    const nothing = print(pull).replaceAll('"', "'");
    assertEquals(nothing, "Pull { bound: [], connected: [], closed: false }");
    const address = await pull.bind(freshAddress("inproc"));
    pull.connect("inproc://other");
    pull.close();
    assertEquals(
      print(pull, { breakLength: 200 }).replaceAll('"', "'"),
      `Pull { bound: [ '${address}' ], connected: [ 'inproc://other' ], closed: true }`,
    );
  });

  Deno.test(`${name}: a subclass's own fields are printed, and the engine isn't`, () => {
    class Named extends Push {
      label = "mine";
    }
    using socket = new Named();
    const text = print(socket, { depth: 9, showHidden: true }).replaceAll('"', "'");
    assert(text.startsWith("Named {") && text.includes("label: 'mine'"), text);
    assert(!/pointer|Handle|receivers/.test(text), text);
    assert(print(Push.prototype).startsWith("Push {}"), print(Push.prototype));
  });

  Deno.test(`${name}: no key, password or user information is printed, with getters neither`, () => {
    const secret = "0123456789".repeat(4);
    using socket = new Pair({
      ...{ plainUsername: "ada", plainPassword: "secret-1", linger: 0 },
      ...capability.curve ? { curvePublicKey: secret, curveSecretKey: secret } : {},
    });
    try {
      socket.connect("ws://ada:secret-2@127.0.0.1:9");
    } catch {
      // libzmq may not know the transport, or the address: what it refuses isn't recorded.
    }
    handleOf(socket).endpoints.connect("tcp://ada:secret-3@x:1", () => 0);
    const text = print(socket, { depth: 9, showHidden: true, getters: true });
    assert(text.includes("tcp://x:1"), text);
    assert(!text.includes("secret") && !text.includes(secret), text);
  });
}

Deno.test("close takes no linger, and says what does", () => {
  using push = new Push();
  throws(() => Reflect.apply(push.close, push, [0]), {
    name: "TypeError",
    message: "close takes no linger: set the option linger before",
  });
  assertEquals(push.closed, false);
});

Deno.test("Socket itself can't be made, and its error says what can", () => {
  throws(() => Reflect.construct(Socket, []), {
    name: "TypeError",
    message: /such as new Push\(\)/,
  });
});

Deno.test("the error about an address with white space, or an upper-case transport, says so", () => {
  using push = new Push();
  const space = { name: "ZmqError", message: /It begins or ends with white space\.$/ };
  throws(() => push.connect(" tcp://127.0.0.1:5"), space);
  throws(() => push.connect("tcp://127.0.0.1:5\n"), space);
  const upper = { code: "EPROTONOSUPPORT", message: /Transports are written in lower case/ };
  throws(() => push.connect("TCP://127.0.0.1:5"), upper);
  throws(() => push.connect("Tcp://127.0.0.1:5"), upper);
});
