/** Rejections of many promises at once. */

import {
  match as assertMatch,
  ok as assert,
  strictEqual as assertEquals,
} from "node:assert/strict";
import { Push, ZmqError } from "../../mod.ts";
import { rejectInTurn } from "../../socket/rejections.ts";
import { run } from "../program.ts";
import "../util.ts";
import { turnsUntil } from "../waiting.ts";

const program = (maxPendingSends: string) => `
  import { Push } from "$MOD";
  const push = new Push({ maxPendingSends: ${maxPendingSends} });
  for (let i = 0; i < 100_000; i++) push.send("no await");
  push.close();`;

Deno.test("100,000 sends without await ended a program by an overflow of the stack", async () => {
  const { code, stderr } = await run(program("Infinity"));
  assertEquals(code, 1);
  assertMatch(stderr, /100000 sends were waiting; is there an await missing before send\?/);
});

Deno.test("100,000 sends without await beyond maxPendingSends ended a program by an overflow of the stack", async () => {
  const { code, stderr } = await run(program("10"));
  assertEquals(code, 1);
  assertMatch(stderr, /10 sends wait, as many as maxPendingSends allows/);
});

Deno.test("each of 25,000 sends rejects when its socket is closed, in their order", async () => {
  const push = new Push();
  const order: number[] = [];
  const sends = Array.from({ length: 25_000 }, (_, i) =>
    push.send("x").catch((error) => {
      order.push(i);
      return error;
    }));
  push.close();
  for (const error of await Promise.all(sends)) {
    assert(error instanceof ZmqError && error.code === "EBADF");
  }
  assert(order.every((number, at) => number === at));
  assertEquals(order.length, 25_000);
});

Deno.test("once many rejections have had their turns, the next one comes at once", async () => {
  const many = 10_001;
  let rejected = 0;
  const reject = () => void rejected++;
  for (let i = 0; i < many; i++) rejectInTurn(reject, undefined);
  assert(rejected < many);
  await turnsUntil(() => rejected === many, "the last rejection");
  rejectInTurn(reject, undefined);
  assertEquals(rejected, many + 1);
});
