/** Peers on two machines, as far as network namespaces show that: a cable that is pulled out, and packets that are lost. */

import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import "../util.ts";
import { pause, soon } from "../waiting.ts";
import { Cable, hasNamespaces, HOSTS, NO_ONE } from "./namespaces.ts";

/** Makes a test that needs namespaces. */
function wired(name: string, body: (cable: Cable) => Promise<void>): Deno.TestDefinition {
  return {
    name: `two machines: ${name}`,
    ignore: !hasNamespaces,
    async fn() {
      await using cable = await Cable.lay();
      await body(cable);
    },
  };
}

const ADDRESS = `tcp://${HOSTS[1]}:5555`;

/** Prints the number of each thousandth message; one that comes out of turn, or isn't as it was, ends it. */
const RECEIVER = `
  import { Pull } from "$MOD";
  const pull = new Pull();
  await pull.bind(Deno.args[0]);
  console.log("bound");
  let expected = 1;
  for await (const [number, body] of pull) {
    if (Number(number) !== expected || String(body) !== String(number).repeat(200)) throw Error(number);
    if (expected++ % 1000 === 0) console.log(String(number));
  }`;

/** Sends a thousand numbered messages for each line that it's given. */
const SENDER = `
  import { Push } from "$MOD";
  const push = new Push();
  push.connect(Deno.args[0]);
  let number = 0;
  console.log("ready");
  for await (const _ of Deno.stdin.readable) {
    for (let i = 0; i < 1000; i++) await push.send([String(++number), String(number).repeat(200)]);
  }`;

Deno.test(
  wired("a cable that is out for a moment loses nothing: all arrives, in order", async (cable) => {
    await using receiver = await cable.start(1, RECEIVER, ADDRESS);
    assertEquals(await receiver.line(), "bound");
    await using sender = await cable.start(0, SENDER, ADDRESS);
    assertEquals(await sender.line(), "ready");
    await sender.say("go");
    assertEquals(await soon(receiver.line()), "1000");
    await cable.plug("down");
    await sender.say("go");
    await pause(50);
    await cable.plug("up");
    assertEquals(await soon(receiver.line()), "2000");
  }),
);

Deno.test(
  wired("packets that are lost take no message with them: all arrives, in order", async (cable) => {
    await cable.narrow("60mbit");
    await using receiver = await cable.start(1, RECEIVER, ADDRESS);
    assertEquals(await receiver.line(), "bound");
    await using sender = await cable.start(0, SENDER, ADDRESS);
    assertEquals(await sender.line(), "ready");
    await sender.say("go");
    assertEquals(await soon(receiver.line()), "1000");
    assert(await cable.dropped() > 0, "no packet was lost");
  }),
);

/** Prints its events. */
const OBSERVED = `
  import { Push } from "$MOD";
  const push = new Push({ ...JSON.parse(Deno.args[1]), reconnectInterval: 10 });
  const { events } = push;
  push.connect(Deno.args[0]);
  push.send(["1", "1".repeat(200)]);
  for await (const { type } of events) console.log(type);`;

Deno.test(
  wired("heartbeats tell of a cable that is out, and of its peer when it's back", async (cable) => {
    await using receiver = await cable.start(1, RECEIVER, ADDRESS);
    assertEquals(await receiver.line(), "bound");
    const options = { heartbeatInterval: 50, heartbeatTimeout: 300, connectTimeout: 100 };
    await using sender = await cable.start(0, OBSERVED, ADDRESS, JSON.stringify(options));
    while (await soon(sender.line()) !== "handshake");
    await cable.plug("down");
    while (await soon(sender.line()) !== "disconnect");
    await cable.plug("up");
    while (await soon(sender.line()) !== "handshake");
  }),
);

Deno.test(
  wired(
    "connectTimeout has a connect to where no one answers tried again, long before the system gives up",
    async (cable) => {
      const address = `tcp://${NO_ONE}:5555`;
      await using sender = await cable.start(0, OBSERVED, address, '{"connectTimeout":50}');
      assertEquals(await sender.line(), "connect:delay");
      const started = performance.now();
      for (let tries = 0; tries < 3; tries++) while (await soon(sender.line()) !== "connect:retry");
      // The system takes three seconds for each.
      assert(performance.now() - started < 8000);
    },
  ),
);
