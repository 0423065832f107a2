import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { Dealer, Router } from "../../zeromq.ts";
import { eachTransport, futureAddress } from "../socket/support.ts";
import { EBADF, rejectsShape, throwsShape, untyped, using } from "./support.ts";
import { soon } from "../waiting.ts";

const BAD: [address: string, shape: { message: string; code: string; errno: number }][] = [
  ["foo-bar", { message: "Invalid argument", code: "EINVAL", errno: 22 }],
  [
    "foo://bar",
    {
      message: "Protocol not supported",
      code: "EPROTONOSUPPORT",
      errno: Deno.build.os === "linux" ? 93 : 43,
    },
  ],
];
const NOWHERE = { message: "No such endpoint", code: "ENOENT", errno: 2 };

for (const [address, shape] of BAD) {
  Deno.test(`an address like ${address} is refused everywhere, and named in the error`, async () => {
    await using(new Dealer(), async (socket) => {
      await rejectsShape(socket.bind(address), { ...shape, address });
      await rejectsShape(socket.unbind(address), { ...shape, address });
      throwsShape(() => socket.connect(address), { ...shape, address });
      throwsShape(() => socket.disconnect(address), { ...shape, address });
      throwsShape(() => socket.bindSync(address), { ...shape, address });
      throwsShape(() => socket.unbindSync(address), { ...shape, address });
    });
  });
}

for (const over of eachTransport()) {
  Deno.test(over("what isn't bound or connected can't be taken back: ENOENT", async (address) => {
    const place = futureAddress(address);
    await using(new Dealer(), async (socket) => {
      await rejectsShape(socket.unbind(place), { ...NOWHERE, address: place });
      throwsShape(() => socket.disconnect(place), { ...NOWHERE, address: place });
      throwsShape(() => socket.unbindSync(place), { ...NOWHERE, address: place });
    });
  }));

  Deno.test(
    over("bind and unbind take effect, and so do connect and disconnect", async (address) => {
      await using(new Dealer(), async (socket) => {
        assertEquals(await socket.bind(address), undefined);
        const place = socket.lastEndpoint!;
        await using(new Dealer(), (peer) => {
          peer.connect(place);
          peer.disconnect(place);
        });
        assertEquals(await socket.unbind(place), undefined);
        await rejectsShape(socket.unbind(place), { ...NOWHERE, address: place });
      });
    }),
  );

  Deno.test(over("bindSync and unbindSync do so on the spot", async (address) => {
    await using(new Dealer(), async (socket) => {
      socket.bindSync(address);
      const place = socket.lastEndpoint!;
      await using(new Dealer(), async (peer) => {
        peer.connect(place);
        await peer.send("x");
        assertEquals(`${await soon(socket.receive())}`, "x");
      });
      socket.unbindSync(place);
      throwsShape(() => socket.unbindSync(place), { ...NOWHERE, address: place });
    });
  }));
}

Deno.test("an address in use: EADDRINUSE", async () => {
  await using(new Dealer(), async (socket) => {
    await socket.bind("inproc://in-use");
    await using(new Dealer(), async (other) => {
      await rejectsShape(other.bind("inproc://in-use"), {
        message: "Address already in use",
        code: "EADDRINUSE",
        errno: Deno.build.os === "linux" ? 98 : 48,
        address: "inproc://in-use",
      });
    });
  });
});

Deno.test("a bind is pending until the event loop has had its turn", async () => {
  await using(new Dealer(), async (socket) => {
    let done = false;
    const bound = socket.bind("inproc://pending").then(() => done = true);
    for (let i = 0; i < 100; i++) await Promise.resolve();
    assert(!done);
    await bound;
  });
});

for (const over of eachTransport()) {
  Deno.test(over(
    "an operation that waits goes on waiting while the socket is bound",
    async (address) => {
      await using(new Dealer(), async (socket) => {
        const received = socket.receive();
        await socket.bind(address);
        await using(new Dealer(), async (peer) => {
          peer.connect(socket.lastEndpoint!);
          await peer.send("late");
          assertEquals(`${await soon(received)}`, "late");
        });
      });
    },
  ));
}

Deno.test("a name that a socket was bound to is free as soon as it's closed", () => {
  for (let i = 0; i < 500; i++) {
    const socket = new Router();
    socket.bindSync("inproc://once-more");
    socket.close();
  }
});

for (const method of ["bind", "unbind", "bindSync", "unbindSync", "connect", "disconnect"]) {
  Deno.test(`${method} takes one address, a string, and throws otherwise`, async () => {
    await using(untyped(new Dealer()), (socket) => {
      for (const address of [undefined, 5, {}]) {
        throws(() => socket[method](address), {
          name: "TypeError",
          message: "Address must be a string",
        });
      }
      throws(() => socket[method]("inproc://x", 2), {
        name: "TypeError",
        message: "Expected 1 argument but received 2",
      });
    });
  });

  Deno.test(`${method} of a closed socket throws: EBADF`, () => {
    const socket = untyped(new Dealer());
    socket.close();
    throwsShape(() => socket[method]("inproc://x"), EBADF);
  });
}
