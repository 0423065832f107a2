import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { PARTICULAR } from "../../socket/options_table.ts";
import { Dealer, Publisher, Router, XSubscriber } from "../../zeromq.ts";
import { throwsShape, untyped, using } from "./support.ts";

const EINVAL = { message: "Invalid argument", code: "EINVAL", errno: 22 };
const ID = "åbçdéfghïjk";

const BY_NUMBER: [kind: string, option: number, before: unknown, ...values: unknown[]][] = [
  ["Bool", 39, false, true, false],
  ["Int32", 19, 100, 75],
  ["Uint32", 57, 0, 75],
  ["Int64", 22, -1, 0xffffffffffff],
  ["Uint64", 4, 0, 0xffffffffffff],
  ["String", 5, null, ID],
  ["String", 68, null, "foo", null],
  ["Int32", 27, -1, 20],
  ["Int32", 28, -1, 20],
];
for (const [kind, option, before, ...values] of BY_NUMBER) {
  Deno.test(`get${kind}Option and set${kind}Option work on the option ${option}`, async () => {
    await using(untyped(new Dealer()), (socket) => {
      assertEquals(socket[`get${kind}Option`](option), before);
      for (const value of values) {
        socket[`set${kind}Option`](option, value);
        assertEquals(socket[`get${kind}Option`](option), value);
      }
    });
  });
}

Deno.test("an option with fewer bytes than the number as which it was read was undefined, or threw a RangeError", async () => {
  await using(untyped(new Dealer()), (socket) => {
    // A routing id, which is empty, and then of three bytes; and the empty text of a domain, with its NUL.
    assertEquals([socket.getInt32Option(5), socket.getUint64Option(5)], [0, 0]);
    assertEquals([socket.getBoolOption(5), socket.getBoolOption(55)], [false, false]);
    assertEquals([socket.getInt32Option(55), socket.getInt64Option(55)], [0, 0]);
    socket.routingId = "\x01\x02\x03";
    assertEquals([socket.getInt32Option(5), socket.getInt64Option(5)], [0x30201, 0x30201]);
  });
});

Deno.test("an option below 0 is a number above 2 ** 31 where it's read as one without a sign", async () => {
  await using(untyped(new Dealer()), (socket) => {
    assertEquals([socket.getInt32Option(17), socket.getUint32Option(17)], [-1, 2 ** 32 - 1]);
  });
});

Deno.test("an option that libzmq doesn't know, or doesn't read: EINVAL", async () => {
  await using(untyped(new Router()), (socket) => {
    throwsShape(() => socket.getInt32Option(9999), EINVAL);
    throwsShape(() => socket.setInt32Option(9999, 1), EINVAL);
    throwsShape(() => socket.mandatory, EINVAL);
    throwsShape(() => socket.tcpAcceptFilter, EINVAL);
    throwsShape(() => socket.sendTimeout = -5, EINVAL);
  });
});

Deno.test("an option of which libzmq reads four bytes, however many there are, takes four", async () => {
  await using(untyped(new XSubscriber()), (socket) => {
    const { number } = PARTICULAR.verboseUnsubscribe;
    for (const value of ["", "abc", "abcde"]) {
      throwsShape(() => socket.setStringOption(number, value), EINVAL);
    }
  });
});

Deno.test("options of a closed socket: ENOTSOCK", () => {
  const socket = new Dealer();
  socket.close();
  const shape = {
    message: "Socket operation on non-socket",
    code: "ENOTSOCK",
    errno: Deno.build.os === "linux" ? 88 : 38,
  };
  throwsShape(() => socket.linger, shape);
  throwsShape(() => socket.linger = 5, shape);
  throwsShape(() => socket.lastEndpoint, shape);
  throwsShape(() => socket.routingId, shape);
  throwsShape(() => socket.maxMessageSize, shape);
});

Deno.test("readable and writable go the engine's way when asked for by number", async () => {
  await using(untyped(new Publisher()), (socket) => {
    assertEquals(socket.getInt32Option(15), 2);
  });
});
