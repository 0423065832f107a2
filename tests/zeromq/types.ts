/**
 * That zeromq.js's own declarations and the drop-in's agree, member by member; the members that differ
 * are named, with the reason. Nothing of this is run: `types_test.ts` has it checked.
 */

import type * as theirs from "npm:zeromq@6.8.0";
import type * as theirDrafts from "npm:zeromq@6.8.0/draft";
import type * as their5 from "npm:zeromq@6.8.0/v5-compat";
import * as ours from "../../zeromq.ts";
import type * as ourDrafts from "../../zeromq_draft.ts";
import type * as our5 from "../../zeromq_v5_compat.ts";
import our5Default from "../../zeromq_v5_compat.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Holds that two types are the same. */
function same<A, B>(_: Same<A, B>): void {}

/** The members whose types differ. */
type Differing<A, B> = {
  [K in keyof A & keyof B]: Same<A[K], B[K]> extends true ? never : K;
}[keyof A & keyof B];

/** The names of options, which a constructor takes. */
type Settable<T extends ours.Socket> = keyof NonNullable<ours.SocketOptions<T>>;
type TheirSettable<T extends theirs.Socket> = keyof NonNullable<theirs.SocketOptions<T>>;

/**
 * What differs of every socket: `context` and `events` are of the drop-in's own classes, and `type` is a number,
 * where zeromq.js has an enumeration that it doesn't export.
 */
type OfSockets = "context" | "events" | "type";

/** By the name of each class: that both have the same members, of the same types, and the same options. */
export const CLASSES: Record<string, () => void> = {
  Socket: () => {
    same<keyof ours.Socket, keyof theirs.Socket>(true);
    same<Differing<ours.Socket, theirs.Socket>, OfSockets>(true);
  },
  Pair: () => {
    same<keyof ours.Pair, keyof theirs.Pair>(true);
    same<Differing<ours.Pair, theirs.Pair>, OfSockets>(true);
    same<Settable<ours.Pair>, TheirSettable<theirs.Pair>>(true);
  },
  Publisher: () => {
    same<keyof ours.Publisher, keyof theirs.Publisher>(true);
    same<Differing<ours.Publisher, theirs.Publisher>, OfSockets>(true);
    same<Settable<ours.Publisher>, TheirSettable<theirs.Publisher>>(true);
  },
  Subscriber: () => {
    same<keyof ours.Subscriber, keyof theirs.Subscriber>(true);
    same<Differing<ours.Subscriber, theirs.Subscriber>, OfSockets>(true);
    same<Settable<ours.Subscriber>, TheirSettable<theirs.Subscriber>>(true);
  },
  Request: () => {
    same<keyof ours.Request, keyof theirs.Request>(true);
    same<Differing<ours.Request, theirs.Request>, OfSockets>(true);
    same<Settable<ours.Request>, TheirSettable<theirs.Request>>(true);
  },
  Reply: () => {
    same<keyof ours.Reply, keyof theirs.Reply>(true);
    same<Differing<ours.Reply, theirs.Reply>, OfSockets>(true);
    same<Settable<ours.Reply>, TheirSettable<theirs.Reply>>(true);
  },
  Dealer: () => {
    same<keyof ours.Dealer, keyof theirs.Dealer>(true);
    same<Differing<ours.Dealer, theirs.Dealer>, OfSockets>(true);
    same<Settable<ours.Dealer>, TheirSettable<theirs.Dealer>>(true);
  },
  Router: () => {
    same<keyof ours.Router, keyof theirs.Router>(true);
    same<Differing<ours.Router, theirs.Router>, OfSockets>(true);
    same<Settable<ours.Router>, TheirSettable<theirs.Router>>(true);
  },
  Pull: () => {
    same<keyof ours.Pull, keyof theirs.Pull>(true);
    same<Differing<ours.Pull, theirs.Pull>, OfSockets>(true);
    same<Settable<ours.Pull>, TheirSettable<theirs.Pull>>(true);
  },
  Push: () => {
    same<keyof ours.Push, keyof theirs.Push>(true);
    same<Differing<ours.Push, theirs.Push>, OfSockets>(true);
    same<Settable<ours.Push>, TheirSettable<theirs.Push>>(true);
  },
  XPublisher: () => {
    same<keyof ours.XPublisher, keyof theirs.XPublisher>(true);
    same<Differing<ours.XPublisher, theirs.XPublisher>, OfSockets>(true);
    same<Settable<ours.XPublisher>, TheirSettable<theirs.XPublisher>>(true);
  },
  XSubscriber: () => {
    same<keyof ours.XSubscriber, keyof theirs.XSubscriber>(true);
    same<Differing<ours.XSubscriber, theirs.XSubscriber>, OfSockets>(true);
    same<Settable<ours.XSubscriber>, TheirSettable<theirs.XSubscriber>>(true);
  },
  Stream: () => {
    same<keyof ours.Stream, keyof theirs.Stream>(true);
    same<Differing<ours.Stream, theirs.Stream>, OfSockets>(true);
    same<Settable<ours.Stream>, TheirSettable<theirs.Stream>>(true);
  },
  Context: () => {
    same<keyof ours.Context, keyof theirs.Context>(true);
    same<Differing<ours.Context, theirs.Context>, never>(true);
    type Of<T extends new (options: never) => unknown> = ConstructorParameters<T>[0];
    type Names<T> = keyof NonNullable<T>;
    same<Names<Of<typeof ours.Context>>, Names<Of<typeof theirs.Context>>>(true);
  },
  Observer: () => {
    same<keyof ours.Observer, keyof theirs.Observer>(true);
    // Generic functions are never the same to the compiler, though their listeners' events are, see below.
    same<Differing<ours.Observer, theirs.Observer>, "on" | "off">(true);
  },
  Proxy: () => {
    same<keyof ours.Proxy, keyof theirs.Proxy>(true);
    // Each has its own library's sockets.
    same<Differing<ours.Proxy, theirs.Proxy>, "frontEnd" | "backEnd">(true);
  },
};

