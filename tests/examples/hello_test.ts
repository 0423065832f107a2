/** The examples of request and reply. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Router } from "../../mod.ts";
import "../util.ts";
import { example } from "./examples.ts";

const ANY = "tcp://127.0.0.1:*";

Deno.test("hello: each client has an answer to each of its requests", async () => {
  await using server = example("hello/server.ts", ANY);
  const address = await server.printed("bound to ");
  await using ada = example("hello/client.ts", "Ada", address);
  await using grace = example("hello/client.ts", "Grace", address);
  assertEquals(await ada.lines(), Array(3).fill("hello, Ada"));
  assertEquals(await grace.lines(), Array(3).fill("hello, Grace"));
  assertEquals(await ada.ended(), { status: 0, errors: "" });
  assertEquals(await grace.ended(), { status: 0, errors: "" });
  const [, ...requests] = await server.lines(7);
  const from = (name: string) => Array(3).fill(`a request from ${name}`);
  assertEquals(requests.sort(), [...from("Ada"), ...from("Grace")]);
});

Deno.test("hello: a client that gets no answer says so, and fails", async () => {
  await using server = new Router();
  const address = await server.bind(ANY);
  await using client = example("hello/client.ts", "Ada", address);
  const { status, errors } = await client.ended();
  assertEquals(status, 1);
  assertEquals(errors, `no answer within a second: is a server at ${address}?\n`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`hello: the server ends in order by ${signal}`, async () => {
    await using server = example("hello/server.ts", ANY);
    await server.printed("bound to ");
    server.kill(signal);
    assertEquals(await server.ended(), { status: 0, errors: "" });
  });
}
