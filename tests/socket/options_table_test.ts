/**
 * The options' types and the options' table agree, name by name. The first half is the compiler's to
 * hold: a wrong type is an error of `deno check`, and of a test run that checks types.
 */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import {
  Dealer,
  type DealerOptions,
  type MultipartOptions,
  Pair,
  type PairOptions,
  Publisher,
  type PublisherOptions,
  Pull,
  type PullOptions,
  Push,
  type PushOptions,
  type ReceiverOptions,
  Reply,
  type ReplyOptions,
  Request,
  type RequestOptions,
  Router,
  type RouterOptions,
  type SenderOptions,
  type Socket,
  type SocketOptions,
  Stream,
  type StreamOptions,
  Subscriber,
  type SubscriberOptions,
  XPublisher,
  type XPublisherOptions,
  XSubscriber,
  type XSubscriberOptions,
} from "../../mod.ts";
import {
  Channel,
  Client,
  Datagram,
  Dish,
  Gather,
  Peer,
  Radio,
  Scatter,
  Server,
} from "../../socket/draft.ts";
import {
  COMMON,
  type OptionName,
  type OptionRow,
  OPTIONS,
  PARTICULAR,
  RECEIVING,
  ROUTER_NOTIFY,
  SENDING,
} from "../../socket/options_table.ts";
import "../util.ts";

// For the compiler.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
/** Compiles only where the claim is true. */
type Holds<Claim extends true> = Claim;
type Rows = typeof OPTIONS;
/** The names of a type's properties that can't be assigned to. */
type ReadOnly<T> = {
  [K in keyof T]-?: Same<{ [P in K]: T[P] }, { readonly [P in K]: T[P] }> extends true ? K : never;
}[keyof T];
type Key = "curvePublicKey" | "curveSecretKey" | "curveServerKey";
/** What each socket has of the options: its constructor's, and those that can only be read. */
type Everybody = Pick<Socket, keyof typeof COMMON>;
/** The options of each class alone, as its constructor takes them, and what can only be read. */
type ParticularTypes =
  & Required<
    Omit<
      & ConstructorsOwn<PublisherOptions>
      & ConstructorsOwn<SubscriberOptions>
      & ConstructorsOwn<XPublisherOptions>
      & ConstructorsOwn<XSubscriberOptions>
      & ConstructorsOwn<RequestOptions>
      & ConstructorsOwn<ReplyOptions>
      & ConstructorsOwn<DealerOptions>
      & Omit<ConstructorsOwn<RouterOptions>, "notify">
      & ConstructorsOwn<StreamOptions>
      & ConstructorsOwn<PushOptions>
      & ConstructorsOwn<PullOptions>,
      "verbosity"
    >
  >
  & Pick<Publisher, "topicsCount">;
type ConstructorsOwn<O> = Omit<
  O,
  keyof (SocketOptions & SenderOptions & ReceiverOptions & MultipartOptions)
>;

/** What a table's kind of option is read as. */
type ByKind<Row> = Row extends { flags: infer Flags } ? readonly (keyof Flags)[]
  : Row extends { choices: readonly (infer Choice)[] } ? Choice
  : Row extends { kind: "bool" } ? boolean
  : Row extends { kind: "int" | "int64" | "uint64" } ? number
  : Row extends { kind: "text" | "key" } ? string | null
  : never;
type BytesOrNull = "welcomeMessage" | "helloMessage" | "disconnectMessage" | "hiccupMessage";
/** The names of options of plain kinds whose property has another type than the table says. */
type Misfits<Types> = {
  [K in keyof Types & OptionName]: Same<Types[K], ByKind<Rows[K]>> extends true ? never : K;
}[keyof Types & OptionName];

