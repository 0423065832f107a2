import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { EventEmitter } from "node:events";
import { inherits } from "node:util";
import zmq, { type Socket, type SocketType } from "../../zeromq_v5_compat.ts";
import { eachTransport } from "../socket/support.ts";
import { BLOCKED, EBADF, throwsShape, TypeErrorWith, untyped } from "./support.ts";
import { called, messages, next, withSocket, withSockets } from "./v5_support.ts";

const TYPES: Record<SocketType, number> = {
  pair: zmq.ZMQ_PAIR,
  pub: zmq.ZMQ_PUB,
  sub: zmq.ZMQ_SUB,
  req: zmq.ZMQ_REQ,
  rep: zmq.ZMQ_REP,
  dealer: zmq.ZMQ_DEALER,
  xreq: zmq.ZMQ_XREQ,
  router: zmq.ZMQ_ROUTER,
  xrep: zmq.ZMQ_XREP,
  pull: zmq.ZMQ_PULL,
  push: zmq.ZMQ_PUSH,
  xpub: zmq.ZMQ_XPUB,
  xsub: zmq.ZMQ_XSUB,
  stream: zmq.ZMQ_STREAM,
};

Deno.test("each type has a socket, an EventEmitter, which keeps its type's name", async () => {
  for (const [type, number] of Object.entries(TYPES) as [SocketType, number][]) {
    await withSocket(type, (socket) => {
      assert(socket instanceof zmq.Socket && socket instanceof EventEmitter);
      assertEquals([socket.type, socket.getsockopt(zmq.ZMQ_TYPE)], [type, number]);
      assertEquals([socket.constructor, zmq.Socket.name], [zmq.Socket, "Socket"]);
    });
  }
});

Deno.test("another type is refused", () => {
  for (const type of ["nonsense", "toString", undefined, 3]) {
    throws(() => zmq.socket(untyped(type)), {
      name: "Error",
      message: `Invalid socket type: ${type}`,
    });
  }
});

Deno.test("socket and createSocket are one function, which sets options and keeps other properties", () => {
  assertEquals(zmq.createSocket, zmq.socket);
  const given = Object.create({ linger: 5 }); // what is inherited is no option
  Object.assign(given, { backlog: 30, identity: "anna", mine: true });
  const socket = zmq.socket("req", given);
  assertEquals([socket.backlog, socket.identity, socket.mine], [30, "anna", true]);
  assertEquals(socket.linger, -1);
  assertEquals(Object.hasOwn(socket, "backlog"), false);
  socket.close();
  zmq.socket("req", untyped(null)).close();
});

Deno.test("close and closed: twice is once, and afterwards calls throw", () => {
  const socket = zmq.socket("push");
  assertEquals([socket.closed, socket.close(), socket.closed], [false, socket, true]);
  socket.close();
  throwsShape(() => socket.bindSync("inproc://x"), { ...EBADF, ...{} });
  throwsShape(() => socket.connect("inproc://x"), EBADF);
  throwsShape(() => socket.bind("inproc://x"), EBADF);
});

for (const over of eachTransport("tcp", "inproc")) {
  Deno.test(
    over(
      "bind and unbind call back, and are events",
      (address) =>
        withSocket("rep", async (rep) => {
          const bound = next(rep, "bind");
          const told = called((callback) => assertEquals(rep.bind(address, callback), rep));
          assertEquals([await bound, await told], [[address], undefined]);
          const where = rep.last_endpoint;
          const unbound = next(rep, "unbind");
          const again = called((callback) => assertEquals(rep.unbind(where, callback), rep));
          assertEquals([await unbound, await again], [[where], undefined]);
        }),
    ),
  );

  Deno.test(
    over(
      "requests are answered, as many as there are",
      (address) =>
        withSockets(["rep", "req"], async (rep, req) => {
          rep.on("message", (part) => rep.send(`${part} back`));
          const replies = messages(req, 10);
          for (let i = 0; i < 10; i++) {
            req.send(i);
          }
          assertEquals(await replies, Array.from({ length: 10 }, (_, i) => [`${i} back`]));
        }, address),
    ),
  );

  Deno.test(
    over(
      "a sub hears what begins with its subscriptions",
      (address) =>
        withSockets(["xpub", "sub"], async (xpub, sub) => {
          const subscriptions = messages(xpub, 2);
          assertEquals(sub.subscribe("js").subscribe("luna"), sub);
          assertEquals(await subscriptions, [["\x01js"], ["\x01luna"]]);
          const heard = messages(sub, 2);
          for (const text of ["js is cool", "ruby is meh", "luna is cool too"]) {
            xpub.send(text);
          }
          assertEquals(await heard, [["js is cool"], ["luna is cool too"]]);
          const unsubscribed = messages(xpub, 1);
          assertEquals(sub.unsubscribe("luna"), sub);
          assertEquals(await unsubscribed, [["\x00luna"]]);
        }, address),
    ),
  );
}

Deno.test("where a bind or an unbind fails the callback has the error, or an event", () =>
  withSocket("rep", async (rep) => {
    const error = await called((callback) => rep.bind("foo-bar", callback)) as Error;
    const shape = { ...error, message: error.message };
    assertEquals(shape, {
      message: "Invalid argument",
      code: "EINVAL",
      errno: 22,
      address: "foo-bar",
    });
    rep.bind("foo-bar");
    assertEquals(String((await next(rep, "error"))[0]), "Error: Invalid argument");
    const missing = await called((cb) => rep.unbind("tcp://127.0.0.1:1", cb)) as Error;
    assertEquals(missing.message, "No such endpoint");
    rep.unbind("tcp://127.0.0.1:1");
    assertEquals(String((await next(rep, "error"))[0]), "Error: No such endpoint");
  }));

