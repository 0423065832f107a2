import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { freshAddress, join, until } from "../util.ts";
import { eachTransport, receivedMany, texts } from "./support.ts";
import { soon } from "../waiting.ts";

Deno.test("trySend is false without a peer, and nothing is kept", async () => {
  using push = new Push();
  using pull = new Pull();
  assertEquals(push.trySend("lost"), false);
  await join(pull, push, freshAddress("inproc"));
  assertEquals(push.trySend("sent"), true);
  assertEquals(await receivedMany(pull, 1), ["sent"]);
  assertEquals(pull.tryReceive(), undefined);
});

Deno.test("trySend is false while others wait to send", async () => {
  using push = new Push();
  using pull = new Pull();
  const waiting = push.send("waits");
  await join(pull, push, freshAddress("inproc"));
  // There is room by now, but it isn't this one's turn.
  assertEquals(push.trySend("overtakes"), false);
  await soon(waiting);
  assertEquals(push.trySend("after"), true);
  assertEquals(await receivedMany(pull, 2), ["waits", "after"]);
});

for (const over of eachTransport()) {
  Deno.test(over("tryReceive returns a message that is there, whole", async (address) => {
    using push = new Push();
    using pull = new Pull();
    await join(pull, push, address);
    assertEquals(pull.tryReceive(), undefined);
    await push.send(["two", "parts"]);
    await push.send("next");
    await until(pull);
    assertEquals(texts(pull.tryReceive()!), ["two", "parts"]);
    await until(pull);
    assertEquals(texts(pull.tryReceive()!), ["next"]);
    assertEquals(pull.tryReceive(), undefined);
  }));
}

Deno.test("tryReceive, drain and visit find nothing while a receive waits", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  const waiting = pull.receive();
  await push.send("for who waits");
  assertEquals(pull.tryReceive(), undefined);
  assertEquals([...pull.drain()], []);
  assertEquals(texts(await soon(waiting)), ["for who waits"]);
});

Deno.test("a visit serves those that wait before itself", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  const waiting = pull.receive();
  await push.send("for who waits");
  await push.send("for the visit");
  const seen: string[] = [];
  const visited = pull.visit((bytes) => {
    seen.push(new TextDecoder().decode(bytes));
  });
  assertEquals([visited, seen], [1, ["for the visit"]]);
  assertEquals(texts(await soon(waiting)), ["for who waits"]);
});

Deno.test("drain returns what is there, in order, and ends", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  for (let i = 0; i < 10; i++) await push.send([`${i}`, "x"]);
  assertEquals([...pull.drain()].map(texts), Array.from({ length: 10 }, (_, i) => [`${i}`, "x"]));
  assertEquals([...pull.drain()], []);
});

Deno.test("drain goes on with what comes meanwhile", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  await push.send("0");
  let last = "";
  for (const [text] of pull.drain()) {
    last = text.text();
    if (last !== "9") assert(push.trySend(`${Number(last) + 1}`));
  }
  assertEquals(last, "9");
});

Deno.test("a drain that is left keeps the rest", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  for (let i = 0; i < 5; i++) await push.send(`${i}`);
  for (const [text] of pull.drain()) {
    if (text.text() === "1") break;
  }
  assertEquals(await receivedMany(pull, 3), ["2", "3", "4"]);
});

Deno.test("a drain whose body closes the socket ends", async () => {
  using push = new Push();
  const pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  for (let i = 0; i < 5; i++) await push.send(`${i}`);
  const seen: string[] = [];
  for (const [text] of pull.drain()) {
    seen.push(text.text());
    if (seen.length === 2) pull.close();
  }
  assertEquals(seen, ["0", "1"]);
});

Deno.test("a drain whose body begins to receive leaves the rest to that", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, freshAddress("inproc"));
  const drain = pull.drain();
  assertEquals(drain.next().done, true);
  const waiting = pull.receive();
  await push.send("a");
  await push.send("b");
  assertEquals(drain.next().done, true);
  assertEquals(texts(await soon(waiting)), ["a"]);
  assertEquals([...drain].map(texts), [["b"]]);
});

Deno.test("readable and writable say what can be done at once", async () => {
  using push = new Push();
  using pull = new Pull();
  assertEquals([push.writable, pull.readable], [false, false]);
  await join(pull, push, freshAddress("inproc"));
  assertEquals([push.writable, pull.readable], [true, false]);
  await push.send("x");
  assertEquals(pull.readable, true);
  pull.tryReceive();
  assertEquals(pull.readable, false);
});