/** The same of the draft sockets. */
export const DRAFTS: Record<string, () => void> = {
  "every name": () => {
    same<keyof typeof ourDrafts, Exclude<keyof typeof theirDrafts, "default" | "module.exports">>(
      true,
    );
  },
  Server: () => {
    same<keyof ourDrafts.Server, keyof theirDrafts.Server>(true);
    same<Differing<ourDrafts.Server, theirDrafts.Server>, OfSockets>(true);
    same<Settable<ourDrafts.Server>, TheirSettable<theirDrafts.Server>>(true);
  },
  Client: () => {
    same<keyof ourDrafts.Client, keyof theirDrafts.Client>(true);
    same<Differing<ourDrafts.Client, theirDrafts.Client>, OfSockets>(true);
    same<Settable<ourDrafts.Client>, TheirSettable<theirDrafts.Client>>(true);
  },
  Radio: () => {
    same<keyof ourDrafts.Radio, keyof theirDrafts.Radio>(true);
    same<Differing<ourDrafts.Radio, theirDrafts.Radio>, OfSockets>(true);
    same<Settable<ourDrafts.Radio>, TheirSettable<theirDrafts.Radio>>(true);
  },
  Dish: () => {
    same<keyof ourDrafts.Dish, keyof theirDrafts.Dish>(true);
    same<Differing<ourDrafts.Dish, theirDrafts.Dish>, OfSockets>(true);
    same<Settable<ourDrafts.Dish>, TheirSettable<theirDrafts.Dish>>(true);
  },
  Gather: () => {
    same<keyof ourDrafts.Gather, keyof theirDrafts.Gather>(true);
    same<Differing<ourDrafts.Gather, theirDrafts.Gather>, OfSockets>(true);
    same<Settable<ourDrafts.Gather>, TheirSettable<theirDrafts.Gather>>(true);
  },
  Scatter: () => {
    same<keyof ourDrafts.Scatter, keyof theirDrafts.Scatter>(true);
    same<Differing<ourDrafts.Scatter, theirDrafts.Scatter>, OfSockets>(true);
    same<Settable<ourDrafts.Scatter>, TheirSettable<theirDrafts.Scatter>>(true);
  },
  Datagram: () => {
    same<keyof ourDrafts.Datagram, keyof theirDrafts.Datagram>(true);
    same<Differing<ourDrafts.Datagram, theirDrafts.Datagram>, OfSockets>(true);
    same<Settable<ourDrafts.Datagram>, TheirSettable<theirDrafts.Datagram>>(true);
  },
};

