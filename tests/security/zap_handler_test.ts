import "../util.ts";
import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { coreOf } from "../../context.ts";
import { Context, Dealer, Router, ZmqError } from "../../mod.ts";
import { Authenticator } from "../../security/mod.ts";
import { Endpoints } from "../../socket/endpoints.ts";
import { handleOf } from "../../socket/handle.ts";
import { FrameMessage } from "../../socket/native_message.ts";
import { replaced } from "../replacing.ts";
import { received } from "../socket/support.ts";
import { ask, Asked, statusOf, ZAP } from "./support.ts";
import { Reported } from "../reported.ts";
import { soon, turnsUntil } from "../waiting.ts";

Deno.test("a question that comes by another socket finds its way back", async () => {
  using asked = new Asked();
  asked.authenticator.configureNull("any");
  using dealer = new Dealer({ context: asked.context, linger: 0 });
  dealer.connect(ZAP);
  await dealer.send(["first hop", "second hop", "", "1.0", "7", "home", "::1", "", "NULL"]);
  const reply = await received(dealer);
  assertEquals(reply.slice(0, 6), ["first hop", "second hop", "", "1.0", "7", "200"]);
});

Deno.test("a handler that throws, rejects or answers nonsense refuses, and is reported", async () => {
  using asked = new Asked();
  const { authenticator, context, errors, denied } = asked;
  const nonsense = [
    ...[1, 0, NaN, 5n, Symbol("x"), "", "a\0b", {}, [], [true], new Date(), () => true],
    ...[{ userId: "" }, { userId: 5 }, { userId: "a\0" }, { userId: null }, { name: "ada" }],
    ...[{ metadata: { "": "x" } }, { metadata: { "a b": "x" } }, { metadata: { a: 5 } }],
    ...[{ metadata: { a: "x\0" } }, { userId: "ada", admin: true }, Promise.resolve([])],
  ];
  const failures: (() => unknown)[] = [
    () => {
      throw new Error("thrown");
    },
    () => Promise.reject(new Error("rejected")),
    ...nonsense.map((one) => () => one),
  ];
  for (const [at, failure] of failures.entries()) {
    authenticator.configurePlain(failure as () => boolean);
    const answer = await ask(context, ["1.0", "7", "home", "::1", "", "PLAIN", "ada", "x"]);
    assertEquals([answer.status, answer.userId], ["500", ""], String(failure));
    assertEquals(errors.length, at + 1);
    assertEquals(errors[at][1].mechanism, "plain");
  }
  assertEquals(errors.slice(0, 2).map(([error]) => String(error)), [
    "Error: thrown",
    "Error: rejected",
  ]);
  assertEquals(denied, []);
});

Deno.test("what onDenied throws is uncaught, and no failure of the handler's", async () => {
  using reported = new Reported();
  using context = new Context();
  const errors: unknown[] = [];
  using authenticator = new Authenticator({
    context,
    onDenied: () => {
      throw new Error("thrown");
    },
    onError: (error) => errors.push(error),
  });
  authenticator.configurePlain({});
  assertEquals(await statusOf(context, "PLAIN", ["ada", "x"]), "400");
  await turnsUntil(() => errors.length + reported.errors.length > 0, "the error");
  assertEquals([reported.errors.map(String), errors], [["Error: thrown"], []]);
});

Deno.test("a grant that names the user of a look-up without a result let the peer in by its own name", async () => {
  using asked = new Asked();
  const { authenticator, context, errors } = asked;
  const users = new Map<string, { id: string }>();
  authenticator.configurePlain(({ username }) => ({ userId: users.get(username)?.id }));
  assertEquals(await statusOf(context, "PLAIN", ["eve", "x"]), "500");
  assertEquals(errors.length, 1);
  authenticator.configurePlain(({ username }) => ({
    userId: users.get(username)?.id,
    metadata: { "X-Role": "guest" },
  }));
  assertEquals(await statusOf(context, "PLAIN", ["eve", "x"]), "500");
  users.set("ada", { id: "countess" });
  assertEquals(await statusOf(context, "PLAIN", ["ada", "x"]), "200");
});

