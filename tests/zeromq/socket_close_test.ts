import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { Dealer, Pair, Request } from "../../zeromq.ts";
import { eachTransport } from "../socket/support.ts";
import {
  EAGAIN,
  EBADF,
  EFSM,
  rejectsShape,
  throwsShape,
  untyped,
  using,
  withPairs,
} from "./support.ts";
import { soon } from "../waiting.ts";

Deno.test("close closes, and closing again does nothing", () => {
  const socket = new Dealer();
  assertEquals(socket.closed, false);
  socket.close();
  assertEquals(socket.closed, true);
  socket.close();
  assertEquals(socket.closed, true);
});

Deno.test("close takes no argument", async () => {
  await using(untyped(new Dealer()), (socket) => {
    throws(() => socket.close(1), {
      name: "TypeError",
      message: "Expected 0 arguments but received 1",
    });
  });
});

Deno.test("a send that waits rejects when its socket is closed: EAGAIN", async () => {
  const socket = new Dealer();
  const sent = socket.send("foo");
  socket.close();
  assertEquals(socket.closed, true);
  await rejectsShape(sent, EAGAIN);
});

Deno.test("a receive that waits rejects when its socket is closed: EAGAIN", async () => {
  const socket = new Dealer();
  const received = socket.receive();
  socket.close();
  assertEquals(socket.closed, true);
  await rejectsShape(received, EAGAIN);
});

Deno.test("a receive out of turn rejects when its socket is closed: EFSM", async () => {
  const socket = new Request();
  const received = socket.receive();
  socket.close();
  await rejectsShape(received, EFSM);
});

Deno.test("a message that is there is still received when the socket is closed", async () => {
  await withPairs("inproc://last", async (one, other) => {
    const received = one.receive();
    await other.send("last words");
    one.close();
    assertEquals(`${await received}`, "last words");
  });
});

for (const over of eachTransport()) {
  Deno.test(over("a close during a bind takes place when that's done", async (address) => {
    const socket = new Dealer();
    const bound = socket.bind(address);
    socket.close();
    assertEquals(socket.closed, false);
    await bound;
    assertEquals(socket.closed, true);
  }));
}

Deno.test("a close during a bind that fails takes place as well", async () => {
  const socket = new Dealer();
  const bound = socket.bind("foo-bar");
  socket.close();
  assertEquals(socket.closed, false);
  await bound.then(() => {
    throw new Error("it was bound");
  }, () => {});
  assertEquals(socket.closed, true);
});

for (const over of eachTransport()) {
  Deno.test(over("a close during an unbind takes place when that's done", async (address) => {
    const socket = new Dealer();
    await socket.bind(address);
    const unbound = socket.unbind(socket.lastEndpoint!);
    socket.close();
    assertEquals(socket.closed, false);
    await unbound;
    assertEquals(socket.closed, true);
  }));
}

Deno.test("a closed socket neither sends nor receives: it throws EBADF", () => {
  const socket = new Pair();
  socket.close();
  throwsShape(() => socket.send("x"), EBADF);
  throwsShape(() => socket.receive(), EBADF);
});

Deno.test("a closed socket is neither readable nor writable", () => {
  const socket = new Pair();
  socket.close();
  assertEquals([socket.readable, socket.writable], [false, false]);
});

Deno.test("an iteration ends when its socket is closed while it waits", async () => {
  const socket = new Pair();
  queueMicrotask(() => socket.close());
  for await (const _ of socket) throw new Error("nobody has sent this");
});

Deno.test("an iteration over a closed socket ends at once", async () => {
  const socket = new Pair();
  socket.close();
  const iterator = socket[Symbol.asyncIterator]();
  assertEquals(await iterator.next(), { done: true });
});

Deno.test("an iteration doesn't hide other errors: out of turn, EFSM", async () => {
  const socket = new Request();
  queueMicrotask(() => socket.close());
  await rejectsShape(
    (async () => {
      for await (const _ of socket) throw new Error("nobody has sent this");
    })(),
    EFSM,
  );
});

Deno.test("a socket may be closed from within an iteration over it", async () => {
  await withPairs("inproc://within", async (one, other) => {
    await other.send("x");
    await soon((async () => {
      for await (const _ of one) one.close();
    })());
  });
});
