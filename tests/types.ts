/**
 * What must compile, and what mustn't: a `@ts-expect-error` is an error of its own where the line
 * below it compiles. Nothing of this is run: `types_test.ts` has it checked.
 */

import {
  Context,
  Dealer,
  Frame,
  type MessageLike,
  type MessagePart,
  Pair,
  Poller,
  PollerTimer,
  Publisher,
  Pull,
  Push,
  type PushOptions,
  Reply,
  Request,
  Router,
  Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
  ZmqError,
} from "../mod.ts";
import { Proxy } from "../proxy.ts";

/** Holds that two types are the same. */
function same<A, B>(
  _: (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false,
): void {}

/** By the claim that each of them makes. */
export const CLAIMS: Record<string, () => unknown> = {
  "waits take an object of the options that they have": async () => {
    const { signal } = new AbortController();
    const pull = new Pull();
    const push = new Push();
    await pull.receive({ timeout: 5, signal, ref: false });
    await push.send("x", { timeout: 5, signal });
    pull.receiveSync({ timeout: 5 });
    push.sendSync("x", { timeout: 5 });
    same<boolean, Awaited<ReturnType<typeof pull.wait>>>(true);
    same<boolean, ReturnType<typeof pull.waitSync>>(true);
    await new Dealer().wait({ readable: true, writable: true, timeout: 5, signal });
    for await (const [frame] of pull.iterate({ signal, ref: false })) {
      same<Frame, typeof frame>(true);
    }
    pull.drain({ limit: 5 }).map(([frame]) => frame.text()).take(1).toArray();
    // @ts-expect-error -- a number isn't options
    await pull.receive(50);
    // @ts-expect-error -- a message is one argument
    await push.send("a", "b");
    // @ts-expect-error -- a message is one argument
    push.trySend("a", "b");
    // @ts-expect-error -- it never waits
    pull.tryReceive({ timeout: 5 });
    // @ts-expect-error -- no such option
    await pull.receive({ timout: 5 });
    // @ts-expect-error -- what blocks can't be aborted
    pull.receiveSync({ signal });
    // @ts-expect-error -- what blocks can't be aborted
    pull.waitSync({ signal });
    // @ts-expect-error -- a send that waits keeps the process alive
    await push.send("x", { ref: false });
    // @ts-expect-error -- an argument too many
    await pull.wait({}, {});
  },
  "what a socket can't do isn't there": async () => {
    // @ts-expect-error -- a Pull doesn't send
    await new Pull().send("x");
    // @ts-expect-error -- a Pull doesn't send
    new Pull().trySend("x");
    // @ts-expect-error -- a Pull doesn't send
    new Pull().sendSync("x");
    // @ts-expect-error -- a Subscriber doesn't send
    await new Subscriber().send("x");
    // @ts-expect-error -- a Push doesn't receive
    await new Push().receive();
    // @ts-expect-error -- a Push doesn't receive
    new Push().tryReceive();
    // @ts-expect-error -- a Push doesn't receive
    new Push().readable;
    // @ts-expect-error -- a Push doesn't receive
    new Push().iterate();
    // @ts-expect-error -- a Pull doesn't send
    new Pull().writable;
    // @ts-expect-error -- a Pull doesn't send
    new Pull({ maxPendingSends: 5 });
    // @ts-expect-error -- a Push doesn't receive
    new Push().visit(() => {});
    // @ts-expect-error -- a Push doesn't receive
    for await (const _ of new Push());
    // @ts-expect-error -- a Publisher doesn't receive
    new Publisher().drain();
    // @ts-expect-error -- a Publisher doesn't receive
    new Publisher().receiveSync();
    // @ts-expect-error -- an XSubscriber subscribes by its messages
    new XSubscriber().subscribe("x");
    // @ts-expect-error -- only Router and Stream connect under a name
    new Dealer().connect("inproc://x", { routingId: "x" });
    // @ts-expect-error -- only patterns have sockets
    new Socket(0);
  },

  "options that don't concern a socket aren't there": () => {
    // @ts-expect-error -- a Pull doesn't send
    new Pull({ sendTimeout: 5 });
    // @ts-expect-error -- a Push doesn't receive
    new Push({ receiveHighWaterMark: 5 });
    // @ts-expect-error -- a Pull doesn't send
    new Pull().sendHighWaterMark;
    // @ts-expect-error -- a Push doesn't receive
    new Push().receiveTimeout = 5;
    // @ts-expect-error -- of Router only
    new Dealer({ mandatory: true });
    // @ts-expect-error -- of Request only
    new Reply({ relaxed: true });
    // @ts-expect-error -- of publishers only
    new Push({ noDrop: true });
    // @ts-expect-error -- of XPublisher only
    new Publisher({ verbosity: "allSubs" });
    // @ts-expect-error -- of Stream only
    new Router({ notify: false });
    // @ts-expect-error -- raw TCP has no handshake
    new Stream({ curveServer: true, curveSecretKey: "" });
    // @ts-expect-error -- raw TCP has no handshake
    new Stream({ zapDomain: "home" });
    // @ts-expect-error -- a Push has no name
    new Push().routingId;
    // @ts-expect-error -- libzmq doesn't conflate these
    new Pair({ conflate: true });
    // @ts-expect-error -- there is none of that name
    new Push({ lingerr: 5 });
  },

  "options are of their type": () => {
    // @ts-expect-error -- a number
    new Push({ linger: "5" });
    // @ts-expect-error -- a boolean
    new Push({ immediate: 1 });
    // @ts-expect-error -- one of three
    new XPublisher({ verbosity: "all" });
    // @ts-expect-error -- text or bytes
    new Dealer({ routingId: 5 });
    // @ts-expect-error -- a number
    new Pull().linger = true;
    // @ts-expect-error -- a Context
    new Push({ context: {} });
    // @ts-expect-error -- options, such as { context }
    new Push(new Context());
    // @ts-expect-error -- options, such as { context }
    new Push(new Pull().context);
    // @ts-expect-error -- options, and not a socket
    new Push(new Push());
    const whole: PushOptions = { context: new Context(), linger: 0 };
    new Push(whole);
    // @ts-expect-error -- a number
    new Context({ ioThreads: "2" });
    // @ts-expect-error -- of sockets, not of contexts
    new Context({ linger: 5 });
    // @ts-expect-error -- one of the system's calls
    new Poller({ backend: "wait" });
  },

  "what can only be read can't be set": () => {
    const socket = new Pair();
    // @ts-expect-error -- read only
    socket.closed = true;
    // @ts-expect-error -- read only
    socket.readable = true;
    // @ts-expect-error -- read only
    socket.fd = 5;
    // @ts-expect-error -- read only
    socket.type = 5;
    // @ts-expect-error -- read only
    socket.lastEndpoint = "inproc://x";
    // @ts-expect-error -- read only
    socket.context = new Context();
    // @ts-expect-error -- read only
    new Context().closed = true;
  },

  "what isn't a message isn't taken": () => {
    const push = new Push();
    // @ts-expect-error -- nothing
    push.send(undefined);
    // @ts-expect-error -- an object
    push.send({ text: "hello" });
    // @ts-expect-error -- a function
    push.send(() => "hello");
    // @ts-expect-error -- a symbol
    push.trySend(Symbol("hello"));
    // @ts-expect-error -- an array within an array
    push.sendSync([["hello"]]);
    // @ts-expect-error -- undefined within an array
    push.send(["hello", undefined]);
    // @ts-expect-error -- no message at all
    push.send();
    // @ts-expect-error -- no signal
    push.send("hello", { signal: 5 });
    // @ts-expect-error -- nothing waits here
    push.trySend("hello", { signal: AbortSignal.timeout(5) });
  },

  "addresses are text, and subscriptions are text or bytes": () => {
    // @ts-expect-error -- a number
    new Push().connect(5555);
    // @ts-expect-error -- an object
    new Push().bind(new URL("tcp://127.0.0.1:5555"));
    // @ts-expect-error -- missing
    new Push().disconnect();
    // @ts-expect-error -- a number
    new Subscriber().subscribe(5);
    // @ts-expect-error -- everything is ""
    new Subscriber().subscribe();
    // @ts-expect-error -- everything is ""
    new Subscriber().unsubscribe();
    // @ts-expect-error -- everything is ""
    new XPublisher().subscribe();
    new Subscriber().subscribe("a", new Uint8Array(1), "b");
    // @ts-expect-error -- a number
    new Router().connect("inproc://x", { routingId: 5 });
  },

  "what is a message is taken": async () => {
    const push = new Push();
    const all: MessagePart[] = [
      ...["text", 5, 5n, true, null, new Uint8Array(1), new DataView(new ArrayBuffer(1))],
      ...[new ArrayBuffer(1), new SharedArrayBuffer(1), new Float64Array(1), new Frame(1)],
    ];
    const message: MessageLike = all;
    await push.send(message);
    await push.send(Object.freeze(["a", "b"] as const));
    await push.send(await new Pull().receive());
  },

  "what is received has its type": async () => {
    const pull = new Pull();
    const message = await pull.receive();
    same<typeof message, Frame[]>(true);
    const [frame] = message;
    same<string, ReturnType<typeof frame.text>>(true);
    const text: string = frame.toString();
    // @ts-expect-error: toHex() writes that
    frame.toString("hex");
    const bytes: Uint8Array<ArrayBuffer> = frame;
    const value = frame.json();
    same<typeof value, unknown>(true);
    const tried = pull.tryReceive();
    same<typeof tried, Frame[] | undefined>(true);
    const visited: number = pull.visit((bytes, more) => {
      same<[typeof bytes, typeof more], [Uint8Array<ArrayBuffer>, boolean]>(true);
    }, { limit: 5, timeout: 5 });
    for await (const [first, ...rest] of pull) {
      same<typeof first, Frame>(true);
      same<typeof rest, Frame[]>(true);
    }
    for (const [first] of pull.drain()) same<typeof first, Frame>(true);
    // @ts-expect-error -- there may be none
    pull.tryReceive().length;
    return [text, bytes, visited];
  },

  "options read as their type": () => {
    const dealer = new Dealer();
    same<typeof dealer.linger, number>(true);
    same<typeof dealer.immediate, boolean>(true);
    same<typeof dealer.routingId, Frame | null>(true);
    dealer.routingId = "text";
    dealer.routingId = new Uint8Array(1);
    const { verbosity } = new XPublisher();
    same<typeof verbosity, "allSubs" | "allSubsUnsubs" | null>(true);
    const { lastEndpoint, closed } = new Request();
    same<typeof lastEndpoint, string | null>(true);
    same<typeof closed, boolean>(true);
    const { code, errno, call, address, option } = new ZmqError("x", {} as never);
    same<[typeof code, typeof errno, typeof call], [string, number, string]>(true);
    same<[typeof address, typeof option], [string | undefined, string | undefined]>(true);
  },

  "sockets are disposable, and pollable": async () => {
    using _one = new Stream();
    await using _other = new Stream();
    new Poller().add(new Push(), { writable: true });
    // @ts-expect-error -- not a socket
    new Poller().add({});
    // @ts-expect-error -- not an interest
    new Poller().modify(0, { read: true });
    // @ts-expect-error -- the key is an option
    new Poller<string>().add(0, { readable: true }, "stdin");
  },

  "a Poller's keys are required where they have a type, and come back as that": async () => {
    const poller = new Poller<"stdin" | "beat">();
    poller.add(0, { key: "stdin" });
    const timer = poller.addTimer(5, { repeat: true, key: "beat" });
    same<typeof timer.key, "stdin" | "beat">(true);
    // @ts-expect-error -- without a key
    poller.add(1);
    // @ts-expect-error -- without a key
    poller.add(1, { writable: true });
    // @ts-expect-error -- another key
    poller.add(1, { key: "stdout" });
    // @ts-expect-error -- without a key
    poller.addTimer(5);
    // @ts-expect-error -- without a key
    poller.addTimer(5, { repeat: true });
    for (const { key } of await poller.wait()) same<typeof key, "stdin" | "beat">(true);
    for await (const [{ key }] of poller.iterate()) same<typeof key, "stdin" | "beat">(true);
    const plain = new Poller();
    plain.add(0);
    plain.add(1, { writable: true });
    plain.addTimer(5);
    // @ts-expect-error -- this Poller has no keys
    plain.add(2, { key: "stderr" });
    for (const { key } of plain.waitSync()) same<typeof key, undefined>(true);
    const optional = new Poller<string | undefined>();
    optional.add(0);
    optional.add(1, { key: "stdout" });
    const generic = <Key>(some: Poller<Key>, key: Key) => some.add(0, { key });
    generic(poller, "beat");
    // @ts-expect-error -- made by addTimer only
    new PollerTimer({});
    await using _closed = plain;
  },

  "a proxy keeps its sockets' types, and takes its own options": async () => {
    const proxy = new Proxy(new Router(), new Dealer(), { keepOpen: true });
    same<typeof proxy.frontEnd, Router>(true);
    same<typeof proxy.backEnd, Dealer>(true);
    same<ReturnType<typeof proxy.run>, Promise<void>>(true);
    const anyOne: Proxy = proxy;
    proxy.terminate({ timeout: 10 });
    await using _one = anyOne;
    using _other = anyOne;
    // @ts-expect-error -- not a socket
    new Proxy({}, new Dealer());
    // @ts-expect-error -- a Pull doesn't send
    new Proxy(new Router(), new Dealer(), { capture: new Pull() });
    // @ts-expect-error -- a filter gives an array of parts, or nothing
    new Proxy(new Router(), new Dealer(), { filter: () => "text" });
    // @ts-expect-error -- read-only
    proxy.frontEnd = new Router();
    // @ts-expect-error -- read-only
    proxy.statistics().toBack.messages = 0;
  },
};
