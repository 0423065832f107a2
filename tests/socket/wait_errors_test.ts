/** What the errors of calls that wait say. */

import { match as assertMatch, ok as assert, rejects, throws } from "node:assert/strict";
import { Context, Dealer, Poller, Pull, Push, Reply, Request, ZmqError } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { held, soon } from "../waiting.ts";

// Foreign functions are bound at first use, which the sanitizers would take for a leak within a test.
{
  using pull = new Pull();
  pull.events.close();
}

Deno.test("a time-out's error names the socket's type, its address and the limit", async () => {
  using pull = new Pull();
  const address = await pull.bind("tcp://127.0.0.1:*");
  const message = `No message came within 5 ms: Pull at ${address}`;
  await rejects(soon(pull.receive({ timeout: 5 })), { code: "EAGAIN", message });
  throws(() => pull.receiveSync({ timeout: 5 }), { code: "EAGAIN", message });
});

Deno.test("the error of a socket that is nowhere says so", async () => {
  using push = new Push();
  const message = "No peer could take the message within 0 ms: Push, neither bound nor connected";
  await rejects(soon(push.send("x", { timeout: 0 })), { code: "EAGAIN", message });
});

Deno.test("the error of a socket with several addresses has the first and their number", async () => {
  using dealer = new Dealer();
  const address = await dealer.bind("tcp://127.0.0.1:*");
  await dealer.bind("tcp://127.0.0.1:*");
  dealer.connect("inproc://not-yet");
  const message = `No message came within 0 ms: Dealer at ${address} and 2 more`;
  await rejects(dealer.receive({ timeout: 0 }), { message });
});

Deno.test("an error of libzmq's by which a promise rejects names the socket, also after a wait", async () => {
  using request = new Request({ linger: 0 });
  const address = "tcp://127.0.0.1:1";
  request.connect(address);
  await request.send("first");
  const message = new RegExp(`\\(zmq_send: EFSM\\): Request at ${address}\\. It isn't`);
  await rejects(request.send("second"), { name: "ZmqError", code: "EFSM", message });
  using context = new Context();
  const pull = new Pull({ context });
  const bound = await pull.bind("tcp://127.0.0.1:*");
  const waiting = pull.receive();
  context.shutdown();
  const receives: Promise<unknown>[] = [waiting, pull.receive(), pull.iterate().next()];
  for (const receive of receives) {
    await rejects(soon(receive), {
      code: "ETERM",
      call: "zmq_msg_recv",
      message: new RegExp(`: Pull at ${bound}\\. .*shut down`),
    });
  }
});

Deno.test("an error of libzmq's by which a turn of an iteration rejects at once names the socket", async () => {
  using request = new Request();
  request.connect("inproc://wait-errors-turn");
  await rejects(request.iterate().next(), {
    code: "EFSM",
    message: /: Request at inproc:\/\/wait-errors-turn\./,
  });
});

Deno.test("an error of libzmq's that ends a send which waits names the socket", async () => {
  using context = new Context();
  const push = new Push({ context });
  await push.bind("inproc://wait-errors-send");
  const waiting = held(push.send("x"));
  context.shutdown();
  await rejects(soon(waiting), {
    code: "ETERM",
    call: "zmq_send",
    message: /: Push at inproc:\/\/wait-errors-send\. .*shut down/,
  });
});

Deno.test("an error named an address with a $ in it wrongly", async () => {
  using request = new Request();
  await request.bind("inproc://price-in-$$-or-$&");
  await rejects(request.receive(), {
    code: "EFSM",
    message: /\(zmq_msg_recv: EFSM\): Request at inproc:\/\/price-in-\$\$-or-\$&\. It/,
  });
});

Deno.test("a limit that is changed later isn't the one that a time-out's error has", async () => {
  using pull = new Pull({ receiveTimeout: 20 });
  const waiting = pull.receive();
  pull.receiveTimeout = 99;
  await rejects(soon(waiting), { message: /within 20 ms/ });
});

