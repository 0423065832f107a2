import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { constants } from "node:os";
import { EVENTS } from "../../ffi/monitoring.ts";
import { Dealer } from "../../zeromq.ts";
import { toEvent } from "../../zeromq/events.ts";
import { captured, observing, rejectsShape, untyped } from "./support.ts";
import { soon } from "../waiting.ts";

Deno.test("an address in use is an event, too, whose address lacks its transport", async () => {
  await observing(new Dealer(), async (first) => {
    await first.bind("tcp://127.0.0.1:*");
    const address = first.lastEndpoint!;
    await observing(new Dealer(), async (second) => {
      const failed = captured(second, "bind:error");
      await second.bind(address).catch(() => {});
      const event = untyped(await soon(failed));
      assertEquals([event.type, `tcp://${event.address}`], ["bind:error", address]);
      await rejectsShape(Promise.reject(event.error), {
        message: "Address already in use",
        code: "EADDRINUSE",
        errno: Deno.build.os === "linux" ? 98 : 48,
      });
    });
  });
});

Deno.test("a connection that fails is tried again, after an interval", async () => {
  await observing(new Dealer({ reconnectInterval: 20 }), async (socket) => {
    const retried = captured(socket, "connect:retry");
    // Someone was there until a moment ago, so no one is.
    const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    gone.close();
    const address = `tcp://127.0.0.1:${gone.addr.port}`;
    socket.connect(address);
    assertEquals({ ...await soon(retried) }, {
      type: "connect:retry",
      address,
      interval: untyped(await retried).interval,
    });
    assert(untyped(await retried).interval >= 10);
  });
});

Deno.test("a failure is an event with its error: the system's, or a status of ZAP's", () => {
  const errorOf = (type: keyof typeof EVENTS, value: number) => {
    const raw = { event: EVENTS[type], values: [value], address: "", peer: undefined };
    const { message, code, status } = untyped(toEvent(raw)).error;
    return [message, code ?? status];
  };
  const { EBADF } = constants.errno;
  for (
    const type of ["bind:error", "accept:error", "close:error", "handshake:error:other"] as const
  ) {
    assertEquals(errorOf(type, EBADF), ["Socket is closed", "EBADF"], type);
  }
  const auth = (status: number) => errorOf("handshake:error:auth", status);
  assertEquals(auth(300), ["Temporary error", 300]);
  assertEquals(auth(400), ["Authentication failure", 400]);
  assertEquals(auth(500), ["Internal error", 500]);
  assertEquals(auth(600), ["Unknown error", 600]);
});

Deno.test("a broken protocol is an error that says whose it is, by libzmq's number", () => {
  const errorOf = (value: number) => {
    const { error } = untyped(
      toEvent({ event: 0x2000, values: [value], address: "", peer: undefined }),
    );
    return [error.message, error.code];
  };
  assertEquals(errorOf(0x10000001), ["ZMTP protocol error", "ERR_ZMTP_UNEXPECTED_COMMAND"]);
  assertEquals(errorOf(0x20000000), ["ZAP protocol error", "ERR_ZAP_UNSPECIFIED"]);
  assertEquals(errorOf(1), ["Unknown error", "ERR_UNKNOWN"]);
});