Deno.test("misuse throws at once", () =>
  withSocket("rep", async (rep) => {
    throws(() => untyped(rep).bind(), TypeErrorWith("Address must be a string"));
    throws(() => rep.connect("foo-bar"), { name: "Error", message: "Invalid argument" });
    throws(() => rep.bindSync("foo-bar"), { name: "Error", message: "Invalid argument" });
    throws(() => rep.disconnect("tcp://127.0.0.1:1"), { message: "No such endpoint" });
    throws(() => rep.unbindSync("tcp://127.0.0.1:1"), { message: "No such endpoint" });
    throws(() => rep.subscribe("x"), { name: "Error", message: "Subscriber socket required" });
    throws(() => rep.unsubscribe("x"), { name: "Error", message: "Subscriber socket required" });
    throws(() => rep.read(), {
      name: "Error",
      message: "read() has been removed from compatibility mode; use on('message', ...) instead.",
    });
    const bound = next(rep, "bind");
    rep.bind("inproc://v5-socket-blocked");
    throwsShape(() => rep.bind("inproc://v5-socket-other"), BLOCKED);
    await bound;
  }));

Deno.test("connect and disconnect return the socket, bindSync and unbindSync nothing", () =>
  withSocket("rep", (rep) =>
    withSocket("req", (req) => {
      assertEquals(rep.bindSync("tcp://127.0.0.1:*"), undefined);
      const address = rep.last_endpoint;
      assertEquals(req.connect(address).disconnect(address), req);
      assertEquals(rep.unbindSync(address), undefined);
    })));

Deno.test("a stream socket answers a client that speaks plain TCP", () =>
  withSocket("stream", async (stream) => {
    stream.on("message", (id, bytes) => {
      if (bytes.length > 0) stream.send([id, String(bytes).toUpperCase()]);
    });
    stream.bindSync("tcp://127.0.0.1:*");
    const port = Number(new URL(stream.last_endpoint).port);
    using client = await Deno.connect({ port });
    await client.write(new TextEncoder().encode("hello"));
    const reply = new Uint8Array(5);
    assertEquals([await client.read(reply), new TextDecoder().decode(reply)], [5, "HELLO"]);
  }));

Deno.test("a class can derive from Socket", async () => {
  class Echo extends zmq.Socket {
    constructor() {
      super("rep");
      this.on("message", (...parts) => this.send(parts));
    }
  }
  const echo = new Echo();
  echo.bindSync("inproc://v5-socket-class");
  await withSocket("req", async (req) => {
    req.connect("inproc://v5-socket-class");
    const reply = messages(req, 1);
    req.send("hello");
    assertEquals(await reply, [["hello"]]);
  });
  assert(echo instanceof zmq.Socket && echo.constructor === Echo);
  echo.close();
});

Deno.test("constructors of old derive from Socket by util.inherits and a call", async () => {
  interface Old extends Socket {
    sent: number;
  }
  function Old(this: Old, type: SocketType) {
    zmq.Socket.call(this, type);
    this.sent = 0;
  }
  inherits(Old, zmq.Socket);
  Old.prototype.send = function (this: Old, ...rest: Parameters<Socket["send"]>) {
    this.sent++;
    return zmq.Socket.prototype.send.apply(this, rest);
  };
  const old = new (untyped(Old))("req") as Old;
  assert(old instanceof zmq.Socket && old instanceof EventEmitter && old instanceof Old);
  await withSocket("rep", async (rep) => {
    rep.on("message", (part) => rep.send(`${part} back`));
    rep.bindSync("inproc://v5-socket-old");
    old.connect("inproc://v5-socket-old");
    const reply = messages(old, 1);
    old.send("hello");
    assertEquals([await reply, old.sent, old.type], [[["hello back"]], 1, "req"]);
  });
  old.close();
});

Deno.test("sockets whose prototype is a socket itself have listeners of their own", () => {
  function Old(this: Socket, type: SocketType) {
    zmq.Socket.call(this, type);
  }
  Old.prototype = zmq.socket("push");
  const [one, other] = ["pull", "pull"].map((type) => new (untyped(Old))(type) as Socket);
  one.on("message", () => {});
  assertEquals([one, other].map((socket) => socket.listenerCount("message")), [1, 0]);
  for (const socket of [one, other, Old.prototype]) socket.close();
});

Deno.test("a prototype that derives from Socket's has a constructor of its own by assignment", () => {
  const flags = { writable: true, enumerable: false, configurable: true };
  const own = Object.getOwnPropertyDescriptor(zmq.Socket.prototype, "constructor");
  assertEquals(own, { value: zmq.Socket, ...flags });
  const derived = Object.create(zmq.Socket.prototype);
  derived.constructor = Array;
  assertEquals(derived.constructor, Array);
});

Deno.test("Socket without new, for no object of its own, is a TypeError", () => {
  const message = "Class constructor Socket cannot be invoked without 'new'";
  throws(() => untyped(zmq.Socket)("req"), TypeErrorWith(message));
  throws(() => untyped(zmq.Socket).call({}, "req"), TypeErrorWith(message));
});
