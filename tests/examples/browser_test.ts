/** The example of a browser that speaks ZeroMQ's protocol. */

import { deepStrictEqual as assertEquals, match as assertMatch, rejects } from "node:assert/strict";
import { Request } from "../../examples/browser/zws.js";
import { capability, Reply } from "../../mod.ts";
import "../util.ts";
import { soon } from "../waiting.ts";
import { example } from "./examples.ts";

const ignore = !capability.ws;

Deno.test({
  name: "browser: the page's script asks the Reply, and gets the answers in order",
  ignore,
  fn: async () => {
    await using server = example("browser/server.ts", "ws://127.0.0.1:*", "0");
    const http = (await server.printed("browsers at ")).replace(/\/$/, "");
    const page = await (await fetch(`${http}/`)).text();
    const url = /new Request\("(.+)"\)/.exec(page)![1];
    const script = await fetch(`${http}/zws.js`);
    assertEquals(script.headers.get("content-type"), "text/javascript");
    assertMatch(await script.text(), /class Request/);
    const request = new Request(url);
    const answers = await Promise.all(["é", "two"].map((text) => request.request(text)));
    assertEquals(answers, ["é, and hello to the browser", "two, and hello to the browser"]);
    server.kill("SIGKILL"); // libzmq doesn't answer a browser that closes
    await soon(request.close());
  },
});

Deno.test({
  name: "browser: a request whose connection ends is rejected",
  ignore,
  fn: async () => {
    const reply = new Reply({ linger: 0 });
    const request = new Request(await reply.bind("ws://127.0.0.1:*"));
    const answer = request.request("hello");
    await reply.receive();
    reply.close();
    await rejects(answer, /the connection is closed/);
    await soon(request.close());
  },
});

Deno.test({
  name: "browser: a request after the connection's end waited for good",
  ignore,
  fn: async () => {
    const reply = new Reply({ linger: 0 });
    const request = new Request(await reply.bind("ws://127.0.0.1:*"));
    const first = request.request("hello");
    await reply.receive();
    await reply.send("hello");
    assertEquals(await first, "hello");
    const closed = request.close();
    await soon(rejects(request.request("closed meanwhile"), /the connection is closed/));
    reply.close();
    await soon(closed);
  },
});
