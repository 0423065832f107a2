import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import * as zmq from "../../zeromq.ts";
import { futureAddress } from "../socket/support.ts";
import { throwsShape, TypeErrorWith, untyped, using } from "./support.ts";
import { STUCK, turn } from "../waiting.ts";

const { Context, context, Dealer, Router, Socket, Stream } = zmq;
const EINVAL = { message: "Invalid argument", code: "EINVAL", errno: 22 };

for (const type of [37, 4591, ...(zmq.capability.draft ? [] : [14])]) {
  Deno.test(`the type ${type} is tried before any option is set`, () => {
    throwsShape(() => new (untyped(Socket))(type, new Context()), EINVAL);
    throwsShape(() => new (untyped(Socket))(type, { nonsense: 1 }), EINVAL);
  });
}

for (const value of [{}, undefined, null, 5]) {
  Deno.test(`a socket's context can't be ${JSON.stringify(value)}`, () => {
    throwsShape(() => new (untyped(Dealer))({ context: value }), { message: "Invalid argument" });
  });
}

Deno.test("a socket is in the default context, or in the one that's given", async () => {
  const own = new Context();
  await using(new Dealer(), (socket) => assertEquals(socket.context, context));
  await using(new Dealer({ context: own }), (socket) => assertEquals(socket.context, own));
});

Deno.test("what sends and receives can be replaced, and isn't listed, as what a class declares", () => {
  for (const name of ["send", "receive", Symbol.asyncIterator]) {
    const { value, ...flags } = Object.getOwnPropertyDescriptor(Socket.prototype, name)!;
    assertEquals(typeof value, "function");
    assertEquals(flags, { writable: true, enumerable: false, configurable: true });
  }
});

Deno.test("a socket that is closed has no context any more", () => {
  const socket = new Dealer();
  socket.close();
  assertEquals(untyped(socket.context), undefined);
});

Deno.test("the object with the options is left as it is", async () => {
  const options = { context, linger: 0 };
  await using(new Dealer(options), () => assertEquals(options, { context, linger: 0 }));
});

Deno.test("Socket can be derived from, with its halves and its protected members", async () => {
  class MyPair extends Socket {
    constructor(options?: { context: zmq.Context }) {
      super(0, options);
    }
    get mark(): number {
      return this.getInt32Option(23);
    }
  }
  await using(new MyPair({ context }), async (socket) => {
    assert(socket instanceof Socket);
    assertEquals([socket.mark, socket.type, socket.context], [1000, 0, context]);
    await using(new zmq.Pair(), async (peer) => {
      await socket.bind("inproc://derived");
      peer.connect("inproc://derived");
      await untyped(socket).send("there");
      await peer.send("back");
      assertEquals(`${await peer.receive()}, ${await untyped(socket).receive()}`, "there, back");
    });
  });
});

Deno.test("options are set by the constructor", async () => {
  await using(new Dealer({ recoveryInterval: 5, sendTimeout: 7, routingId: "me" }), (socket) => {
    assertEquals([socket.recoveryInterval, socket.sendTimeout, socket.routingId], [5, 7, "me"]);
  });
});

const REFUSED: [options: unknown, message: string][] = [
  [{ recoveryInterval: "hello" }, "Option value must be a number"],
  [{ recoveryInterval: undefined }, "Option value must be a number"],
  [{ immediate: 1 }, "Option value must be a boolean"],
  [{ routingId: 5 }, "Option value must be a string or buffer"],
  [
    { securityMechanism: 1 },
    "Cannot set property securityMechanism of #<Socket> which has only a getter",
  ],
  [{ closed: true }, "Cannot set property closed of #<Socket> which has only a getter"],
  [{ doesNotExist: 1 }, "Cannot add property doesNotExist, object is not extensible"],
];
for (const [options, message] of REFUSED) {
  const [name] = Object.keys(options as object);
  Deno.test(`new Dealer with ${name}: ${message}`, () => {
    throws(() => new Dealer(untyped(options)), TypeErrorWith(message));
  });
  const [value] = Object.values(options as object);
  Deno.test(`the same when ${name} is set to ${value} later`, async () => {
    await using(new Dealer(), (socket) => {
      throws(() => untyped(socket)[name] = value, TypeErrorWith(message));
    });
  });
}

Deno.test("sockets beyond the context's maximum: EMFILE", () => {
  const small = new Context({ maxSockets: 3 });
  const sockets: zmq.Dealer[] = [];
  try {
    throwsShape(() => {
      for (let i = 0; i < 10; i++) sockets.push(new Dealer({ context: small }));
    }, { message: "Too many open file descriptors", code: "EMFILE", errno: 24 });
  } finally {
    for (const socket of sockets) socket.close();
  }
  assert(sockets.length > 0);
});

Deno.test("a socket whose options are refused is closed", async () => {
  const small = new Context({ maxSockets: 3 });
  // One that stayed open would take a place for good; one that was closed frees it a moment later.
  let refused = 0;
  const limit = performance.now() + STUCK;
  while (refused < 10) {
    assert(performance.now() < limit, `after ${refused} there was no place left`);
    try {
      new Dealer(untyped({ context: small, nonsense: 1 }));
    } catch (error) {
      if (error instanceof TypeError) refused++;
      else assertEquals(untyped(error).code, "EMFILE");
    }
    await turn();
  }
});

Deno.test("connect of Routers and Streams takes options, the others' only an address", async () => {
  for (const Class of [Router, Stream]) {
    await using(new Class({ linger: 0 }), (socket) => {
      socket.connect(futureAddress(), { routingId: "peer" });
    });
  }
  await using(new Dealer(), (socket) => {
    throws(
      () => untyped(socket).connect("inproc://somewhere", {}),
      TypeErrorWith("Expected 1 argument but received 2"),
    );
  });
});
