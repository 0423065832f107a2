import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import zmq, { type Socket } from "../../zeromq_v5_compat.ts";
import { run } from "../program.ts";
import { turns } from "../waiting.ts";
import { throwsShape, warningsOf } from "./support.ts";
import { called, next, withSocket } from "./v5_support.ts";

const EVENTS = [
  ...["accept", "accept_error", "bind_error", "close", "close_error", "connect"],
  ...["connect_delay", "connect_retry", "disconnect", "listen"],
];

/** Puts down the names of all events. */
function noted(socket: Socket): string[] {
  const names: string[] = [];
  for (const name of EVENTS) socket.on(name, () => names.push(name));
  return names;
}

Deno.test("a monitor tells of listening, of peers that come, and of peers that go", () =>
  withSocket("rep", (rep) =>
    withSocket("req", async (req) => {
      rep.monitor();
      const listening = next(rep, "listen");
      rep.bindSync("tcp://127.0.0.1:*");
      const address = rep.last_endpoint;
      assertEquals(await listening, [undefined, address, undefined]);
      const accepted = next(rep, "accept");
      const connected = next(req, "connect");
      req.monitor();
      req.connect(address);
      assertEquals(await accepted, [undefined, address, undefined]);
      assertEquals(await connected, [undefined, address, undefined]);
      const gone = next(rep, "disconnect");
      req.unmonitor().close();
      assertEquals(await gone, [undefined, address, undefined]);
    })));

Deno.test("a bind that fails is an event with the error and its number", () =>
  withSocket("rep", (one) =>
    withSocket("rep", async (other) => {
      one.bindSync("tcp://127.0.0.1:*");
      other.monitor();
      const event = next(other, "bind_error");
      const error = await called((callback) => other.bind(one.last_endpoint, callback));
      const [errno, address, reason] = await event;
      assert(reason instanceof Error && error instanceof Error);
      assertEquals([reason.message, errno], [
        "Address already in use",
        (error as { errno?: number }).errno,
      ]);
      assertEquals(typeof address, "string");
    })));

Deno.test("a connect that is tried again is an event with the interval", () =>
  withSocket("req", async (req) => {
    const free = zmq.socket("rep");
    free.bindSync("tcp://127.0.0.1:*");
    const address = free.last_endpoint;
    const freed = next(free, "close");
    free.monitor().unbindSync(address);
    await freed;
    free.unmonitor().close();
    req.setsockopt("reconnect_ivl", 20);
    req.monitor();
    const delayed = next(req, "connect_delay");
    const retried = next(req, "connect_retry");
    req.connect(address);
    assertEquals(await delayed, [undefined, address, undefined]);
    const [interval, where, error] = await retried;
    assert(typeof interval === "number" && interval >= 20, String(interval));
    assertEquals([where, error], [address, undefined]);
  }));

Deno.test("after unmonitor nothing is told, not even an error, until monitor is called again", () =>
  withSocket("rep", async (rep) => {
    const names = noted(rep);
    rep.on("error", () => names.push("error"));
    assertEquals(rep.monitor().unmonitor(), rep);
    rep.bindSync("tcp://127.0.0.1:*");
    await turns(6);
    assertEquals(names, []);
    const listening = next(rep, "listen");
    rep.monitor().bindSync("tcp://127.0.0.1:*");
    await listening;
    assertEquals(names, ["listen"]);
  }));

Deno.test("monitor twice is once, and unmonitor without a monitor does nothing", () =>
  withSocket("rep", async (rep) => {
    const names = noted(rep);
    rep.unmonitor().monitor().monitor();
    const listening = next(rep, "listen");
    rep.bindSync("tcp://127.0.0.1:*");
    await listening;
    await turns(4);
    assertEquals(names, ["listen"]);
  }));

Deno.test("monitor's arguments do nothing, with a warning", async () => {
  const warnings = await warningsOf(() => withSocket("rep", (rep) => void rep.monitor(100, 0)));
  assertEquals(warnings, [
    "Arguments to monitor() are ignored in compatibility mode; all events are read automatically",
  ]);
});

Deno.test("a closed socket can't be monitored: ENOTSOCK", () =>
  withSocket("rep", (rep) => {
    rep.close();
    throwsShape(() => rep.monitor(), {
      message: "Socket operation on non-socket",
      code: "ENOTSOCK",
      errno: Deno.build.os === "linux" ? 88 : 38,
    });
  }));

Deno.test("a monitored socket's close ends its monitor, and the process", async () => {
  const { code, signal, stdout } = await run(`
    import zmq from "$ROOT/zeromq_v5_compat.ts";
    const rep = zmq.socket("rep");
    rep.on("close", (value, address) => console.log(value, address === where));
    rep.monitor().bindSync("tcp://127.0.0.1:*");
    const where = rep.last_endpoint;
    rep.on("listen", () => rep.close());
  `);
  assertEquals([code, signal, stdout], [0, null, "undefined true\n"]);
});
