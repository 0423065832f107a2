import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { capability } from "../../zeromq.ts";
import type * as Drafts from "../../zeromq_draft.ts";
import { freePortOfUdp } from "../ports.ts";
import { eachTransport } from "../socket/support.ts";
import { freshAddress, join } from "../util.ts";
import { EBADF, rejectsShape, throwsShape, untyped, using, warningsOf } from "./support.ts";
import { soon, turn } from "../waiting.ts";

const EINVAL = { message: "Invalid argument", code: "EINVAL", errno: 22 };

/** Without the draft API, the module can't be imported, and its tests are skipped. */
const ignore = !capability.draft;
let draft = untyped(undefined) as typeof Drafts;
if (!ignore) await warningsOf(async () => draft = await import("../../zeromq_draft.ts"));

/** A test that needs the draft API. */
function drafts(test: Deno.TestDefinition): Deno.TestDefinition {
  return { ...test, ignore };
}

// Tables of foreign functions are bound at first use, which the sanitizers would take for a leak within a test.
if (!ignore) {
  const [server, client] = [new draft.Server(), new draft.Client()];
  await server.bind("inproc://draft-warm-up");
  client.connect("inproc://draft-warm-up");
  await client.send("x");
  const [, from] = await server.receive();
  await server.send("x", from);
  const dish = new draft.Dish();
  dish.join("x");
  for (const socket of [server, client, dish]) socket.close();
}

for (const over of eachTransport()) {
  Deno.test(drafts(over("a Server answers each Client by its number", async (address) => {
    await using(new draft.Server(), async (server) => {
      await using(new draft.Client(), async (one) => {
        await using(new draft.Client(), async (other) => {
          await join(server, one, address);
          other.connect(server.lastEndpoint!);
          const echo = (async () => {
            for await (const [message, { routingId }] of server) {
              assertEquals(typeof routingId, "number");
              await server.send(message, { routingId });
            }
          })();
          for (const client of [one, other]) {
            for (const text of ["foo", "bar"]) {
              await client.send(text);
              const message = await soon(client.receive());
              assertEquals(message, [Buffer.from(text)]);
            }
          }
          server.close();
          await soon(echo);
        });
      });
    });
  })));
}

Deno.test(
  "what a Server is told of the client is checked: at once, or by libzmq",
  { ignore },
  async () => {
    await using(new draft.Server(), async (server) => {
      await server.bind(freshAddress("inproc"));
      const send = untyped(server.send).bind(server);
      throws(() => send(), { name: "TypeError", message: "Message must be present" });
      throws(() => send("x"), { name: "TypeError", message: "Options must be an object" });
      throws(() => send("x", {}, 3), {
        name: "TypeError",
        message: "Expected 2 arguments but received 3",
      });
      throwsShape(() => send("x", {}), EINVAL);
      throwsShape(() => send("x", { routingId: 0 }), EINVAL);
      await rejectsShape(send("x", { routingId: 12345 }), {
        message: "Host unreachable",
        code: "EHOSTUNREACH",
        errno: Deno.build.os === "linux" ? 113 : 65,
      });
      await rejectsShape(send(["x", "y"], { routingId: 12345 }), EINVAL);
      assertEquals(await send([], { routingId: 12345 }), undefined);
    });
  },
);

for (const over of eachTransport()) {
  Deno.test(drafts(over("a Dish receives what goes to its groups", async (address) => {
    await using(new draft.Radio({ linger: 0 }), async (radio) => {
      await using(new draft.Dish(), async (dish) => {
        // What follows a NUL doesn't count.
        dish.join(Buffer.from("fo\0ba"), "ba\0fo");
        dish.leave("fo");
        await join(dish, radio, address);
        let heard = false;
        const sending = (async () => {
          while (!heard) {
            for (const text of ["foo", "bar"]) {
              await radio.send(text, { group: text.slice(0, 2) });
            }
            await turn();
          }
        })();
        const [message, { group }] = await soon(dish.receive());
        heard = true;
        assertEquals([message, group], [Buffer.from("bar"), Buffer.from("ba")]);
        await sending;
      });
    });
  })));
}

