import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { Dealer, type Event, Observer, Pair, type Socket } from "../../zeromq.ts";
import { eachTransport } from "../socket/support.ts";
import { freshAddress, join } from "../util.ts";
import { captured, EBADF, observing, rejectsShape, throwsShape, untyped } from "./support.ts";
import { soon, turn } from "../waiting.ts";

const NOT_A_SOCKET = {
  message: "Socket operation on non-socket",
  code: "ENOTSOCK",
  errno: Deno.build.os === "linux" ? 88 : 38,
};

/** All events of a socket up to one of a type. */
async function eventsUntil(socket: Socket, type: Event["type"]): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of socket.events) {
    events.push(event);
    if (event.type === type) break;
  }
  return events;
}

Deno.test("a socket's events are the same object each time, an Observer", async () => {
  await observing(new Dealer(), (socket) => {
    assert(socket.events instanceof Observer);
    assertEquals(socket.events, socket.events);
    assertEquals(socket.events.closed, false);
    throws(() => untyped(socket.events).closed = true, {
      name: "TypeError",
      message: "Cannot set property closed of #<Observer> which has only a getter",
    });
  });
});

Deno.test("an Observer is made of a socket that's open", () => {
  throws(() => new (untyped(Observer))(), {
    name: "TypeError",
    message: "Socket must be a socket object",
  });
  throwsShape(() => new Observer(untyped({})), { message: "Invalid argument" });
  const socket = new Dealer();
  socket.close();
  throwsShape(() => socket.events, NOT_A_SOCKET);
  throwsShape(() => new Observer(socket), NOT_A_SOCKET);
});

Deno.test("a closed socket has no events, even if it had some: they can be read where they were kept", async () => {
  const socket = new Dealer();
  const { events } = socket;
  socket.close();
  throwsShape(() => socket.events, NOT_A_SOCKET);
  assertEquals(await soon(events.receive()), { type: "end" });
});

Deno.test("an unconnected socket's only event is its end, which closes the observer", async () => {
  const socket = new Dealer();
  const done = eventsUntil(socket, "end");
  const { events } = socket;
  socket.close();
  assertEquals(await soon(done), [{ type: "end" }]);
  assertEquals(events.closed, true);
  throwsShape(() => events.receive(), EBADF);
});

Deno.test("the end is received also when the socket was closed before", async () => {
  const socket = new Dealer();
  const { events } = socket;
  socket.close();
  assertEquals(await soon(events.receive()), { type: "end" });
  assertEquals(events.closed, true);
});

for (const over of eachTransport("tcp", "ipc")) {
  Deno.test(over(
    "a listener hears of a bind that was called before, in the same turn",
    async (address) => {
      await observing(new Dealer(), async (socket) => {
        const bound = socket.bind(address);
        const event = captured(socket, "bind");
        await bound;
        assertEquals(await soon(event), { type: "bind", address: socket.lastEndpoint });
      });
    },
  ));

  Deno.test(over("both sides hear of their connection, with their address", async (address) => {
    await observing(new Dealer(), async (bound) => {
      await observing(new Dealer(), async (connected) => {
        const accepted = eventsUntil(bound, "handshake");
        const made = eventsUntil(connected, "handshake");
        const place = await join(bound, connected, address);
        const types = [["bind", "accept", "handshake"], ["connect", "handshake"]];
        const told = await soon(Promise.all([accepted, made]));
        for (const [i, events] of told.entries()) {
          const seen = events.filter(({ type }) => types[i].includes(type));
          assertEquals(seen, types[i].map((type) => ({ type, address: place })));
        }
      });
    });
  }));
}

Deno.test("over inproc there is nothing but the end", async () => {
  const bound = new Dealer();
  await observing(new Dealer(), async (connected) => {
    const done = eventsUntil(bound, "end");
    await join(bound, connected, freshAddress("inproc"));
    bound.close();
    assertEquals(await soon(done), [{ type: "end" }]);
  });
});

Deno.test("listeners hear of everything up to the end, and receive throws", async () => {
  const socket = new Dealer();
  const events: Event[] = [];
  const listener = (event: Event) => void events.push(event);
  const { events: observer } = socket;
  assertEquals(observer.on("bind", listener).on("accept", listener), observer);
  observer.on("close", listener).on("end", listener);
  throwsShape(() => observer.receive(), {
    message:
      "Observer is in event emitter mode. After a call to events.on() it is not possible to " +
      "read events with events.receive().",
  });
  const end = captured(socket, "end");
  await observing(new Dealer(), async (peer) => {
    const connected = captured(peer, "connect");
    const done = captured(socket, "handshake");
    const address = await join(socket, peer);
    await soon(Promise.all([connected, done]));
    socket.close();
    await soon(end);
    for (const type of ["bind", "accept", "close"]) {
      assert(
        events.some((event) => event.type === type && untyped(event).address === address),
        type,
      );
    }
    assertEquals(events.at(-1), { type: "end" });
  });
});

