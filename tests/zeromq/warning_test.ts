import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Dealer, Request, Router, type Socket, Subscriber, XPublisher } from "../../zeromq.ts";
import { using, warningsOf } from "./support.ts";

const LATE = "Socket option will not take effect until next connect/bind.";

Deno.test("a socket that's bound or connected warns of options that come too late, once each", async () => {
  await using(new Dealer(), async (socket) => {
    assertEquals(await warningsOf(() => socket.routingId = "first"), []);
    socket.connect("inproc://no-one");
    assertEquals(await warningsOf(() => socket.routingId = "asdf"), [LATE]);
  });
  await using(new Dealer(), async (socket) => {
    const bound = socket.bind("inproc://late");
    assertEquals(await warningsOf(() => socket.routingId = "during"), [LATE]);
    await bound;
    assertEquals(await warningsOf(() => socket.routingId = "after"), [LATE]);
    await socket.unbind("inproc://late");
    assertEquals(await warningsOf(() => socket.routingId = "free"), []);
  });
});

Deno.test("options that take effect at once don't warn", async () => {
  const at = (socket: Socket) => socket.connect("inproc://no-one");
  const warnings = await warningsOf(async () => {
    await using(new Subscriber(), (socket) => {
      at(socket);
      socket.subscribe("a");
      socket.unsubscribe("a");
      socket.receiveHighWaterMark = socket.receiveTimeout = socket.linger = 5;
    });
    await using(new Request(), (socket) => {
      at(socket);
      socket.probeRouter = socket.correlate = socket.relaxed = true;
      socket.sendTimeout = socket.sendHighWaterMark = 5;
    });
    await using(new Router(), (socket) => {
      at(socket);
      socket.mandatory = socket.handover = true;
    });
    await using(new XPublisher(), (socket) => {
      at(socket);
      socket.verbosity = "allSubs";
      socket.verbosity = "allSubsUnsubs";
      socket.verbosity = null;
    });
  });
  assertEquals(warnings, []);
});
