import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Pair } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, pending, received, receivedMany } from "./support.ts";
import { soon, turn } from "../waiting.ts";

for (const over of eachTransport()) {
  Deno.test(over("two Pairs exchange messages in both directions, in order", async (address) => {
    using one = new Pair();
    using other = new Pair();
    await join(one, other, address);
    const there = Array.from({ length: 200 }, (_, i) => `there ${i}`);
    const back = Array.from({ length: 200 }, (_, i) => `back ${i}`);
    for (let i = 0; i < 200; i++) {
      await soon(one.send(there[i]));
      await soon(other.send(back[i]));
    }
    assertEquals(await receivedMany(other, 200), there);
    assertEquals(await receivedMany(one, 200), back);
  }));

  Deno.test(over("a Pair answers while it sends", async (address) => {
    using one = new Pair();
    using other = new Pair();
    await join(one, other, address);
    const echo = (async () => {
      for (let i = 0; i < 300; i++) await other.send(await other.receive());
    })();
    for (let i = 0; i < 300; i++) {
      await soon(one.send([`${i}`, "x"]));
      assertEquals(await received(one), [`${i}`, "x"]);
    }
    await soon(echo);
  }));

  Deno.test(over("a Pair's send waits until its peer comes", async (address) => {
    using one = new Pair();
    using other = new Pair();
    await one.bind(address);
    const sent = one.send("early");
    await turn();
    assert(await pending(sent));
    other.connect(one.lastEndpoint!);
    await soon(sent);
    assertEquals(await received(other), ["early"]);
  }));
}

Deno.test("a Pair that has a peer doesn't hear a second one", async () => {
  using one = new Pair();
  using peer = new Pair();
  using intruder = new Pair();
  await join(one, peer, freshAddress("inproc"));
  await peer.send("first");
  assertEquals(await received(one), ["first"]);
  intruder.connect(one.lastEndpoint!);
  await intruder.send("let me in");
  await peer.send("second");
  assertEquals(await received(one), ["second"]);
  assertEquals(one.tryReceive(), undefined);
});