Deno.test("a listener that was taken out hears nothing", async () => {
  const socket = new Dealer();
  let heard = 0;
  const listener = () => heard++;
  socket.events.on("end", listener);
  socket.events.off("end", listener);
  const end = captured(socket, "end");
  socket.close();
  await soon(end);
  assertEquals(heard, 0);
});

Deno.test("a listener that an earlier one removes isn't called for the same event", async () => {
  const socket = new Dealer();
  const heard: string[] = [];
  const removed = () => heard.push("removed");
  const { events } = socket;
  events.on("end", () => {
    heard.push("first");
    events.off("end", removed);
    events.on("end", () => heard.push("added"));
  });
  events.on("end", removed);
  events.on("end", () => heard.push("last"));
  const end = captured(socket, "end");
  socket.close();
  await soon(end);
  assertEquals(heard, ["first", "last"]);
});

Deno.test("a listener that was added twice is called twice, and removed once", async () => {
  const socket = new Dealer();
  let heard = 0;
  const listener = () => heard++;
  socket.events.on("end", listener).on("end", listener).on("end", listener);
  socket.events.off("end", listener);
  const end = captured(socket, "end");
  socket.close();
  await soon(end);
  assertEquals(heard, 2);
});

const NOT_LISTENERS: [value: unknown, inWords: string][] = [
  [undefined, "undefined"],
  [null, "null"],
  [5, "type number (5)"],
  ["text", "type string ('text')"],
  [{}, "an instance of Object"],
  [new Map(), "an instance of Map"],
];
for (const [value, inWords] of NOT_LISTENERS) {
  Deno.test(`a listener must be a function, and not ${inWords}: Node's error`, async () => {
    await observing(new Dealer(), ({ events }) => {
      for (const method of ["on", "off"] as const) {
        throws(() => events[method]("bind", untyped(value)), {
          name: "TypeError",
          code: "ERR_INVALID_ARG_TYPE",
          message: `The "listener" argument must be of type function. Received ${inWords}`,
        });
      }
    });
  });
}

Deno.test("a listener that was added twice is removed where it was added last", async () => {
  await observing(new Dealer(), async (socket) => {
    const called: string[] = [];
    const one = () => called.push("one");
    socket.events.on("end", one);
    socket.events.on("end", () => called.push("other"));
    socket.events.on("end", one);
    socket.events.off("end", one);
    const ended = captured(socket, "end");
    socket.close();
    await soon(ended);
    assertEquals(called, ["one", "other"]);
  });
});

Deno.test("another Observer of a socket ends the one before, and hears of what comes", async () => {
  await observing(new Dealer(), async (socket) => {
    const first = new Observer(socket);
    const second = new Observer(socket);
    const types: string[] = [];
    for await (const { type } of first) types.push(type);
    assertEquals(types, ["end"]);
    await socket.bind("tcp://127.0.0.1:*");
    assertEquals((await soon(second.receive())).type, "bind");
    second.close();
  });
});

Deno.test("one receive at a time: EBUSY", async () => {
  const socket = new Dealer();
  const first = socket.events.receive();
  throwsShape(() => socket.events.receive(), {
    message: "Observer is busy reading; only one receive operation may be in progress at any time",
    code: "EBUSY",
    errno: 16,
  });
  socket.close();
  assertEquals(await soon(first), { type: "end" });
});

Deno.test("an observer that is closed lets its socket go on, and its receive rejects", async () => {
  await observing(new Pair(), async (socket) => {
    const { events } = socket;
    const received = events.receive();
    events.close();
    events.close();
    assertEquals(events.closed, true);
    await rejectsShape(received, NOT_A_SOCKET);
    throwsShape(() => events.receive(), EBADF);
    await socket.bind(freshAddress("inproc"));
  });
});

Deno.test("closing an observer with listeners ends them without a word", async () => {
  await observing(new Pair(), async (socket) => {
    socket.events.on("end", () => {
      throw new Error("the socket is open");
    });
    await turn();
    socket.events.close();
    for (let i = 0; i < 3; i++) await turn();
  });
});