/** The same of version 5's interface. */
export const VERSION_5: Record<string, () => void> = {
  "every name": () => {
    type Names = Exclude<keyof typeof their5, "default" | "module.exports">;
    same<Exclude<keyof typeof our5, "default">, Names>(true);
    same<keyof typeof our5Default, Names>(true);
  },
  "functions and constants": () => {
    // Each has its own class of sockets.
    type OfTheirOwn = "Socket" | "socket" | "createSocket" | "proxy" | "default";
    same<Differing<typeof our5, typeof their5>, OfTheirOwn>(true);
    same<our5.SocketType, their5.SocketType>(true);
    same<Parameters<typeof our5.socket>, Parameters<typeof their5.socket>>(true);
  },
  Context: () => {
    same<keyof typeof our5.Context, keyof typeof their5.Context>(true);
    same<Differing<typeof our5.Context, typeof their5.Context>, never>(true);
  },
  Socket: () => {
    type Known<T> = keyof { [K in keyof T as string extends K ? never : K]: T[K] };
    type Inner = "_recv" | "_send";
    same<Known<our5.Socket>, Exclude<Known<their5.Socket>, Inner>>(true);
    same<ConstructorParameters<typeof our5.Socket>, ConstructorParameters<typeof their5.Socket>>(
      true,
    );
    type Method =
      | "bind"
      | "unbind"
      | "connect"
      | "disconnect"
      | "send"
      | "bindSync"
      | "unbindSync"
      | "monitor"
      | "subscribe";
    type Each = {
      [M in Method]: Same<Parameters<our5.Socket[M]>, Parameters<their5.Socket[M]>>;
    }[Method];
    same<Each, true>(true);
    type Value = ReturnType<their5.Socket["getsockopt"]>;
    same<ReturnType<our5.Socket["getsockopt"]>, Value>(true);
  },
};

/** The rest: functions, constants, and the types beside the classes. */
export const OTHERS: Record<string, () => void> = {
  "every name": () => {
    same<keyof typeof ours, Exclude<keyof typeof theirs, "default" | "module.exports">>(true);
  },
  "functions and constants": () => {
    same<typeof ours.version, typeof theirs.version>(true);
    same<typeof ours.curveKeyPair, typeof theirs.curveKeyPair>(true);
    same<typeof ours.capability, typeof theirs.capability>(true);
  },
  "messages": () => {
    same<ours.Message, theirs.Message>(true);
    same<ours.MessageLike, theirs.MessageLike>(true);
    same<Differing<ours.Readable, theirs.Readable>, never>(true);
    same<Differing<ours.Writable, theirs.Writable>, never>(true);
    same<keyof ours.Readable, keyof theirs.Readable>(true);
    same<keyof ours.Writable, keyof theirs.Writable>(true);
  },
  "events": () => {
    same<ours.EventType, theirs.EventType>(true);
    same<ours.Event, theirs.Event>(true);
    type Each = {
      [E in ours.EventType]: Same<ours.EventOfType<E>, theirs.EventOfType<E>>;
    }[ours.EventType];
    same<Each, true>(true);
    same<keyof ours.EventSubscriber, keyof theirs.EventSubscriber>(true);
  },
  "connecting": () => {
    same<ours.RouterConnectOptions, theirs.RouterConnectOptions>(true);
    same<ours.StreamConnectOptions, theirs.StreamConnectOptions>(true);
  },
};

