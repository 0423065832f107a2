import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { zmq } from "../../ffi/libzmq.ts";
import { capability, Pull, Push, Router, Stream } from "../../mod.ts";
import { checkAddress } from "../../socket/binding.ts";
import { replaced, watched } from "../replacing.ts";
import { eachTransport, portOf, received } from "./support.ts";

const HOST = "tcp://127.0.0.1";
const TAKEN = { name: "ZmqError", code: "EADDRINUSE", call: "zmq_bind" };

/** Makes ranges begin with their first port, until the end of the block. */
function fromTheFirst(): Disposable {
  const { random } = Math;
  Math.random = () => 0;
  return { [Symbol.dispose]: () => void (Math.random = random) };
}

Deno.test("a promise of an address is refused with the await that it lacks", async () => {
  using pull = new Pull();
  using push = new Push();
  const address = pull.bind(`${HOST}:*`);
  throws(() => push.connect(address as never), {
    name: "TypeError",
    message: "An address must be a string, not a promise: await it",
  });
  push.connect(await address);
});

Deno.test("a socket connects to no port 0, which libzmq tries in vain", () => {
  using push = new Push();
  for (
    const address of [
      `${HOST}:0`,
      `${HOST}:000`,
      "ws://127.0.0.1:0/path",
      `${HOST}:5;${HOST.slice(6)}:0`,
    ]
  ) {
    throws(() => push.connect(address), { name: "RangeError", message: /must be from 1 to 65535/ });
  }
  push.connect("tcp://127.0.0.1:0;127.0.0.1:1"); // its own end's port
  push.connect("inproc://name:0");
});

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

