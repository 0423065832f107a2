import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { OPTIONS } from "../../socket/options_table.ts";
import { type AnySocket, getOption, setOption } from "../../zeromq/v5_options.ts";
import { capability } from "../../zeromq.ts";
import zmq, { type Socket, type SocketType } from "../../zeromq_v5_compat.ts";
import { throwsShape, TypeErrorWith, warningsOf } from "./support.ts";
import { withSocket, withSockets } from "./v5_support.ts";

const EINVAL = { message: "Invalid argument", code: "EINVAL", errno: 22 };

/** Options that are read as they were set. */
const PLAIN: [option: number, value: unknown, type?: SocketType][] = [
  [zmq.ZMQ_AFFINITY, 1],
  [zmq.ZMQ_IDENTITY, "anna"],
  [zmq.ZMQ_RATE, 75],
  [zmq.ZMQ_RECOVERY_IVL, 75],
  [zmq.ZMQ_RECOVERY_IVL_MSEC, 75],
  [zmq.ZMQ_SNDBUF, 7500],
  [zmq.ZMQ_RCVBUF, 7500],
  [zmq.ZMQ_LINGER, 75],
  [zmq.ZMQ_RECONNECT_IVL, 75],
  [zmq.ZMQ_RECONNECT_IVL_MAX, 75],
  [zmq.ZMQ_BACKLOG, 75],
  [zmq.ZMQ_MAXMSGSIZE, 75],
  [zmq.ZMQ_SNDHWM, 75],
  [zmq.ZMQ_RCVHWM, 75],
  [zmq.ZMQ_MULTICAST_HOPS, 75],
  [zmq.ZMQ_RCVTIMEO, 75],
  [zmq.ZMQ_SNDTIMEO, 75],
  [zmq.ZMQ_IPV4ONLY, false],
  [zmq.ZMQ_TCP_KEEPALIVE, 1],
  [zmq.ZMQ_TCP_KEEPALIVE_CNT, 75],
  [zmq.ZMQ_TCP_KEEPALIVE_IDLE, 75],
  [zmq.ZMQ_TCP_KEEPALIVE_INTVL, 75],
  [zmq.ZMQ_DELAY_ATTACH_ON_CONNECT, 1],
  [zmq.ZMQ_IPV6, 1],
  [zmq.ZMQ_PLAIN_SERVER, 1],
  [zmq.ZMQ_PLAIN_USERNAME, "anna"],
  [zmq.ZMQ_PLAIN_PASSWORD, "secret"],
  [zmq.ZMQ_ZAP_DOMAIN, "test"],
  [zmq.ZMQ_HEARTBEAT_IVL, 75],
  [zmq.ZMQ_HEARTBEAT_TTL, 700],
  [zmq.ZMQ_HEARTBEAT_TIMEOUT, 75],
  [zmq.ZMQ_CONNECT_TIMEOUT, 75],
];

Deno.test("options are set and read by number", async () => {
  for (const [option, value] of PLAIN) {
    await withSocket("dealer", (socket) => {
      assertEquals(socket.setsockopt(option, value), socket);
      assertEquals(socket.getsockopt(option), value, String(option));
    });
  }
});

Deno.test({
  name: "CURVE's keys are set from bytes as from text, and are read as text",
  ignore: !capability.curve,
  fn: () =>
    withSocket("dealer", (socket) => {
      const keys = zmq.curveKeypair();
      assertEquals([socket.curve_publickey, socket.mechanism], [null, 0]);
      socket.curve_server = 1;
      socket.curve_secretkey = keys.secret;
      assertEquals([socket.curve_server, socket.curve_secretkey], [1, keys.secret]);
      socket.setsockopt(zmq.ZMQ_CURVE_SERVERKEY, Buffer.alloc(32, 1));
      assertEquals(String(socket.getsockopt("curve_serverkey")).length, 40);
      assertEquals(socket.mechanism, 2);
    }),
});

Deno.test("options are set and read by their short names, and as properties", () =>
  withSocket("req", (socket) => {
    assertEquals([socket.backlog, socket.getsockopt("backlog")], [100, 100]);
    assertEquals(socket.setsockopt("backlog", 75), socket);
    assertEquals([socket.backlog, socket.getsockopt(zmq.ZMQ_BACKLOG)], [75, 75]);
    socket.backlog = 50;
    assertEquals([socket.backlog, socket.getsockopt("backlog")], [50, 50]);
    socket.identity = "anna";
    assertEquals([socket.identity, socket.getsockopt("identity")], ["anna", "anna"]);
  }));

Deno.test("each short name is of a number, and is a property of every socket", () => {
  const numbers = Object.values(zmq.options);
  assertEquals([numbers.length, new Set(numbers).size], [28, 28]);
  for (const name of Object.keys(zmq.options)) {
    assertEquals(name in zmq.Socket.prototype, true, name);
  }
  assertEquals([zmq.options.identity, zmq.options._subscribe], [
    zmq.ZMQ_IDENTITY,
    zmq.ZMQ_SUBSCRIBE,
  ]);
});

Deno.test("each number is of libzmq's option with that number, to be read and to be set", () => {
  const { ZMQ_IPV4ONLY } = zmq; // which is ZMQ_IPV6, turned round
  for (const [name, number] of Object.entries(zmq)) {
    if (typeof number !== "number" || number === ZMQ_IPV4ONLY) continue;
    const seen = new Set<number>();
    const note = (property: unknown) => {
      if (Object.hasOwn(OPTIONS, property as string)) {
        seen.add(OPTIONS[property as keyof typeof OPTIONS].number);
      }
      return true;
    };
    const socket = new Proxy({}, {
      get: (_, property) => (note(property), () => undefined),
      set: (_, property) => note(property),
    }) as AnySocket;
    for (const use of [() => getOption(socket, number), () => setOption(socket, number, 1)]) {
      try {
        use();
      } catch {
        // It's none, or can only be read, or set; or it's the number of something else.
      }
    }
    if (name.startsWith("ZMQ_") && seen.size > 0) assertEquals([...seen], [number], name);
  }
});