Deno.test("a context has one ZAP handler at a time; another can follow, or live in another context", async () => {
  using asked = new Asked();
  const { context } = asked;
  const { sockets } = coreOf(context);
  throws(() => new Authenticator({ context }), {
    name: "ZmqError",
    code: "EADDRINUSE",
    message: /already/,
  });
  assertEquals(coreOf(context).sockets, sockets); // the one that was refused is closed
  using other = new Asked();
  other.authenticator.configureNull("any");
  assertEquals(await statusOf(context, "NULL"), "400");
  assertEquals(await statusOf(other.context, "NULL"), "200");

  for (let times = 0; times < 20; times++) {
    asked.authenticator.close();
    using next = new Authenticator({ context });
    next.configureNull("any");
    assertEquals(await statusOf(context, "NULL"), "200");
  }
  using router = new Router({ context });
  await router.bind(ZAP);
  throws(() => new Authenticator({ context }), { code: "EADDRINUSE" });
});

Deno.test("an authenticator that can't be bound for another reason says which, and leaves nothing open", () => {
  using context = new Context();
  const reason = new ZmqError("injected", { code: "EMFILE", errno: 24, call: "zmq_bind" });
  {
    using _ = replaced(Endpoints.prototype, "bind", () => {
      throw reason;
    });
    throws(() => new Authenticator({ context }), reason);
  }
  assertEquals(coreOf(context).sockets, []);
});

Deno.test("what fails as a question is received is reported, and the question is answered", async () => {
  using asked = new Asked();
  asked.authenticator.configureNull("any");
  using dealer = new Dealer({ context: asked.context, linger: 0 });
  dealer.connect(ZAP);
  using reported = new Reported();
  const error = new Error("injected");
  const { pointer } = handleOf(dealer);
  const { receive } = FrameMessage.prototype;
  let failed = false;
  using _ = replaced(FrameMessage.prototype, "receive", function (this: FrameMessage, socket) {
    if (failed || socket === pointer) return receive.call(this, socket);
    failed = true;
    throw error;
  });
  await dealer.send(["", "1.0", "7", "home", "::1", "", "NULL"]);
  assertEquals((await received(dealer)).slice(0, 4), ["", "1.0", "7", "200"]);
  assertEquals(reported.errors, [error]);
});

Deno.test("an authenticator that follows a closed one at once was refused now and then: EADDRINUSE", () => {
  using context = new Context();
  for (let times = 0; times < 300; times++) new Authenticator({ context }).close();
});

Deno.test("closing: as often as one likes, with its context, and after that was shut down", () => {
  using first = new Authenticator({ context: new Context() });
  assertEquals(first.closed, false);
  first.context.close();
  assertEquals(first.closed, true);
  first.close();

  using context = new Context();
  using second = new Authenticator({ context });
  context.shutdown();
  second.close();
  second.close();
  assertEquals(second.closed, true);
});

Deno.test("a handler may close the authenticator, or its whole context", async () => {
  for (const close of ["authenticator", "context"] as const) {
    using asked = new Asked();
    const closed = Promise.withResolvers<void>();
    asked.authenticator.configureNull(() => {
      asked[close].close();
      closed.resolve();
      return true;
    });
    const dealer = new Dealer({ context: asked.context, linger: 0 });
    dealer.connect(ZAP);
    for (const id of "12") await dealer.send(["", "1.0", id, "home", "::1", "", "NULL"]);
    await soon(closed.promise);
    assertEquals([asked.authenticator.closed, asked.errors], [true, []]);
    dealer.close();
  }
});

Deno.test("an answer that is ready only after the close is dropped", async () => {
  using asked = new Asked();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const told = Promise.withResolvers<void>();
  asked.authenticator.configureNull(() => (told.resolve(), promise));
  const { context } = asked;
  using dealer = new Dealer({ context, linger: 0 });
  dealer.connect(ZAP);
  await dealer.send(["", "1.0", "7", "home", "::1", "", "NULL"]);
  await soon(told.promise);
  asked.authenticator.close();
  resolve(true);
  await promise;
  assertEquals([asked.errors, dealer.tryReceive()], [[], undefined]);
});