/** What the compiler holds; nothing of it is left at run time. */
export type Claims = [
  // Each name of the table has a typed property, and each property of the types stands in the table.
  Holds<
    Same<
      | Exclude<keyof SocketOptions, "context" | "metadata" | symbol>
      | "threadSafe"
      | "securityMechanism",
      keyof typeof COMMON
    >
  >,
  Holds<Same<Exclude<keyof SenderOptions, "maxPendingSends">, keyof typeof SENDING>>,
  Holds<Same<Exclude<keyof ReceiverOptions, "receivedProperties">, keyof typeof RECEIVING>>,
  Holds<Same<keyof ParticularTypes, keyof typeof PARTICULAR>>,
  // And it's of the type that the table says.
  Holds<Same<Misfits<Everybody & Required<SenderOptions & ReceiverOptions>>, never>>,
  Holds<Same<Misfits<Omit<ParticularTypes, "routingId" | BytesOrNull>>, never>>,
  Holds<Same<ParticularTypes[BytesOrNull], string | Uint8Array | null>>,
  Holds<Same<Socket[Key], string | null>>,
  // What can only be read, the table says so, too.
  Holds<
    Same<
      ReadOnly<Everybody & Pick<Publisher, "topicsCount">>,
      { [K in OptionName]: Rows[K] extends { readOnly: true } ? K : never }[OptionName]
    >
  >,
  // A constructor takes what a socket has, except for what can only be read.
  Holds<Same<Taken<PairOptions>, Had<Pair>>>,
  Holds<Same<Taken<PullOptions>, Had<Pull>>>,
  Holds<Same<Taken<PushOptions>, Had<Push>>>,
  Holds<Same<Taken<PublisherOptions>, Had<Publisher>>>,
  Holds<Same<Taken<SubscriberOptions>, Had<Subscriber>>>,
  Holds<Same<Taken<XPublisherOptions>, Had<XPublisher>>>,
  Holds<Same<Taken<XSubscriberOptions>, Had<XSubscriber>>>,
  Holds<Same<Taken<RequestOptions>, Had<Request>>>,
  Holds<Same<Taken<ReplyOptions>, Had<Reply>>>,
  Holds<Same<Taken<DealerOptions>, Had<Dealer>>>,
  Holds<Same<Taken<RouterOptions>, Had<Router>>>,
  // Raw TCP has no handshake, for which all options of security are.
  Holds<Same<Taken<StreamOptions>, Exclude<Had<Stream>, OfSecurity>>>,
  Holds<Same<Exclude<keyof SocketOptions, keyof StreamOptions>, OfSecurity>>,
];
type OfSecurity =
  | ("plainServer" | "plainUsername" | "plainPassword")
  | ("curveServer" | "curvePublicKey" | "curveSecretKey" | "curveServerKey")
  | ("gssapiServer" | "gssapiPrincipal" | "gssapiServicePrincipal" | "gssapiPlainText")
  | ("gssapiPrincipalNameType" | "gssapiServicePrincipalNameType")
  | ("zapDomain" | "zapEnforceDomain");
type Options =
  | OptionName
  | keyof MultipartOptions
  | "receivedProperties"
  | "maxPendingSends"
  | "verbosity"
  | "notify"
  | "metadata";
type Taken<O> = Exclude<keyof O, "context" | symbol>;
type Had<S extends Socket> = Exclude<
  Extract<keyof S, Options>,
  ReadOnly<Everybody & Pick<Publisher, "topicsCount">>
>;

/** What doesn't compile; never called. */
export const REFUSED = (socket: Socket, xpublisher: XPublisher): void => {
  // @ts-expect-error -- read only
  socket.threadSafe = true;
  // @ts-expect-error -- read only
  socket.securityMechanism = "plain";
  // @ts-expect-error -- read only
  new Pair({ threadSafe: false });
  // @ts-expect-error -- read only
  new Pair({ securityMechanism: null });
  // @ts-expect-error -- text
  socket.addTcpAcceptFilter(5);
  // @ts-expect-error -- a number
  socket.addIpcFilterPid("1");
  // @ts-expect-error -- it can't be unset
  socket.zapDomain = null;
  // @ts-expect-error -- it can't be unset
  new Pair({ zapDomain: null });
  // @ts-expect-error -- text or bytes
  socket.curveSecretKey = null;
  // @ts-expect-error -- text
  socket.zapDomain = 5;
  // @ts-expect-error -- one of three
  socket.gssapiPrincipalNameType = "kerberos";
  // @ts-expect-error -- text, bytes or null
  xpublisher.welcomeMessage = 5;
  // @ts-expect-error -- an array of names
  xpublisher.receivedProperties = "Peer-Address";
  // @ts-expect-error -- no kind of option
  socket.getOption(17, "float");
  // @ts-expect-error -- not undefined
  socket.setOption(17, undefined);
  socket.addTcpAcceptFilter("10.0.0.0/8");
  socket.addIpcFilterPid(1);
  socket.curveSecretKey = new Uint8Array(32);
  socket.gssapiPrincipalNameType = "krb5Principal";
  xpublisher.welcomeMessage = new Uint8Array(1);
  const types: [number, boolean, bigint, bigint, string, Uint8Array] = [
    socket.getOption(17, "int"),
    socket.getOption(39, "boolean"),
    socket.getOption(22, "int64"),
    socket.getOption(4, "uint64"),
    socket.getOption(32, "string"),
    socket.getOption(5, "bytes"),
  ];
  void types;
};