Deno.test("a closed socket's error has the address that it had", async () => {
  const pull = new Pull();
  const address = await pull.bind("tcp://127.0.0.1:*");
  pull.close();
  const message = `The socket is closed: Pull, was at ${address}`;
  await rejects(pull.receive(), { code: "EBADF", message });
  throws(() => pull.tryReceive(), { code: "EBADF", message });
});

Deno.test("the error of a send that a close has ended says how many were waiting", async () => {
  const push = new Push({ sendHighWaterMark: 1 });
  const sends = ["a", "b"].map((text) => push.send(text));
  push.close();
  for (const send of sends) {
    await rejects(soon(send), { code: "EBADF", message: /closed: Push.*\. 2 sends were waiting$/ });
  }
});

Deno.test("the error of many sends that a close has ended asks for an await", async () => {
  const push = new Push();
  const sends = Array.from({ length: 500 }, (_, i) => push.send(`${i}`));
  push.close();
  for (const send of sends) {
    const message = /500 sends were waiting; is there an await missing before send\?$/;
    await rejects(soon(send), { message });
  }
});

Deno.test("the error of a send more than may wait asks for an await", async () => {
  using push = new Push({ maxPendingSends: 2 });
  const sends = ["a", "b"].map((text) => push.send(text));
  await rejects(push.send("c"), {
    name: "ZmqError",
    code: "EAGAIN",
    message: /^2 sends wait, as many as maxPendingSends allows: Push.*an await missing/,
  });
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  await soon(Promise.all(sends));
});

Deno.test("an error out of turn says what comes first", async () => {
  using request = new Request();
  using reply = new Reply();
  await join(reply, request, freshAddress("inproc"));
  await rejects(request.receive(), { code: "EFSM", message: /send first/ });
  await request.send("?");
  await rejects(request.send("?"), { code: "EFSM", message: /receive first.*relaxed/ });
});

Deno.test("a method that was called on something else says so, and rejects", async () => {
  const methods: [string, (...values: never[]) => Promise<unknown>][] = [
    ["receive", Pull.prototype.receive],
    ["send", Push.prototype.send],
    ["wait", Pull.prototype.wait],
  ];
  for (const [name, method] of methods) {
    for (const foreign of [undefined, {}, 5, Pull.prototype]) {
      const error = await Reflect.apply(method, foreign, name === "send" ? ["x"] : [])
        .catch((error: unknown) => error);
      assert(error instanceof TypeError && !(error instanceof ZmqError));
      assertMatch(
        error.message,
        new RegExp(`^${name} was called on something that isn't a socket`),
      );
    }
  }
});

Deno.test("a detached wait, a turn of an iteration and an await using threw instead of rejecting", async () => {
  using pull = new Pull();
  using poller = new Poller();
  const iteration = pull.iterate();
  const methods = [
    poller.wait,
    pull.events.receive,
    iteration.next,
    iteration.return!,
    poller[Symbol.asyncDispose],
    pull[Symbol.asyncDispose],
    pull.events[Symbol.asyncDispose],
    pull.context[Symbol.asyncDispose],
  ];
  for (const method of methods) {
    for (const foreign of [undefined, null, {}]) {
      const error = await Reflect.apply(method, foreign, []).catch((error: unknown) => error);
      assert(error instanceof TypeError);
    }
  }
});

Deno.test("a method that was taken off its socket says so where it throws, too", () => {
  using pull = new Pull();
  using push = new Push();
  for (const method of [pull.tryReceive, pull.receiveSync, pull.drain, push.trySend, pull.close]) {
    for (const foreign of [undefined, {}]) {
      throws(
        () => Reflect.apply(method, foreign, ["x"].slice(0, method === push.trySend ? 1 : 0)),
        {
          name: "TypeError",
          message: /^A method of sockets was called on something that isn't a socket/,
        },
      );
    }
  }
});