Deno.test("ZMQ_EVENTS has a bit for what can be received, and one for what can be sent", () =>
  withSockets(["pull", "push"], (pull, push) => {
    pull.pause();
    assertEquals(pull.getsockopt(zmq.ZMQ_EVENTS), 0);
    assertEquals(push._ioevents, zmq.ZMQ_POLLOUT);
  }));

Deno.test("the type, the last endpoint and the mechanism can be read", () =>
  withSocket("router", (socket) => {
    assertEquals(socket.getsockopt(zmq.ZMQ_TYPE), zmq.ZMQ_ROUTER);
    assertEquals(socket.last_endpoint, null);
    assertEquals(socket.getsockopt(zmq.ZMQ_MECHANISM), 0);
    socket.plain_server = 1;
    assertEquals(socket.mechanism, 1);
  }));

Deno.test("options that can only be set are, and reading them is an unknown option", () => {
  const only: [type: SocketType, option: number, value: unknown][] = [
    ["router", zmq.ZMQ_ROUTER_HANDOVER, 1],
    ["rep", zmq.ZMQ_TCP_ACCEPT_FILTER, "127.0.0.1"],
    ["sub", zmq.ZMQ_SUBSCRIBE, "a"],
    ["sub", zmq.ZMQ_UNSUBSCRIBE, "a"],
  ];
  for (const [type, option, value] of only) {
    withSocket(type, (socket) => {
      socket.setsockopt(option, value);
      throws(() => socket.getsockopt(option), { name: "Error", message: "Unknown option" });
    });
  }
});

Deno.test("a router's ZMQ_ROUTER_MANDATORY and an xpub's ZMQ_XPUB_VERBOSE are set", async () => {
  await withSocket("router", (socket) => {
    socket.setsockopt(zmq.ZMQ_ROUTER_MANDATORY, 1);
    throwsShape(() => socket.getsockopt(zmq.ZMQ_ROUTER_MANDATORY), EINVAL);
  });
  await withSocket("xpub", (socket) => {
    socket.setsockopt(zmq.ZMQ_XPUB_VERBOSE, 1);
    socket.setsockopt(zmq.ZMQ_XPUB_VERBOSE, 0);
    throws(() => socket.getsockopt(zmq.ZMQ_XPUB_VERBOSE), {
      name: "Error",
      message: "Reading ZMQ_XPUB_VERBOSE is not supported",
    });
  });
});

Deno.test("what isn't supported says so, and what isn't there is an unknown option", () =>
  withSocket("router", (socket) => {
    const refused: [action: () => unknown, message: string][] = [
      [() => socket._fd, "ZMQ_FD is not supported in compatibility mode"],
      [() => socket._receiveMore, "ZMQ_RCVMORE is not supported in compatibility mode"],
      [
        () => socket.getsockopt(zmq.ZMQ_ROUTER_RAW),
        "ZMQ_ROUTER_RAW is not supported in compatibility mode",
      ],
      [
        () => socket.setsockopt(zmq.ZMQ_ROUTER_RAW, 1),
        "ZMQ_ROUTER_RAW is not supported in compatibility mode",
      ],
      [() => socket.setsockopt(zmq.ZMQ_TYPE, 1), "Unknown option"],
      [() => socket._ioevents = 1, "Unknown option"],
      [() => socket._fd = 1, "Unknown option"],
      [() => socket.getsockopt(4711), "Unknown option"],
      [() => socket.setsockopt(4711, 1), "Unknown option"],
      [() => socket.setsockopt("nonsense" as "linger", 1), "Unknown option"],
      [() => socket.getsockopt("toString" as "linger"), "Unknown option"],
    ];
    for (const [action, message] of refused) throws(action, { name: "Error", message });
  }));

Deno.test("an option of another type of socket is undefined, and a TypeError when it's set", () =>
  withSocket("push", (socket) => {
    assertEquals([socket.rcvbuf, socket.getsockopt(zmq.ZMQ_RCVTIMEO)], [undefined, undefined]);
    throws(
      () => socket.rcvbuf = 7500,
      TypeErrorWith("Cannot add property receiveBufferSize, object is not extensible"),
    );
    throws(() => socket._subscribe = "a", TypeErrorWith("socket.subscribe is not a function"));
  }));

Deno.test("a socket of any type has an identity", async () => {
  for (const type of ["pub", "sub", "push", "pair"] as const) {
    await withSocket(type, (socket) => {
      assertEquals(socket.identity, null);
      socket.identity = "anna";
      assertEquals([socket.identity, socket.getsockopt(zmq.ZMQ_IDENTITY)], ["anna", "anna"]);
    });
  }
});

Deno.test("a value of another type is a TypeError, a text for a number included", () =>
  withSocket("push", (socket) => {
    throws(() => socket.linger = "0", TypeErrorWith("Option value must be a number"));
    throws(
      () => socket.setsockopt("linger", null),
      TypeErrorWith("Option value must be a number"),
    );
  }));

Deno.test("what takes effect only later warns", async () => {
  let socket: Socket | undefined;
  const warnings = await warningsOf(() =>
    withSocket("dealer", (one) => {
      socket = one;
      one.bindSync("inproc://v5-options-late");
      one.identity = "late";
    })
  );
  assertEquals(warnings, ["Socket option will not take effect until next connect/bind."]);
  assertEquals(socket?.closed, true);
});