// At run time.

/** The options beyond everyone's that a class has by its type: the compiler holds that none is missing. */
type Own<S extends Socket> = Record<
  Exclude<Extract<keyof S, OptionName>, keyof typeof COMMON>,
  true
>;
const SENDS = { sendBufferSize: true, sendHighWaterMark: true, sendTimeout: true } as const;
const RECEIVES = {
  receiveBufferSize: true,
  receiveHighWaterMark: true,
  receiveTimeout: true,
} as const;
const BOTH = { ...SENDS, ...RECEIVES } as const;
const OWN: [{ readonly prototype: Socket; readonly name: string }, Record<string, true>][] = [
  [Pair, BOTH satisfies Own<Pair>],
  [Pull, { ...RECEIVES, conflate: true } satisfies Own<Pull>],
  [Push, { ...SENDS, conflate: true } satisfies Own<Push>],
  [
    Publisher,
    {
      ...SENDS,
      noDrop: true,
      conflate: true,
      invertMatching: true,
      onlyFirstSubscribe: true,
      topicsCount: true,
    } satisfies Own<Publisher>,
  ],
  [
    Subscriber,
    {
      ...RECEIVES,
      conflate: true,
      invertMatching: true,
      topicsCount: true,
    } satisfies Own<Subscriber>,
  ],
  [
    XPublisher,
    {
      ...BOTH,
      noDrop: true,
      invertMatching: true,
      manual: true,
      manualLastValue: true,
      welcomeMessage: true,
      onlyFirstSubscribe: true,
      topicsCount: true,
    } satisfies Own<XPublisher>,
  ],
  [
    XSubscriber,
    {
      ...BOTH,
      onlyFirstSubscribe: true,
      verboseUnsubscribe: true,
      topicsCount: true,
    } satisfies Own<XSubscriber>,
  ],
  [
    Request,
    {
      ...BOTH,
      routingId: true,
      probeRouter: true,
      correlate: true,
      relaxed: true,
      helloMessage: true,
    } satisfies Own<Request>,
  ],
  [Reply, { ...BOTH, routingId: true } satisfies Own<Reply>],
  [
    Dealer,
    {
      ...BOTH,
      routingId: true,
      probeRouter: true,
      conflate: true,
      helloMessage: true,
      hiccupMessage: true,
    } satisfies Own<Dealer>,
  ],
  [
    Router,
    {
      ...BOTH,
      routingId: true,
      probeRouter: true,
      mandatory: true,
      handover: true,
      rawMode: true,
      notify: true,
      helloMessage: true,
      disconnectMessage: true,
    } satisfies Own<Router>,
  ],
  [Stream, { ...BOTH, notify: true } satisfies Own<Stream>],
  [
    Server,
    { ...BOTH, helloMessage: true, disconnectMessage: true } satisfies Own<Server>,
  ],
  [Client, { ...BOTH, helloMessage: true, hiccupMessage: true } satisfies Own<Client>],
  [Radio, { ...SENDS, noDrop: true } satisfies Own<Radio>],
  [Dish, RECEIVES satisfies Own<Dish>],
  [Gather, { ...RECEIVES, conflate: true } satisfies Own<Gather>],
  [Scatter, { ...SENDS, conflate: true } satisfies Own<Scatter>],
  [
    Peer,
    {
      ...BOTH,
      helloMessage: true,
      disconnectMessage: true,
      hiccupMessage: true,
    } satisfies Own<Peer>,
  ],
  [Channel, BOTH satisfies Own<Channel>],
  [Datagram, BOTH satisfies Own<Datagram>],
];

