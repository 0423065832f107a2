import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { zmq } from "../../ffi/libzmq.ts";
import { watched } from "../replacing.ts";
import {
  Context,
  Dealer,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { freshAddress } from "../util.ts";
import { turn } from "../waiting.ts";

const SENDERS = [
  ...[Pair, Publisher, Request, Reply, Dealer, Router, Push, XPublisher, XSubscriber, Stream],
];
const RECEIVERS = [
  ...[Pair, Subscriber, Request, Reply, Dealer, Router, Pull, XPublisher, XSubscriber, Stream],
];
const ALL = [
  ...new Set<{ new (options?: object): Socket; name: string }>([...SENDERS, ...RECEIVERS]),
];

/** An option: who has it, its default, values that read back as they're set, and values that are refused. */
interface Expected {
  of: readonly { new (options?: object): Socket; name: string }[];
  default: unknown;
  good: readonly unknown[];
  /** Of the right type, and out of range. */
  beyond?: readonly unknown[];
}

const LARGEST = 2147483647;
const NOT_WHOLE = [0.5, NaN, Infinity, -Infinity, LARGEST + 1];
const from = (least: number, fallback: number): Omit<Expected, "of"> => ({
  default: fallback,
  good: [least, least + 1, 1234, LARGEST, fallback],
  beyond: [least - 1, ...NOT_WHOLE],
});
const flag = (fallback: boolean): Omit<Expected, "of"> => ({
  default: fallback,
  good: [!fallback, fallback],
});

const OPTIONS: Record<string, Expected> = {
  linger: { of: ALL, ...from(-1, -1) },
  reconnectInterval: { of: ALL, ...from(-1, 100) },
  reconnectMaxInterval: { of: ALL, ...from(0, 0) },
  backlog: { of: ALL, ...from(0, 100) },
  maxMessageSize: {
    of: ALL,
    default: -1,
    good: [0, 1, 2 ** 40, Number.MAX_SAFE_INTEGER, -1],
    beyond: [-2, 0.5, NaN, Infinity, 2 ** 53],
  },
  ipv6: { of: ALL, ...flag(false) },
  immediate: { of: ALL, ...flag(false) },
  tcpKeepalive: { of: ALL, default: -1, good: [0, 1, -1], beyond: [-2, 2, ...NOT_WHOLE] },
  tcpKeepaliveCount: { of: ALL, ...from(-1, -1) },
  tcpKeepaliveIdle: { of: ALL, ...from(-1, -1) },
  tcpKeepaliveInterval: { of: ALL, ...from(-1, -1) },
  handshakeInterval: { of: ALL, ...from(0, 30_000) },
  connectTimeout: { of: ALL, ...from(0, 0) },
  heartbeatInterval: { of: ALL, ...from(0, 0) },
  heartbeatTimeToLive: {
    of: ALL,
    default: 0,
    good: [100, 1000, 6_553_500, 0],
    beyond: [-1, 6_553_600, ...NOT_WHOLE],
  },
  heartbeatTimeout: {
    of: ALL,
    default: -1,
    good: [0, 1, 1234, LARGEST],
    beyond: [-1, ...NOT_WHOLE],
  },
  sendHighWaterMark: { of: SENDERS, ...from(0, 1000) },
  sendBufferSize: { of: SENDERS, ...from(-1, -1) },
  sendTimeout: { of: SENDERS, ...from(-1, -1) },
  receiveHighWaterMark: { of: RECEIVERS, ...from(0, 1000) },
  receiveBufferSize: { of: RECEIVERS, ...from(-1, -1) },
  receiveTimeout: { of: RECEIVERS, ...from(-1, -1) },
  probeRouter: { of: [Request, Dealer, Router], ...flag(false) },
  conflate: { of: [Pull, Push, Publisher, Subscriber, Dealer], ...flag(false) },
  correlate: { of: [Request], ...flag(false) },
  relaxed: { of: [Request], ...flag(false) },
  mandatory: { of: [Router], ...flag(false) },
  handover: { of: [Router], ...flag(false) },
  noDrop: { of: [Publisher, XPublisher], ...flag(false) },
  invertMatching: { of: [Publisher, Subscriber, XPublisher], ...flag(false) },
  notify: { of: [Stream], ...flag(true) },
};

const get = (socket: Socket, name: string): unknown => Reflect.get(socket, name);
const set = (socket: Socket, name: string, value: unknown) =>
  Reflect.set(socket, name, value, socket);

/**
 * A test whose sockets are of a context of its own. libzmq closes sockets on a thread of its own, which may be far behind: the
 * default context's places for sockets don't suffice for the thousands that are opened here.
 */
function test(name: string, body: (context: Context) => void): void {
  Deno.test(name, () => {
    using context = new Context();
    body(context);
  });
}

for (const [name, expected] of Object.entries(OPTIONS)) {
  const NUMBER = typeof expected.default === "number";

  test(`${name}: its default is as documented`, (context) => {
    for (const Class of expected.of) {
      using socket = new Class({ context });
      const keepsNothing = name === "linger" && [Subscriber, XSubscriber].includes(Class as never);
      const dropsNothing = name === "sendHighWaterMark" && Class === XSubscriber;
      const value = keepsNothing || dropsNothing ? 0 : expected.default;
      assertEquals(get(socket, name), value, Class.name);
    }
  });

  test(`${name}: reads as it was set, as a property and by the constructor`, (context) => {
    for (const Class of expected.of) {
      using socket = new Class({ context });
      for (const value of expected.good) {
        set(socket, name, value);
        assertEquals(get(socket, name), value, Class.name);
        using other = new Class({ context, [name]: value });
        assertEquals(get(other, name), value, Class.name);
      }
    }
  });

  test(`${name}: refuses what is of another type`, (context) => {
    const [Class] = expected.of;
    using socket = new Class({ context });
    const refused = { name: "TypeError", message: new RegExp(`The option ${name} must be a`) };
    for (const value of [null, "1", 1n, {}, [1], NUMBER ? true : 1, NUMBER ? "" : 0]) {
      throws(() => set(socket, name, value), refused);
      throws(() => new Class({ context, [name]: value }), refused);
    }
    throws(() => set(socket, name, undefined), refused);
    assertEquals(get(socket, name), expected.default);
  });

  if (NUMBER) {
    test(`${name}: refuses numbers out of its range`, (context) => {
      const [Class] = expected.of;
      using socket = new Class({ context });
      const refused = { name: "RangeError", message: new RegExp(`The option ${name} must be a`) };
      for (const value of expected.beyond!) {
        throws(() => set(socket, name, value), refused);
        throws(() => new Class({ context, [name]: value }), refused);
      }
      assertEquals(get(socket, name), expected.default);
    });
  }

  test(`${name}: only sockets that it concerns have it`, (context) => {
    const having = ALL.filter(({ prototype }) => name in prototype).map(({ name }) => name)
      .filter((owner) => name !== "notify" || owner !== "Router"); // it has another one of that name
    assertEquals(having.sort(), expected.of.map(({ name }) => name).sort());
    for (const Class of ALL) {
      if (expected.of.includes(Class) || name in Class.prototype) continue;
      throws(() => new Class({ context, [name]: expected.default }), {
        name: "TypeError",
        message: new RegExp(`^A ${Class.name} has no option ${name}`),
      });
    }
  });
}

Deno.test("heartbeatTimeToLive is cut to steps of 100 ms", () => {
  using socket = new Pull({ heartbeatTimeToLive: 199 });
  assertEquals(socket.heartbeatTimeToLive, 100);
});

Deno.test("routingId is null until it's set, and then reads as bytes", () => {
  for (const Class of [Request, Reply, Dealer, Router]) {
    using socket = new Class();
    assertEquals(socket.routingId, null);
    socket.routingId = "näme";
    assertEquals(socket.routingId!.text(), "näme");
    socket.routingId = new Uint8Array([255, 0, 1]);
    assertEquals(socket.routingId!.toHex(), "ff0001");
    using other = new Class({ routingId: "x".repeat(255) });
    assertEquals(other.routingId!.length, 255);
  }
});

Deno.test("a routingId has 1 to 255 bytes", () => {
  using socket = new Dealer({ routingId: "kept" });
  for (const id of ["", new Uint8Array(0), "x".repeat(256), "ä".repeat(128)]) {
    throws(() => socket.routingId = id, { name: "RangeError", message: /1 to 255 bytes/ });
  }
  for (const id of [null, 5, true, {}, new ArrayBuffer(5), new Uint16Array(2)]) {
    throws(() => socket.routingId = id as never, { name: "TypeError", message: /routingId/ });
  }
  assertEquals(String(socket.routingId), "kept");
});

Deno.test("a routingId that was read is a copy", () => {
  using socket = new Dealer({ routingId: "kept" });
  const id = socket.routingId!;
  id.fill(0);
  void socket.linger;
  assertEquals(String(socket.routingId), "kept");
});

Deno.test("a welcomeMessage read as the program's buffer had become, not as it was set", () => {
  const WELCOME_MSG = 72;
  using byName = new XPublisher();
  using byNumber = new XPublisher();
  const bytes = new Uint8Array([1, 2, 3]);
  byName.welcomeMessage = bytes;
  byNumber.setOption(WELCOME_MSG, bytes);
  bytes[0] = 9;
  for (const { welcomeMessage } of [byName, byNumber]) (welcomeMessage as Uint8Array)[1] = 9;
  for (const { welcomeMessage } of [byName, byNumber]) {
    assertEquals(welcomeMessage, new Uint8Array([1, 2, 3]));
  }
});

Deno.test("a text that begins with a byte order mark read without it", () => {
  using pull = new Pull({ plainUsername: "\ufeffada", plainPassword: "x" });
  assertEquals(pull.plainUsername, "\ufeffada");
});

Deno.test("options are set in the order in which they stand", () => {
  using socket = new Push({ linger: 5, sendTimeout: 7, sendHighWaterMark: 9 });
  assertEquals([socket.linger, socket.sendTimeout, socket.sendHighWaterMark], [5, 7, 9]);
});

Deno.test("an option that is undefined is as if it weren't there", () => {
  using socket = new XPublisher({ linger: undefined, verbosity: undefined, context: undefined });
  assertEquals([socket.linger, socket.verbosity], [-1, null]);
});

Deno.test("options that aren't an object are refused", () => {
  for (const Class of ALL) {
    for (const options of [null, 5, "linger", true, () => {}]) {
      throws(() => new Class(options as never), {
        name: "TypeError",
        message: /takes an object of options/,
      });
    }
  }
});

Deno.test("what is no option is refused, although it's a member of the socket", () => {
  for (
    const name of [
      ...["lingerr", "toString", "constructor", "__proto__", "hasOwnProperty"],
      ...["closed", "readable", "writable", "fd", "type", "lastEndpoint", "close", "send", "bind"],
    ]
  ) {
    const options = JSON.parse(`{ ${JSON.stringify(name)}: 1 }`);
    const message = new RegExp(`^A Push has no option ${name}`);
    throws(() => new Push(options), { name: "TypeError", message });
  }
});

Deno.test("what can only be read can't be set", () => {
  using socket = new Push();
  for (const name of ["closed", "writable", "fd", "type", "lastEndpoint", "context"]) {
    throws(() => (socket as unknown as Record<string, unknown>)[name] = 1, { name: "TypeError" });
  }
});

Deno.test("the option context takes a Context only", () => {
  for (const context of [null, {}, 5, Object.create(Context.prototype)]) {
    throws(() => new Push({ context: context as never }), {
      name: "TypeError",
      message: "The option context must be a Context",
    });
  }
});

Deno.test("a constructor that refuses its options leaves no socket open", async () => {
  using own = new Context({ maxSockets: 5 });
  const limit = performance.now() + 20_000;
  const refuse = async (construct: () => unknown) => {
    for (;;) {
      try {
        construct();
      } catch (error) {
        if ((error as { code?: string }).code !== "EMFILE") return;
      }
      assert(performance.now() < limit, "the places aren't given back");
      await turn(); // libzmq closes sockets on a thread of its own
    }
  };
  for (let i = 0; i < 20; i++) {
    await refuse(() => new Push({ context: own, sendTimeout: -2 }));
    await refuse(() => new XPublisher({ context: own, verbosity: "all" as never }));
    await refuse(() => new Push({ context: own, unknown: 1 } as never));
  }
});

Deno.test("an option can be set on a socket that is bound", async () => {
  using socket = new Pull();
  await socket.bind(freshAddress("tcp"));
  socket.linger = 3;
  socket.receiveHighWaterMark = 5;
  assertEquals([socket.linger, socket.receiveHighWaterMark], [3, 5]);
});

Deno.test("nothing of a socket is enumerable, neither its own nor what its class has", () => {
  for (const Class of ALL) {
    using socket = new Class();
    const seen: string[] = [];
    // deno-lint-ignore guard-for-in -- what is inherited is what this asks for
    for (const name in socket) seen.push(name);
    assertEquals(seen, []);
  }
});

Deno.test("Infinity as an option's limit names what stands for none", () => {
  using pair = new Pair();
  for (const name of ["linger", "receiveTimeout", "sendTimeout", "maxMessageSize"] as const) {
    throws(() => pair[name] = Infinity, { name: "RangeError", message: /; -1 for no limit$/ });
  }
  throws(() => pair.backlog = Infinity, { name: "RangeError", message: /2147483647$/ });
});

Deno.test("time-outs are the library's own: libzmq's, which would end its blocking calls, stay as they were", () => {
  using dealer = new Dealer();
  let calls = 0;
  using _ = watched(zmq(), "zmq_setsockopt", () => void calls++);
  dealer.receiveTimeout = 5;
  dealer.sendTimeout = 6;
  assertEquals([calls, dealer.receiveTimeout, dealer.sendTimeout], [0, 5, 6]);
});