Deno.test(
  "groups that can't be joined, left or sent to are refused at once",
  { ignore },
  async () => {
    await using(new draft.Radio(), (radio) => {
      const send = untyped(radio.send).bind(radio);
      throws(() => send("x"), { name: "TypeError", message: "Options must be an object" });
      throwsShape(() => send("x", {}), EINVAL);
      throws(() => send("x", { group: 5 }), TypeError);
    });
    const dish = new draft.Dish();
    dish.join("a", "b");
    throwsShape(() => dish.join("a"), EINVAL);
    throwsShape(() => dish.leave("c"), EINVAL);
    throws(() => dish.join(untyped(5)), {
      name: "TypeError",
      message: "Value must be a string or buffer",
    });
    dish.close();
    throwsShape(() => dish.join("d"), EBADF);
  },
);

Deno.test(
  "a Radio's limit and groups that are too long for udp are as in the library's own interface",
  { ignore },
  async () => {
    const group = "g".repeat(128);
    const tooLong = { name: "RangeError", message: /at most 127 bytes/ };
    await using(new draft.Radio({ linger: 0 }), async (radio) => {
      radio.connect("udp://127.0.0.1:5555");
      assertEquals(radio.maxMessageSize, 260);
      await rejects(async () => await radio.send("x", { group }), tooLong);
    });
    await using(new draft.Dish(), async (dish) => {
      await dish.bind("udp://127.0.0.1:*");
      throws(() => dish.join(group), tooLong);
    });
  },
);

for (const over of eachTransport()) {
  Deno.test(drafts(over("a Scatter's messages go to a Gather, one part each", async (address) => {
    await using(new draft.Scatter(), async (scatter) => {
      await using(new draft.Gather(), async (gather) => {
        await join(gather, scatter, address);
        for (const text of ["foo", "bar"]) {
          await scatter.send(text);
          assertEquals(await soon(gather.receive()), [Buffer.from(text)]);
        }
        await rejectsShape(untyped(scatter).send(["a", "b"]), EINVAL);
        throws(() => untyped(scatter).receive(), /receive is not a function/);
        await rejectsShape(untyped(gather).send("x"), {
          message: "Operation not supported",
          code: "ENOTSUP",
          errno: Deno.build.os === "linux" ? 95 : 45,
        });
      });
    });
  })));
}

Deno.test("a Datagram answers to the address that it has received", { ignore }, async () => {
  await using(new draft.Datagram({ linger: 0 }), async (socket) => {
    const port = await freePortOfUdp();
    await socket.bind(`udp://127.0.0.1:${port}`);
    await socket.send([`127.0.0.1:${port}`, "to myself"]);
    const message = await soon(socket.receive());
    assertEquals(message.map(String), [`127.0.0.1:${port}\0`, "to myself"]);
    await socket.send(message);
    assertEquals(await soon(socket.receive()), message);
  });
});

Deno.test(
  "sockets that several threads may use wait, and are closed, as others are",
  { ignore },
  async () => {
    const socket = new draft.Client({ receiveTimeout: 2, sendTimeout: 2 });
    assertEquals([socket.threadSafe, socket.type], [true, 13]);
    const EAGAIN = {
      message: "Operation was not possible or timed out",
      code: "EAGAIN",
      errno: Deno.build.os === "linux" ? 11 : 35,
    };
    await rejectsShape(socket.receive(), EAGAIN);
    await rejectsShape(socket.send("x"), EAGAIN);
    socket.receiveTimeout = -1;
    const received = socket.receive();
    socket.close();
    await rejectsShape(received, EAGAIN);
  },
);

Deno.test("what sends to a target can be replaced, and isn't listed", { ignore }, () => {
  for (const { prototype } of [draft.Server, draft.Radio]) {
    const { value, ...flags } = Object.getOwnPropertyDescriptor(prototype, "send")!;
    assertEquals(typeof value, "function");
    assertEquals(flags, { writable: true, enumerable: false, configurable: true });
  }
});
