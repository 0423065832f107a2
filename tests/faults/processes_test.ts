/** Peers in processes of their own, which are killed, or stopped for a while. */

import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { Program } from "../program.ts";
import { finish, next } from "../socket/observing.ts";
import { received, texts } from "../socket/support.ts";
import "../util.ts";
import { soon, turnsUntil } from "../waiting.ts";
import { arrives, FAST_RECONNECT, story } from "./support.ts";

/** Sends numbered messages of three parts until it's ended. */
const SENDER = `
  import { Push } from "$MOD";
  const [address, name] = Deno.args;
  const push = new Push();
  push.connect(address);
  for (let number = 0;; number++) {
    await push.send([name, String(number), String(number).repeat(500)]);
  }`;

Deno.test("a peer that is killed in mid-traffic leaves nothing torn, and another takes its place", async () => {
  using pull = new Pull();
  const { events } = pull;
  const address = await pull.bind("tcp://127.0.0.1:*");
  const numbers: Record<string, number> = { first: -1, second: -1 };
  const check = (message: string[]) => {
    const [name, number, body, ...more] = message;
    assertEquals([body, more.length], [number.repeat(500), 0]);
    // All that the system had from the first one comes: none is missing, and none comes twice.
    assertEquals(Number(number), numbers[name] + 1);
    numbers[name]++;
    return name;
  };
  {
    await using first = await Program.start(SENDER, { args: [address, "first"] });
    for (let count = 0; count < 500; count++) check(await received(pull));
    first.kill("SIGKILL");
    assertEquals((await first.outcome()).signal, "SIGKILL");
  }
  const end = story(events, "disconnect");
  let over = false;
  end.then(() => over = true);
  // While its queue is full, a socket doesn't hear of the end.
  await turnsUntil(() => {
    for (const message of pull.drain({ limit: 100 })) check(texts(message));
    return over;
  }, "the end of the connection");
  assertEquals(await end, "bind accept handshake disconnect");
  await using _second = await Program.start(SENDER, { args: [address, "second"] });
  while (check(await received(pull)) === "first");
  assertEquals(await story(events, "handshake"), "accept handshake");
});

/** Is bound, and receives when it's told to; prints what came. */
const RECEIVER = `
  import { Pull } from "$MOD";
  const pull = new Pull({ receiveHighWaterMark: 1, receiveBufferSize: 4096 });
  console.log(await pull.bind("tcp://127.0.0.1:*"));
  for await (const [frame] of pull) console.log(frame.text().slice(0, 10).trim());`;

Deno.test("sends to a peer that is stopped wait, and go on when it does: all arrives, in order", async () => {
  await using receiver = await Program.start(RECEIVER);
  using push = new Push({ ...FAST_RECONNECT, sendHighWaterMark: 1, sendBufferSize: 4096 });
  push.connect(await receiver.line());
  const message = (number: number) => `${number}`.padEnd(50_000);
  await push.send(message(0));
  assertEquals(await receiver.line(), "0");
  receiver.kill("SIGSTOP");
  let number = 1;
  // Into the buffers between, and then none any more.
  const fills = async () => {
    for (;; number++) await push.send(message(number), { timeout: 30 });
  };
  await rejects(soon(fills()), { code: "EAGAIN" });
  const waits = push.send(message(number));
  receiver.kill("SIGCONT");
  for (let expected = 1; expected <= number; expected++) {
    assertEquals(await soon(receiver.line()), `${expected}`);
  }
  await soon(waits);
});

Deno.test("heartbeats tell of a peer that is stopped, which has what comes after it goes on", async () => {
  await using receiver = await Program.start(RECEIVER);
  const push = new Push({ ...FAST_RECONNECT, heartbeatInterval: 20, heartbeatTimeout: 200 });
  const { events } = push;
  push.connect(await receiver.line());
  await next(events, "handshake");
  receiver.kill("SIGSTOP");
  await next(events, "disconnect");
  receiver.kill("SIGCONT");
  await next(events, "handshake");
  await arrives("again", push, receiver.line().then((line) => [line]));
  assert(!push.closed);
  await finish(push);
});
