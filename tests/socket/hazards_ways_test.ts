/**
 * What ends the process is refused in each way in which it can be said: by the constructor, by assignment, by number, in any
 * order, and through the drop-ins. No test gets beyond the refusal.
 */

import { ok as assert, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import process from "node:process";
import * as mod from "../../mod.ts";
import * as zeromq from "../../zeromq.ts";
import v5 from "../../zeromq_v5_compat.ts";
import { listens } from "../../ffi/libc.ts";
import "../zeromq/support.ts";

// Its table is bound at its first use, which the sanitizers would take for a leak within a test.
listens(0);

/** Options, and maybe an address, that end the process together. */
interface Hazard {
  claim: string;
  type: "Reply" | "Router" | "Pair" | "Dealer";
  options: readonly { name: string; number: number; value: number }[];
  /** Where libzmq would be bound or connected with them; none where the options suffice. */
  addresses?: { bind: string; connect?: string };
  /** What each refusal looks like, with its name. */
  error: RegExp;
  ignore?: boolean;
  /** A boolean can't say it. */
  noBoolean?: boolean;
}

const TCP = { bind: "tcp://127.0.0.1:*", connect: "tcp://127.0.0.1:5555" };
const WS = { bind: "ws://127.0.0.1:*", connect: "ws://127.0.0.1:5555" };
/** How JavaScript, the library and version 5 refuse an option that a class doesn't have. */
const UNKNOWN =
  /^TypeError: (?:Cannot add property|.* (?:has|have) no|.* doesn't exist)|^Error: Unknown option|^Error: .* is not supported in compatibility mode/;

const HAZARDS: readonly Hazard[] = [
  ...Object.entries({
    mandatory: 33,
    rawMode: 41,
    probeRouter: 51,
    handover: 56,
    connectRoutingId: 61,
    notify: 97,
  }).map(([name, number]): Hazard => ({
    claim: `a Router's option on a Reply: ${name}`,
    type: "Reply",
    options: [{ name, number, value: 1 }],
    error: /^TypeError: A Reply must not have a Router's options/,
  })),
  {
    claim: "a Router that probes its peers in raw mode",
    type: "Router",
    options: [
      { name: "rawMode", number: 41, value: 1 },
      { name: "probeRouter", number: 51, value: 1 },
    ],
    error: /^TypeError: A Router in raw mode must not probe its peers/,
  },
  {
    claim: "heartbeats over ws://",
    type: "Pair",
    options: [{ name: "heartbeatInterval", number: 75, value: 1000 }],
    addresses: WS,
    error: /^TypeError: Heartbeats can't be used with ws:\/\//,
    ignore: !mod.capability.ws,
  },
  {
    claim: "GSSAPI over ws://",
    type: "Pair",
    options: [{ name: "gssapiServer", number: 62, value: 1 }],
    addresses: WS,
    error: /^TypeError: GSSAPI can't be used with ws:\/\//,
    ignore: !mod.capability.ws || !mod.capability.gssapi,
  },
  {
    claim: "a PLAIN server that enforces a domain and has none",
    type: "Pair",
    options: [
      { name: "plainServer", number: 44, value: 1 },
      { name: "zapEnforceDomain", number: 93, value: 1 },
    ],
    addresses: TCP,
    error: /^TypeError: zapEnforceDomain needs a zapDomain/,
  },
  {
    claim: "an inBatchSize of less than a frame's head",
    type: "Dealer",
    options: [{ name: "inBatchSize", number: 101, value: 5 }],
    error: /^RangeError: The option inBatchSize must be (?:at least|a whole number from) 64/,
  },
  {
    claim: "multicast through more routers than a packet can count",
    type: "Router",
    options: [{ name: "multicastHops", number: 25, value: 256 }],
    noBoolean: true,
    error: /^RangeError: The option multicastHops must be a whole number from 1 to 255/,
  },
  ...[74, 65_536].map((value): Hazard => ({
    claim: `multicast packets of ${value} bytes`,
    type: "Router",
    options: [{ name: "multicastMaxTransportDataUnit", number: 84, value }],
    error:
      /^RangeError: The option multicastMaxTransportDataUnit must be a whole number from 75 to 65535/,
  })),
  {
    claim: "a useFd that isn't a listening socket's",
    type: "Pair",
    options: [{ name: "useFd", number: 89, value: 0 }],
    addresses: { bind: TCP.bind },
    // The system's own words, where it says that this is no socket at all.
    error: /takes a listening socket|not a socket|non-socket|Invalid argument/,
  },
];

type Options = [name: string, value: unknown][];

/** One of the interfaces: how its sockets are made and used. `Socket` is its own. */
interface Surface<Socket> {
  open(type: Hazard["type"], options: Options): Socket;
  close(socket: Socket): void;
  /** The ways to set an option. */
  ways: Record<string, (socket: Socket, name: string, number: number, value: number) => void>;
  bind(socket: Socket, address: string): void;
  connect(socket: Socket, address: string): void;
  /** An option's value, as its property has it. */
  typed(name: string, value: number): unknown;
  /** The property's name; undefined where there is none. */
  named(name: string): string | undefined;
}

const bytesOf = (value: number) => new Uint8Array(new Int32Array([value]).buffer);
/** The same bytes as a string, which is UTF-8 where each is ASCII. */
const textOf = (value: number) => String.fromCharCode(...bytesOf(value));
const isAscii = (value: number) => bytesOf(value).every((byte) => byte < 128);
const INTS = /^(?:heartbeatInterval|inBatchSize|useFd|multicast.*)$/;
const typed = (name: string, value: number) => INTS.test(name) ? value : value !== 0;

type Untyped = Record<string, (...values: unknown[]) => void>;
// deno-lint-ignore no-explicit-any -- classes by their names
type Classes = Record<string, new (options?: object) => any>;

/** There are over a thousand ways, and libzmq closes sockets on a thread of its own, which may be far behind. */
const ENOUGH = { maxSockets: 5000 };

const ofLibrary = Object.entries({ context: new mod.Context(ENOUGH), linger: 0 });
const LIBRARY: Surface<mod.Socket> = {
  open: (type, options) =>
    new (mod as unknown as Classes)[type](Object.fromEntries([...ofLibrary, ...options])),
  close: (socket) => socket.close(),
  ways: {
    "a property": (socket, name, _, value) => Object.assign(socket, { [name]: typed(name, value) }),
    "a number": (socket, _, number, value) => socket.setOption(number, value),
    "a boolean": (socket, _, number, value) => socket.setOption(number, value !== 0),
    "bytes": (socket, _, number, value) => socket.setOption(number, bytesOf(value)),
    "text": (socket, _, number, value) =>
      socket.setOption(number, isAscii(value) ? textOf(value) : bytesOf(value)),
  },
  bind: (socket, address) => void socket.bindSync(address),
  connect: (socket, address) => socket.connect(address),
  typed,
  named: (name) => name,
};

/** The drop-in's accessors by number, which its classes have for those that derive from them. */
const by = (socket: zeromq.Socket) => socket as unknown as Untyped;
const ofDropIn = Object.entries({ context: new zeromq.Context(ENOUGH), linger: 0 });
const DROP_IN: Surface<zeromq.Socket> = {
  open: (type, options) =>
    new (zeromq as unknown as Classes)[type](Object.fromEntries([...ofDropIn, ...options])),
  close: (socket) => socket.close(),
  ways: {
    "a property": (socket, name, _, value) => Object.assign(socket, { [name]: typed(name, value) }),
    setInt32Option: (socket, _, number, value) => by(socket).setInt32Option(number, value),
    setUint32Option: (socket, _, number, value) => by(socket).setUint32Option(number, value),
    setBoolOption: (socket, _, number, value) => by(socket).setBoolOption(number, value !== 0),
    "setStringOption with bytes": (socket, _, number, value) =>
      by(socket).setStringOption(number, Buffer.from(bytesOf(value))),
    "setStringOption with text": (socket, _, number, value) =>
      by(socket).setStringOption(
        number,
        isAscii(value) ? textOf(value) : Buffer.from(bytesOf(value)),
      ),
  },
  bind: (socket, address) => socket.bindSync(address),
  connect: (socket, address) => socket.connect(address),
  typed,
  named: (name) => name,
};

const SHORT: Record<string, string> = {
  heartbeatInterval: "heartbeat_ivl",
  plainServer: "plain_server",
};
const TYPES = { Reply: "rep", Pair: "pair", Router: "router", Dealer: "dealer" } as const;
type V5Socket = ReturnType<typeof v5.socket>;
/** Both kinds of names are taken. */
type Short = Parameters<V5Socket["setsockopt"]>[0];
const VERSION_5: Surface<V5Socket> = {
  open: (type, options) => v5.createSocket(TYPES[type], Object.fromEntries(options)),
  close: (socket) => void socket.unmonitor().close(),
  ways: {
    "a number": (socket, _, number, value) => void socket.setsockopt(number, value),
    "a short name": (socket, name, number, value) =>
      void socket.setsockopt((SHORT[name] ?? number) as Short, value),
    "a property": (socket, name, number, value) => {
      if (name in SHORT) socket[SHORT[name]] = value;
      else socket.setsockopt(number, value);
    },
  },
  bind: (socket, address) => void socket.bindSync(address),
  connect: (socket, address) => void socket.connect(address),
  typed: (_, value) => value,
  named: (name) => SHORT[name],
};

/** A step towards the hazard, and what it's called. */
type Step<Socket> = readonly [what: string, take: (socket: Socket) => void];

function* permutations<T>(all: readonly T[]): Generator<T[]> {
  if (all.length === 0) yield [];
  for (const [i, one] of all.entries()) {
    for (const rest of permutations(all.toSpliced(i, 1))) yield [one, ...rest];
  }
}

/** All choices of one from each list. */
function* choices<T>([first, ...others]: readonly (readonly T[])[]): Generator<T[]> {
  if (first === undefined) return yield [];
  for (const one of first) for (const rest of choices(others)) yield [one, ...rest];
}

/** The way to the hazard's address, once by a bind and once by a connect; none where it has no address. */
function toAddress<Socket>(surface: Surface<Socket>, { addresses }: Hazard): Step<Socket>[] {
  if (addresses === undefined) return [];
  return (["bind", "connect"] as const).flatMap((verb): Step<Socket>[] => {
    const address = addresses[verb];
    if (address === undefined) return [];
    return [[`${verb} to ${address}`, (socket) => surface[verb](socket, address)]];
  });
}

/** Every way to a hazard: the steps of each. */
function* waysTo<Socket>(surface: Surface<Socket>, hazard: Hazard): Generator<Step<Socket>[]> {
  const settings = hazard.options.map(({ name, number, value }) =>
    Object.entries(surface.ways)
      .filter(([way]) => !hazard.noBoolean || !/bool/i.test(way))
      .map(([way, set]): Step<Socket> => [
        `${name} by ${way}`,
        (socket) => set(socket, name, number, value),
      ])
  );
  const addresses = toAddress(surface, hazard);
  for (const steps of choices(settings)) {
    if (addresses.length === 0) yield* permutations(steps);
    for (const address of addresses) yield* permutations([...steps, address]);
  }
}

/** Takes steps until one is refused. Returns its place; undefined where all were taken. */
function refusedAt<Socket>(
  socket: Socket,
  steps: readonly Step<Socket>[],
  error: RegExp,
): number | undefined {
  for (const [at, [what, take]] of steps.entries()) {
    try {
      take(socket);
    } catch (thrown) {
      const text = String(thrown);
      assert(error.test(text) || UNKNOWN.test(text), `${what}: ${text}`);
      return at;
    }
  }
  return undefined;
}

/** Claims that a hazard is refused, at the last step towards it, or where the socket gets its next address. */
function isRefused<Socket>(surface: Surface<Socket>, hazard: Hazard) {
  let tried = 0;
  const addresses = toAddress(surface, hazard);
  const claim = (make: () => Socket, steps: Step<Socket>[]) => {
    tried++;
    const names = steps.map(([what]) => what).join(", ");
    const socket = make();
    try {
      const at = refusedAt(socket, steps, hazard.error);
      if (at !== undefined) return;
      assert(addresses.length > 0, `${names}: taken`);
      for (const again of addresses) {
        assert(refusedAt(socket, [again], hazard.error) === 0, `${names}, ${again[0]}: taken`);
      }
    } finally {
      surface.close(socket);
    }
  };
  for (const steps of waysTo(surface, hazard)) {
    claim(() => surface.open(hazard.type, []), steps);
  }
  // In the constructor, in each order.
  const named = hazard.options.filter(({ name }) => surface.named(name) !== undefined);
  if (named.length === hazard.options.length) {
    for (const order of permutations(named)) {
      const options = order.map(({ name, value }): [string, unknown] => [
        surface.named(name)!,
        surface.typed(name, value),
      ]);
      const socket: { made?: Socket } = {};
      const make: Step<object> = ["the constructor", () => {
        socket.made = surface.open(hazard.type, options);
      }];
      if (refusedAt(socket, [make], hazard.error) === 0) tried++;
      else claim(() => socket.made!, []);
    }
  }
  assert(tried > 0);
}

/** Runs a body without the drop-in's warnings that an option comes too late. */
function unwarned(body: () => void): void {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    body();
  } finally {
    process.emitWarning = emitWarning;
  }
}

for (const hazard of HAZARDS) {
  const { claim, ignore } = hazard;
  Deno.test({
    name: `in each way and order, the library refuses ${claim}`,
    ignore,
    fn: () => isRefused(LIBRARY, hazard),
  });
  Deno.test({
    name: `in each way and order, the drop-in refuses ${claim}`,
    ignore,
    fn: () => unwarned(() => isRefused(DROP_IN, hazard)),
  });
  Deno.test({
    name: `in each way and order, version 5's interface refuses ${claim}`,
    ignore,
    fn: () => unwarned(() => isRefused(VERSION_5, hazard)),
  });
}

Deno.test("each part of a hazard is taken alone, so that it's the whole that is refused", () => {
  for (const hazard of HAZARDS.filter(({ options }) => options.length > 1)) {
    for (const option of hazard.options) {
      for (const set of Object.values(LIBRARY.ways)) {
        using socket = LIBRARY.open(hazard.type, []);
        set(socket, option.name, option.number, option.value);
      }
    }
  }
});

Deno.test("an int set through the drop-in to a value of another length ended the process, on an XSubscriber", () => {
  const VERBOSE_UNSUBSCRIBE = 115;
  const socket = new zeromq.XSubscriber({ linger: 0 });
  const set = (method: string, value: unknown) => () =>
    by(socket)[method](VERBOSE_UNSUBSCRIBE, value);
  const calls = [
    ...["", "xy", null, Buffer.alloc(0), Buffer.alloc(3), Buffer.alloc(5)].map((value) =>
      set("setStringOption", value)
    ),
    set("setInt64Option", 1),
    set("setUint64Option", 1),
  ];
  try {
    for (const call of calls) {
      const refused = refusedAt(socket, [["set", call]], /^Error: Invalid argument/);
      assert(refused === 0);
    }
  } finally {
    socket.close();
  }
});

for (const type of ["Router", "Stream"] as const) {
  Deno.test(`a second connection of a ${type}'s with the same routing id ended the process`, () => {
    const [address, other] = ["tcp://127.0.0.1:9", "tcp://127.0.0.1:10"];
    for (const library of [mod, zeromq]) {
      const socket = new library[type]({ linger: 0 });
      try {
        const refused = () => {
          throws(() => socket.connect(other, { routingId: "x" }), {
            name: "TypeError",
            message: new RegExp(`^This ${type} has another connection`),
          });
        };
        socket.connect(address, { routingId: "x" });
        refused();
        // What was refused isn't the next one's, and an address that isn't taken leaves the id to the next connection.
        socket.connect(other);
        throws(() => socket.connect("tcp://nowhere", { routingId: "y" }));
        socket.connect(other, { routingId: "z" });
        refused();
        socket.disconnect(other);
        refused();
        socket.disconnect(address);
      } finally {
        socket.close();
      }
    }
  });
}

const CONNECT_ROUTING_ID = 61;

Deno.test("a connection that the program has ended leaves its routing id to another", () => {
  using router = new mod.Router({ linger: 0 });
  router.connect("tcp://127.0.0.1:9", { routingId: "x" });
  router.disconnect("tcp://127.0.0.1:9");
  router.setOption(CONNECT_ROUTING_ID, "x");
});

Deno.test("a connection that libzmq gives up by itself leaves its routing id to another", () => {
  const stopping = mod.version < "4.3.3" ? [] : [{ reconnectStop: ["refused"] as const }];
  for (
    const options of [
      ...[{ reconnectInterval: -1 }, { reconnectInterval: 0 }, { immediate: true }],
      ...stopping,
    ]
  ) {
    using router = new mod.Router({ linger: 0, ...options });
    router.setOption(CONNECT_ROUTING_ID, "x"); // by number, since connect refuses it with immediate
    router.connect("tcp://127.0.0.1:9");
    router.setOption(CONNECT_ROUTING_ID, "x");
  }
});

Deno.test("a Router's options on a Reply are refused by the methods and accessors of a Router's, and in a constructor", () => {
  const refusal = { name: "TypeError", message: /^A Reply must not have a Router's options/ };
  for (const { Reply, Router } of [mod, zeromq]) {
    const { set } = Object.getOwnPropertyDescriptor(Router.prototype, "mandatory")!;
    class Hidden extends Reply {
      set hidden(value: boolean) {
        set!.call(this, value);
      }
    }
    throws(() => new Hidden({ hidden: true } as object), refusal);
    const reply = new Reply();
    const connect = Router.prototype.connect as (address: string, options: object) => void;
    throws(() => connect.call(reply, TCP.connect, { routingId: "x" }), refusal);
    reply.close();
  }
});
