import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import zmq, { type Socket, type SocketType } from "../../zeromq_v5_compat.ts";
import { messages, next } from "./v5_support.ts";
import { turnsUntil } from "../waiting.ts";

/** A proxy with a socket at each side and one that hears its copies, for as long as the body runs. */
async function withProxy(
  types: [front: SocketType, back: SocketType, before: SocketType, behind: SocketType],
  body: (before: Socket, behind: Socket, captured: Socket) => Promise<void>,
): Promise<void> {
  const [front, back, before, behind] = types.map((type) => zmq.socket(type, { linger: 0 }));
  const [capture, captured] = (["push", "pull"] as const)
    .map((type) => zmq.socket(type, { linger: 0 }));
  const all = [front, back, before, behind, capture, captured];
  try {
    for (const socket of [front, back, captured]) socket.bindSync("tcp://127.0.0.1:*");
    before.connect(front.last_endpoint);
    behind.connect(back.last_endpoint);
    capture.connect(captured.last_endpoint);
    zmq.proxy(front, back, capture);
    await body(before, behind, captured);
  } finally {
    for (const socket of all) socket.close();
  }
}

for (const [front, back] of [["router", "dealer"], ["xrep", "xreq"]] as const) {
  Deno.test(`a proxy of ${front} and ${back} passes requests and replies on, and replies to the capture`, () =>
    withProxy([front, back, "req", "rep"], async (req, rep, captured) => {
      rep.on("message", (part) => rep.send([part, "answered"]));
      const copies = messages(captured, 2);
      const replies = messages(req, 2);
      for (const text of ["one", "two"]) req.send(text);
      assertEquals(await replies, [["one", "answered"], ["two", "answered"]]);
      assertEquals(await copies, [["one", "answered"], ["two", "answered"]]);
    }));
}

Deno.test("a proxy of push and pull passes on what the pull receives, and to the capture", () =>
  withProxy(["push", "pull", "pull", "push"], async (pull, push, captured) => {
    const copies = messages(captured, 2);
    const heard = messages(pull, 2);
    for (const text of ["one", "two"]) push.send([text, "part"]);
    assertEquals(await heard, [["one", "part"], ["two", "part"]]);
    assertEquals(await copies, [["one", "part"], ["two", "part"]]);
  }));

Deno.test("a proxy of pull and push passes on what the pull receives, without copies", () =>
  withProxy(["pull", "push", "push", "pull"], async (push, pull) => {
    const heard = messages(pull, 2);
    for (const text of ["one", "two"]) push.send([text, "part"]);
    assertEquals(await heard, [["one", "part"], ["two", "part"]]);
  }));

Deno.test("a proxy of xpub and xsub passes subscriptions and messages on", () =>
  withProxy(["xpub", "xsub", "sub", "xpub"], async (sub, xpub, captured) => {
    const subscribed = next(xpub, "message");
    sub.subscribe("weather");
    assertEquals(String((await subscribed)[0]), "\x01weather");
    const copies = messages(captured, 1);
    const heard = messages(sub, 1);
    xpub.send(["sports", "6:4"]);
    xpub.send(["weather", "rain"]);
    assertEquals([await heard, await copies], [[["weather", "rain"]], [["weather", "rain"]]]);
  }));

Deno.test("a proxy without a capture passes messages on", async () => {
  const sockets = (["pull", "push", "push", "pull"] as const)
    .map((type) => zmq.socket(type, { linger: 0 }));
  const [front, back, before, behind] = sockets;
  front.bindSync("inproc://v5-proxy-front");
  back.bindSync("inproc://v5-proxy-back");
  before.connect("inproc://v5-proxy-front");
  behind.connect("inproc://v5-proxy-back");
  zmq.proxy(front, back);
  let heard = "";
  behind.on("message", (part) => heard = String(part));
  before.send("hello");
  await turnsUntil(() => heard === "hello", "the message");
  for (const socket of sockets) socket.close();
});

Deno.test("sockets of other types, or the other way round, are refused", () => {
  const sockets = (["xpub", "xsub", "dealer", "router"] as const).map((type) => zmq.socket(type));
  const [xpub, xsub, dealer, router] = sockets;
  for (const [front, back] of [[xsub, xpub], [dealer, router], [dealer, dealer], [xpub, router]]) {
    throws(() => zmq.proxy(front, back), {
      name: "Error",
      message: "This socket type order is not supported in compatibility mode",
    });
  }
  for (const socket of sockets) socket.close();
});
