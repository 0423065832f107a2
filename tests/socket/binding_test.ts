import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { portOf, received } from "./support.ts";

const HOST = "tcp://127.0.0.1";
const TAKEN = { name: "ZmqError", code: "EADDRINUSE", call: "zmq_bind" };

/** Makes ranges begin with their first port, until the end of the block. */
function fromTheFirst(): Disposable {
  const { random } = Math;
  Math.random = () => 0;
  return { [Symbol.dispose]: () => void (Math.random = random) };
}

Deno.test("bindToRandomPort binds within its range, and returns the port", async () => {
  using pull = new Pull();
  const port = await pull.bindToRandomPort(HOST, { min: 50_000, max: 60_000 });
  assert(port >= 50_000 && port <= 60_000, `${port}`);
  assertEquals(pull.lastEndpoint, `${HOST}:${port}`);
  using push = new Push();
  push.connect(`${HOST}:${port}`);
  await push.send("hello");
  assertEquals(await received(pull), ["hello"]);
});

Deno.test("bindToRandomPort takes the private ports by default", async () => {
  using pull = new Pull();
  assert(await pull.bindToRandomPort(HOST) >= 49_152);
});

Deno.test("bindToRandomPort passes over a port that is taken", async () => {
  using one = new Pull();
  await one.bind(`${HOST}:*`);
  const taken = portOf(one);
  using other = new Pull();
  using _ = fromTheFirst();
  const port = await other.bindToRandomPort(HOST, {
    min: taken,
    max: Math.min(taken + 50, 65_535),
  });
  assert(port !== taken);
});

Deno.test("bindToRandomPort fails where all ports that it tried are taken", async () => {
  using one = new Pull();
  await one.bind(`${HOST}:*`);
  const taken = portOf(one);
  using other = new Pull();
  await rejects(other.bindToRandomPort(HOST, { min: taken, max: taken }), TAKEN);
  using _ = fromTheFirst();
  await rejects(other.bindToRandomPort(HOST, { min: taken, max: 65_535, tries: 1 }), TAKEN);
});

Deno.test("bindToRandomPort passes on what else libzmq says", async () => {
  using pull = new Pull();
  await rejects(pull.bindToRandomPort("nonsense://x"), { code: "EPROTONOSUPPORT" });
});

Deno.test("bindToRandomPort refuses what isn't a range at once", () => {
  const pull = new Pull();
  const call = (...args: unknown[]) => () => Reflect.apply(pull.bindToRandomPort, pull, args);
  throws(call(5), { name: "TypeError" });
  throws(call(HOST, { min: "1" }), { name: "TypeError" });
  throws(call(HOST, { min: 0 }), { name: "RangeError" });
  throws(call(HOST, { max: 65_536 }), { name: "RangeError" });
  throws(call(HOST, { min: 60_000, max: 50_000 }), { name: "RangeError" });
  throws(call(HOST, { min: 50_000.5 }), { name: "RangeError" });
  throws(call(HOST, { tries: 0 }), { name: "RangeError" });
  pull.close();
  throws(call(HOST), { code: "EBADF" });
});
