import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { eachTransport, received, receivedMany, texts } from "./support.ts";
import { soon } from "../waiting.ts";

for (const over of eachTransport()) {
  Deno.test(over("what a bound Push sends reaches its Pull whole and in order", async (address) => {
    using push = new Push();
    using pull = new Pull();
    await join(push, pull, address);
    for (let i = 0; i < 500; i++) await soon(push.send([`${i}`, "", "x".repeat(i)]));
    for (let i = 0; i < 500; i++) assertEquals(await received(pull), [`${i}`, "", "x".repeat(i)]);
  }));

  Deno.test(over("what a bound Pull receives is what its Push sent, in order", async (address) => {
    using push = new Push();
    using pull = new Pull();
    await join(pull, push, address);
    const sending = (async () => {
      for (let i = 0; i < 5000; i++) await push.send(`${i}`);
    })();
    let expected = 0;
    for await (const message of pull) {
      assertEquals(texts(message), [`${expected}`]);
      if (++expected === 5000) break;
    }
    await soon(sending);
  }));
}

Deno.test("a Push hands its messages to its Pulls in turn", async () => {
  using push = new Push();
  await push.bind(freshAddress("inproc"));
  const pulls = Array.from({ length: 3 }, () => new Pull());
  for (const pull of pulls) pull.connect(push.lastEndpoint!);
  for (let i = 0; i < 9; i++) await push.send(`${i}`);
  const all: string[] = [];
  for (const pull of pulls) {
    all.push(...await receivedMany(pull, 3));
    assertEquals(pull.tryReceive(), undefined);
    pull.close();
  }
  assertEquals(all.sort(), Array.from({ length: 9 }, (_, i) => `${i}`));
});

for (const over of eachTransport()) {
  Deno.test(over("a Pull takes from all its Pushes in turn", async (address) => {
    using pull = new Pull();
    await pull.bind(address);
    using one = new Push();
    using other = new Push();
    for (const push of [one, other]) {
      push.connect(pull.lastEndpoint!);
      // Once one message has come, the connection stands, and others follow before anything is taken.
      await push.send("hello");
      assertEquals(await received(pull), ["hello"]);
    }
    for (let i = 0; i < 20; i++) {
      await one.send(`one ${i}`);
      await other.send(`other ${i}`);
    }
    const all = await receivedMany(pull, 40);
    for (const name of ["one", "other"]) {
      const its = all.filter((text) => text.startsWith(`${name} `));
      assertEquals(its, Array.from({ length: 20 }, (_, i) => `${name} ${i}`));
    }
  }));

  Deno.test(
    over("a socket takes messages from every address that it's bound to", async (address) => {
      using pull = new Pull();
      await pull.bind(address);
      const first = pull.lastEndpoint!;
      await pull.bind(freshAddress("inproc"));
      const second = pull.lastEndpoint!;
      using one = new Push();
      using other = new Push();
      one.connect(first);
      other.connect(second);
      await one.send("by the first");
      assertEquals(await received(pull), ["by the first"]);
      await other.send("by the second");
      assertEquals(await received(pull), ["by the second"]);
    }),
  );
}

Deno.test("a socket sends to every address that it's connected to", async () => {
  using push = new Push();
  using one = new Pull();
  using other = new Pull();
  await join(one, push);
  await join(other, push, freshAddress("inproc"));
  await push.send("a");
  await push.send("b");
  assertEquals((await received(one)).concat(await received(other)).sort(), ["a", "b"]);
});
