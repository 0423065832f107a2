import { deepStrictEqual as assertEquals, strictEqual } from "node:assert/strict";
import { Context, Dealer, Subscriber, XPublisher } from "../../zeromq.ts";
import { handleOf } from "../../socket/handle.ts";
import { zmqSteerable } from "../../ffi/proxying.ts";
import { Alarm } from "../../poller/alarm.ts";
import { Proxy } from "../../proxy.ts";
import { openDescriptors } from "../fds.ts";
import { run } from "../program.ts";
import { Reported } from "../reported.ts";
import { eachTransport, onLinux } from "../socket/support.ts";
import { soon, STUCK, turnsUntil } from "../waiting.ts";
import { captured, observing, untyped, using } from "./support.ts";

zmqSteerable(); // a table that is bound within a test is a leak to the sanitizers

/** The ways from a connect to the first look at the events, all within a turn. */
const WAYS: [what: string, between: (socket: Subscriber) => Promise<void> | void][] = [
  ["at once", () => {}],
  ["after a subscription", (socket) => socket.subscribe()],
  ["after a microtask", () => Promise.resolve()],
];

for (const [what, between] of WAYS) {
  for (const over of eachTransport("tcp", "ipc")) {
    Deno.test(over(
      `who connects, and listens ${what}, hears of the connection, a hundred times of a hundred`,
      async (address) => {
        await using(new XPublisher(), async (peer) => {
          await peer.bind(address);
          for (let i = 0; i < 100; i++) {
            const socket = new Subscriber();
            socket.connect(peer.lastEndpoint!);
            const time = between(socket);
            if (time !== undefined) await time;
            const connected = captured(socket, "connect");
            assertEquals(await soon(connected, `the connection ${i}`), {
              type: "connect",
              address: peer.lastEndpoint,
            });
            const ended = captured(socket, "end");
            socket.close();
            await soon(ended);
          }
        });
      },
    ));
  }
}

Deno.test("a hundred sockets that connect, and are listened to only then, all hear of it", async () => {
  await using(new XPublisher(), async (peer) => {
    await peer.bind("tcp://127.0.0.1:*");
    const sockets = Array.from({ length: 100 }, () => new Subscriber());
    for (const socket of sockets) socket.connect(peer.lastEndpoint!);
    const heard = sockets.map((socket) => captured(socket, "connect"));
    await soon(Promise.all(heard));
    const ended = sockets.map((socket) => captured(socket, "end"));
    for (const socket of sockets) socket.close();
    await soon(Promise.all(ended));
  });
});

Deno.test("a socket that a native proxy has by the end of its connect's turn keeps its monitor, and ends nothing", async () => {
  using reported = new Reported();
  const [front, back] = [new Dealer(), new Dealer()];
  await front.bind("inproc://early-front");
  back.connect("tcp://127.0.0.1:1");
  using proxy = new Proxy(front as never, back as never, { native: true });
  const running = proxy.run();
  // By then the turn is over: alarms ring in their order.
  await new Promise<void>((resolve) => new Alarm(resolve).set(performance.now() + 5));
  proxy.terminate({ timeout: 0 });
  await soon(running);
  assertEquals([front.closed, back.closed, reported.errors], [true, true, []]);
});

Deno.test("the first socket of a program hears of its connection, ten times of ten", async () => {
  await using(new XPublisher(), async (peer) => {
    await peer.bind("tcp://127.0.0.1:*");
    for (let i = 0; i < 10; i++) {
      const { stdout, stderr } = await run(
        `import { Subscriber } from "$ROOT/zeromq.ts";
        const socket = new Subscriber();
        socket.connect("${peer.lastEndpoint}");
        socket.events.on("connect", ({ type }) => {
          console.log(type);
          clearTimeout(late);
          socket.close();
        });
        const late = setTimeout(() => socket.close(), ${STUCK});`,
      );
      assertEquals([stdout, stderr], ["connect\n", ""]);
    }
  });
});

Deno.test(onLinux("who doesn't listen has no monitor after the turn", async () => {
  await using(new XPublisher(), async (peer) => {
    await peer.bind("tcp://127.0.0.1:*");
    await using(new Subscriber(), async (socket) => {
      const eventfds = () => openDescriptors().filter((one) => one.includes("eventfd")).length;
      const before = eventfds();
      socket.connect(peer.lastEndpoint!);
      await turnsUntil(() => handleOf(socket).monitor === undefined, "the end of the monitor");
      await turnsUntil(() => eventfds() <= before, "the end of its sockets");
      // And later connects are heard again.
      socket.connect(peer.lastEndpoint!);
      const ended = captured(socket, "end");
      socket.close();
      await soon(ended);
    });
  });
}));

Deno.test("sockets that connect leave a context its places for the program's own", () => {
  const opened = (connects: boolean) => {
    const context = new Context({ maxSockets: 12 });
    const sockets: Dealer[] = [];
    try {
      for (;;) {
        const socket = new Dealer({ context, linger: 0 });
        sockets.push(socket);
        if (connects) socket.connect("tcp://127.0.0.1:9");
      }
    } catch (error) {
      strictEqual((error as { code?: string }).code, "EMFILE");
    }
    for (const socket of sockets) socket.close();
    return sockets.length;
  };
  strictEqual(opened(true), opened(false));
});

Deno.test("the events of a bound socket were refused where sockets that had connected in the same turn took the last places", async () => {
  const context = new Context({ maxSockets: 10 });
  const peer = new XPublisher({ context });
  const sockets = [0, 1, 2].map(() => new Subscriber({ context }));
  await peer.bind("tcp://127.0.0.1:*");
  for (const socket of sockets) socket.connect(peer.lastEndpoint!);
  const ended = captured(peer, "end");
  for (const socket of [peer, ...sockets]) socket.close();
  await soon(ended);
});

Deno.test("a socket that is closed in the turn of its connect leaves no monitor behind", async () => {
  await observing(new XPublisher(), async (peer) => {
    await peer.bind("tcp://127.0.0.1:*");
    const socket = new Subscriber();
    socket.connect(peer.lastEndpoint!);
    const { monitor } = handleOf(socket);
    socket.close();
    strictEqual(untyped(monitor).finished, true);
  });
});

Deno.test("over inproc, which has no events, a connect begins no monitor", async () => {
  await using(new Dealer(), (socket) => {
    socket.connect("inproc://no-one");
    strictEqual(handleOf(socket).monitor, undefined);
  });
});