/** What zeromq.js's users write, and what mustn't compile. */
export const PROGRAMS: Record<string, () => unknown> = {
  "options, in the constructor and later": () => {
    const context = new ours.Context({ ioThreads: 1, ipv6: true });
    context.threadPriority = 4;
    const socket = new ours.Dealer({
      context,
      sendTimeout: 200,
      probeRouter: true,
      routingId: "foobar",
    });
    const router = new ours.Router();
    if (router.type === 6) console.log(router.type);
    return [socket.context, socket.sendTimeout, socket.routingId];
  },
  "addresses": async () => {
    const socket = new ours.Router();
    await socket.bind("tcp://foobar");
    await socket.unbind("tcp://foobar");
    socket.connect("tcp://foobar");
    socket.connect("tcp://foobar", { routingId: "remote_id" });
    socket.disconnect("tcp://foobar");
    socket.close();
  },
  "messages": async () => {
    const socket = new ours.Router();
    for await (const [p1, p2] of socket) return [p1.toString(), p2];
    const [part1, part2] = await socket.receive();
    await socket.send([part1, part2]);
    await socket.send([null, Buffer.from("x"), "y", 5]);
    const stream = new ours.Stream();
    const [id, data] = await stream.receive();
    await stream.send([id, data]);
    // @ts-expect-error -- an id, and bytes
    await stream.send("x");
    // @ts-expect-error -- a Pull doesn't send
    new ours.Pull().send("x");
    // @ts-expect-error -- a Push doesn't receive
    return new ours.Push().receive();
  },
  "events by name, and by type": async () => {
    const socket = new ours.Router();
    socket.events.on("bind", (details) => details.address);
    socket.events.off("bind", (details) => details.address);
    socket.events.on("connect:retry", (details) => details.interval.toFixed());
    socket.events.on("accept:error", ({ error }) => [error.code, error.errno]);
    // @ts-expect-error -- no event has this name
    socket.events.on("nonsense", () => {});
    for await (const event of socket.events) {
      switch (event.type) {
        case "end":
        case "unknown":
          // @ts-expect-error -- these have no address
          console.log(event.address);
          break;
        case "connect:retry":
          console.log(event.interval, event.address);
          break;
        case "handshake:error:auth":
          console.log(event.error.status);
          break;
        default:
          console.log(event.address);
      }
    }
  },
  "proxies": async () => {
    const proxy = new ours.Proxy(new ours.Router(), new ours.Dealer());
    await proxy.run();
    proxy.pause();
    proxy.resume();
    proxy.terminate();
    return [proxy.frontEnd satisfies ours.Router, proxy.backEnd satisfies ours.Dealer];
  },
  "what can only be read": () => {
    const socket = new ours.Router();
    // @ts-expect-error -- read only
    socket.type = 4;
    // @ts-expect-error -- read only
    socket.closed = true;
    // @ts-expect-error -- there is no such option
    return new ours.Router({ nonsense: 1 });
  },
  "protected members, from a class of one's own": () =>
    class extends ours.Socket {
      constructor() {
        super(1);
      }
      get mark() {
        return this.getInt32Option(23);
      }
    },
  "version 5": () => {
    const socket = our5Default.socket("dealer", { identity: "anna", mine: 1 });
    const address: string = socket.last_endpoint;
    socket.on("message", (id, ...rest) => socket.send([id, ...rest]));
    socket.connect(address).setsockopt("linger", 0).monitor();
    socket.send("x", our5Default.ZMQ_SNDMORE).send(["y", null], null, (error) => error?.message);
    socket.mine = socket.getsockopt(our5Default.ZMQ_EVENTS);
    class Derived extends our5Default.Socket {}
    our5Default.proxy(new Derived("xpub"), new Derived("xsub"));
    // @ts-expect-error -- no socket has this type
    our5Default.socket("nonsense");
    // @ts-expect-error -- an address is text
    socket.connect(5555);
    // @ts-expect-error -- no option has this name
    socket.setsockopt("nonsense", 1);
  },
};