for (const [{ prototype, name }, own] of OWN) {
  Deno.test(`a ${name} has the options of its type, and no others`, () => {
    const had = Object.keys(OPTIONS).filter((option) => option in prototype);
    assertEquals(had.sort(), [...Object.keys(COMMON), ...Object.keys(own)].sort());
  });
}

Deno.test("each option of the table stands in one of its parts, under a number of its own", () => {
  const parts = [COMMON, SENDING, RECEIVING, PARTICULAR].flatMap((part) => Object.keys(part));
  assertEquals(parts.length, new Set(parts).size);
  assertEquals(parts.sort(), Object.keys(OPTIONS).sort());
  const numbers = Object.values(OPTIONS).map(({ number }) => number);
  assertEquals(numbers.length, new Set<number>(numbers).size);
});

Deno.test("the pages on options have each option of the table", async () => {
  const pages = ["options", "more-options", "contexts"].map((page) =>
    Deno.readTextFile(new URL(`../../docs/${page}.md`, import.meta.url))
  );
  const page = (await Promise.all(pages)).join("\n");
  assertEquals(Object.keys(OPTIONS).filter((name) => !page.includes(`\`${name}\``)), []);
});

Deno.test("the page on newer options has of each the version that the table has, and whether it's a draft", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/more-options.md", import.meta.url));
  const [, newer] = /^## Newer options.*?\n(.*?)^## /ms.exec(page)!;
  const said: Record<string, string> = {};
  for (const line of newer.matchAll(/^\| `.*$/gm)) {
    const [, names, , , since] = line[0].split("|").map((cell) => cell.trim());
    // Every libzmq that this library supports knows what isn't newer than 4.3.0.
    if (since <= "4.3.0") continue;
    for (const [, name] of names.matchAll(/`(\w+)`/g)) said[name] = since;
  }
  const known: Record<string, string> = {};
  for (const [name, row] of Object.entries<OptionRow>({ ...OPTIONS, notify: ROUTER_NOTIFY })) {
    if (row.since !== undefined) known[name] = row.since + (row.draft ? ", draft" : "");
  }
  assertEquals(said, known);
});

Deno.test("what the table says can only be read can only be read", () => {
  using pair = new Pair();
  for (const [name, row] of Object.entries(COMMON as Record<string, OptionRow>)) {
    if (!row.readOnly) continue;
    throws(() => (pair as unknown as Record<string, unknown>)[name] = 1, { name: "TypeError" });
    throws(() => new Pair({ [name]: 1 }), { name: "TypeError", message: /no option/ });
  }
});

/** The least and the greatest number of options, or their bytes, as the pages on options and libzmq's manual have them. */
const LIMITS: Record<string, [least: number, greatest: number]> = {
  normBlockSize: [1, 255],
  normBufferSize: [1, 2147483647],
  normNumAutoParity: [0, 254],
  normNumParity: [0, 254],
  normSegmentSize: [1, 2147483647],
  vmciBufferMaxSize: [0, Number.MAX_SAFE_INTEGER],
  vmciBufferMinSize: [0, Number.MAX_SAFE_INTEGER],
  vmciBufferSize: [0, Number.MAX_SAFE_INTEGER],
  vmciConnectTimeout: [-1, 2147483647],
};

Deno.test("options of transports that a build lacks have their limits, too", () => {
  using pair = new Pair();
  const refused = (name: string, value: unknown) => {
    try {
      return Object.assign(pair, { [name]: value }).constructor.name;
    } catch (error) {
      return (error as Error).name;
    }
  };
  for (const [name, [least, greatest]] of Object.entries(LIMITS)) {
    const names = [least - 1, least, greatest, greatest + 1].map((value) => refused(name, value));
    assertEquals([names[0], names[3]], ["RangeError", "RangeError"], name);
    assert(!names.slice(1, 3).includes("RangeError"), name);
  }
  const modes = ["fixed", "cc", "ccl", "cce", "cceEcnOnly"];
  assertEquals(OPTIONS.normMode.choices, modes);
});