Deno.test("bindToRandomPort tries no other port after an error that isn't about the port", async () => {
  using pull = new Pull();
  const tried = new Set<string>();
  using _ = watched(zmq(), "zmq_bind", (_socket, address) => {
    tried.add(new TextDecoder().decode(address as Uint8Array));
  });
  await rejects(pull.bindToRandomPort("tcp://nosuchinterface"), { code: "ENODEV" });
  assertEquals(tried.size, 1);
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

Deno.test("bindToRandomPort tries each port of its range once, and goes on with the first behind the last", async () => {
  using one = new Pull();
  const taken = new TextEncoder().encode(`${await one.bind(`${HOST}:*`)}\0`);
  using other = new Pull();
  using _last = replaced(Math, "random", () => 0.9);
  const { zmq_bind } = zmq();
  const tried: string[] = [];
  using _bind = replaced(zmq(), "zmq_bind", (socket, address) => {
    tried.push(new TextDecoder().decode((address as Uint8Array).subarray(-6, -1)));
    return zmq_bind(socket, taken);
  });
  await rejects(other.bindToRandomPort(HOST, { min: 50_000, max: 50_002, tries: 9 }), TAKEN);
  assertEquals(tried, ["50002", "50000", "50001"]);
});

Deno.test("bindToRandomPort passes on what else libzmq says", async () => {
  using pull = new Pull();
  await rejects(pull.bindToRandomPort("tcp://no-such-interface"), { code: "ENODEV" });
});

Deno.test("bindToRandomPort refuses an address whose transport has no ports, or that has one", async () => {
  using pull = new Pull();
  for (
    const address of [
      ...["ipc:///tmp/socket", "inproc://name", "vmci://1", "nonsense://x", "127.0.0.1", ""],
      ...["tcp://127.0.0.1:5555", "tcp://127.0.0.1:*", "tcp://[::1]:5555", "ws://127.0.0.1:80/x"],
    ]
  ) {
    await rejects(pull.bindToRandomPort(address), { name: "TypeError", message: /without a port/ });
  }
  assertEquals(pull.lastEndpoint, null);
});

Deno.test({
  name: "bindToRandomPort puts the port of a ws:// address before its path",
  ignore: !capability.ws,
  fn: async () => {
    using pull = new Pull();
    const port = await pull.bindToRandomPort("ws://127.0.0.1/path");
    assertEquals(pull.lastEndpoint, `ws://127.0.0.1:${port}/path`);
  },
});

Deno.test("bindToRandomPort refuses what isn't a range", async () => {
  const pull = new Pull();
  const call = (...args: unknown[]) => Reflect.apply(pull.bindToRandomPort, pull, args);
  await rejects(call(5), { name: "TypeError" });
  await rejects(call(HOST, { min: "1" }), { name: "TypeError" });
  await rejects(call(HOST, { min: 0 }), { name: "RangeError" });
  await rejects(call(HOST, { max: 65_536 }), { name: "RangeError" });
  await rejects(call(HOST, { min: 60_000, max: 50_000 }), { name: "RangeError" });
  await rejects(call(HOST, { min: 50_000.5 }), { name: "RangeError" });
  await rejects(call(HOST, { tries: 0 }), { name: "RangeError" });
  await rejects(call(HOST, 50_000), { name: "TypeError", message: /object of options/ });
  await rejects(call(HOST, null), { name: "TypeError", message: /object of options/ });
  await rejects(call(HOST, { mni: 50_000 }), { name: "TypeError", message: /did you mean min\?/ });
  pull.close();
  await rejects(call(HOST), { code: "EBADF" });
});

for (const over of eachTransport()) {
  Deno.test(
    over("bind and bindSync return the address, with wildcards replaced", async (address) => {
      using pull = new Pull();
      assertEquals(await pull.bind(address), pull.lastEndpoint);
      await pull.unbind(pull.lastEndpoint!);
      assertEquals(pull.bindSync(address), pull.lastEndpoint);
    }),
  );
}

Deno.test("methods refuse an argument too many", async () => {
  using router = new Router();
  using pull = new Pull();
  const call = (name: string, ...args: unknown[]) => async () =>
    await Reflect.apply(Reflect.get(pull, name) as () => unknown, pull, args);
  for (const name of ["bind", "bindSync", "unbind", "unbindSync", "connect", "disconnect"]) {
    const refused = { name: "TypeError", message: `${name} takes one argument, not 2` };
    await rejects(call(name, "inproc://x", {}), refused);
  }
  for (
    const name of ["addTcpAcceptFilter", "addIpcFilterPid", "addIpcFilterUid", "addIpcFilterGid"]
  ) {
    await rejects(call(name, 1, 2), {
      name: "TypeError",
      message: `${name} takes one argument, not 2`,
    });
  }
  await rejects(call("getOption", 17, "int", 1), { name: "TypeError", message: /2 arguments/ });
  await rejects(call("setOption", 17, 0, 1), { name: "TypeError", message: /2 arguments/ });
  await rejects(call("bindToRandomPort", HOST, {}, {}), { name: "TypeError", message: /2 arg/ });
  throws(() => Reflect.apply(router.connect, router, [HOST, {}, {}]), { message: /2 arguments/ });
});

Deno.test("the options of a Router's and a Stream's connect are checked", () => {
  for (const socket of [new Router(), new Stream()]) {
    using _ = socket;
    const connect = (options: unknown) => () =>
      Reflect.apply(socket.connect, socket, ["inproc://x", options]);
    throws(connect({ routngId: "x" }), { name: "TypeError", message: /did you mean routingId\?$/ });
    for (const wrong of ["peer", null, 5]) {
      throws(connect(wrong), { name: "TypeError", message: /connect takes an object of options/ });
    }
    throws(connect({ routingId: 5 }), { name: "TypeError" });
    throws(connect({ routingId: "" }), { name: "RangeError" });
  }
});

Deno.test("a port with more than digits, such as 5e3, was taken for what its first digits say", () => {
  const wrong = ["5e3", "55x", "+55", "5 5", "5.5", "http", "0x50", "5/6"];
  for (const address of [...wrong.map((port) => `${HOST}:${port}`), "ws://127.0.0.1:55x/path"]) {
    throws(() => checkAddress(address), { name: "RangeError", message: /must be from 0 to 65535/ });
  }
  const right = [`${HOST}:*`, "tcp://[::1]:5", "tcp://lo:1;127.0.0.1:5", "udp://lo;239.0.0.1:5"];
  for (const address of [...right, "inproc://a:b"]) checkAddress(address);
});

Deno.test("a number behind a colon in a WebSocket's path was taken for its port", () => {
  checkAddress("ws://127.0.0.1:80/path:65536");
  using push = new Push();
  if (capability.ws) push.connect("ws://127.0.0.1:1/path:0");
});

Deno.test("a port from 0 to 65535 isn't refused", () => {
  for (const port of [0, 1, 65535]) checkAddress(`tcp://127.0.0.1:${port}`);
});
