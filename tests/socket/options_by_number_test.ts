/** Options by their numbers in `zmq.h`: each type, what is the engine's own, and what is refused. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import {
  Dealer,
  Frame,
  type OptionTypes,
  Pair,
  Poller,
  Pull,
  Push,
  Router,
  Stream,
  Subscriber,
  XPublisher,
  ZmqError,
} from "../../mod.ts";
import { listens } from "../../ffi/libc.ts";
import { READABLE } from "../../poller/backend.ts";
import { COMMON, OPTION_NUMBERS } from "../../socket/options_table.ts";
import { readiness } from "../fds.ts";
import { freshAddress, join } from "../util.ts";
import { curve, curveKeyPair } from "./curve.ts";
import { eachTransport, pending, received } from "./support.ts";
import { soon, turn } from "../waiting.ts";

// Bound here: within a test it would be a leak to the sanitizers.
listens(0);

const AFFINITY = 4;
const ROUTING_ID = 5;
const FD = 14;
const EVENTS = 15;
const TYPE = 16;
const LINGER = 17;
const MAXMSGSIZE = 22;
const RCVTIMEO = 27;
const SNDTIMEO = 28;
const LAST_ENDPOINT = 32;
const ROUTER_MANDATORY = 33;
const TCP_ACCEPT_FILTER = 38;
const IMMEDIATE = 39;
const XPUB_VERBOSE = 40;
const CURVE_PUBLICKEY = 48;
const CURVE_SECRETKEY = 49;
const ZAP_DOMAIN = 55;
const XPUB_WELCOME_MSG = 72;
const STREAM_NOTIFY = 73;
const XPUB_VERBOSER = 78;

Deno.test("an int is a number", () => {
  using socket = new Pair();
  assertEquals(socket.getOption(LINGER, "int"), -1);
  for (const value of [0, 5, 2147483647, -1]) {
    socket.setOption(LINGER, value);
    assertEquals([socket.getOption(LINGER, "int"), socket.linger], [value, value]);
  }
  assertEquals(socket.getOption(TYPE, "int"), socket.type);
  assertEquals(socket.getOption(FD, "int"), socket.fd);
});

Deno.test("an int that is 0 or 1 is a boolean", () => {
  using socket = new Pair();
  for (const value of [true, false]) {
    socket.setOption(IMMEDIATE, value);
    assertEquals([socket.getOption(IMMEDIATE, "boolean"), socket.immediate], [value, value]);
    assertEquals(socket.getOption(IMMEDIATE, "int"), Number(value));
  }
});

Deno.test("what libzmq can't read back reads by its property as it was set by its number", () => {
  using router = new Router();
  for (const value of [1, 0, true, false]) {
    router.setOption(ROUTER_MANDATORY, value);
    assertEquals(router.mandatory, Boolean(value));
  }
  throws(() => router.setOption(ROUTER_MANDATORY, -1), { code: "EINVAL" });
  assertEquals(router.mandatory, false);
  using stream = new Stream();
  stream.setOption(STREAM_NOTIFY, false);
  assertEquals(stream.notify, false);
  using publisher = new XPublisher();
  publisher.setOption(XPUB_WELCOME_MSG, "welcome");
  assertEquals(publisher.welcomeMessage, "welcome");
  const verbosities = [[XPUB_VERBOSE, "allSubs"], [XPUB_VERBOSER, "allSubsUnsubs"]] as const;
  for (const [option, verbosity] of verbosities) {
    publisher.setOption(option, 1);
    assertEquals(publisher.verbosity, verbosity);
    publisher.setOption(option, 0);
    assertEquals(publisher.verbosity, null);
  }
});

Deno.test("64 bits are a bigint, signed or not", () => {
  using socket = new Pair();
  for (const value of [0n, 5n, 2n ** 62n, -1n]) {
    socket.setOption(MAXMSGSIZE, value);
    assertEquals(socket.getOption(MAXMSGSIZE, "int64"), value);
  }
  assertEquals(socket.maxMessageSize, -1);
  for (const value of [0n, 5n, 2n ** 63n, 2n ** 64n - 1n]) {
    socket.setOption(AFFINITY, value);
    assertEquals(socket.getOption(AFFINITY, "uint64"), value);
  }
  assertEquals(socket.getOption(AFFINITY, "int64"), -1n);
});

Deno.test("text is a string, without the NUL at its end", async () => {
  using socket = new Pair();
  assertEquals(socket.getOption(ZAP_DOMAIN, "string"), "");
  for (const value of ["home", "größer", "x".repeat(255)]) {
    socket.setOption(ZAP_DOMAIN, value);
    assertEquals([socket.getOption(ZAP_DOMAIN, "string"), socket.zapDomain], [value, value]);
  }
  await socket.bind(freshAddress("inproc"));
  assertEquals(socket.getOption(LAST_ENDPOINT, "string"), socket.lastEndpoint);
});

Deno.test("bytes are a Frame, which is a copy", () => {
  using socket = new Dealer();
  assertEquals(socket.getOption(ROUTING_ID, "bytes").length, 0);
  const id = new Uint8Array([1, 0, 255, 0]);
  socket.setOption(ROUTING_ID, id);
  const read = socket.getOption(ROUTING_ID, "bytes");
  assert(read instanceof Frame);
  assertEquals([...read], [1, 0, 255, 0]);
  assertEquals([...socket.routingId!], [1, 0, 255, 0]);
  read.fill(9);
  void socket.linger;
  assertEquals([...socket.getOption(ROUTING_ID, "bytes")], [1, 0, 255, 0]);
});

Deno.test("null sets nothing, of length 0", () => {
  using socket = new Pair();
  socket.setOption(TCP_ACCEPT_FILTER, "127.0.0.1");
  socket.setOption(TCP_ACCEPT_FILTER, null);
  throws(() => socket.setOption(ZAP_DOMAIN, null), { name: "ZmqError", code: "EINVAL" });
});

Deno.test("what libzmq doesn't know, or not as that type, is EINVAL, and the error names the option", () => {
  using socket = new Pair();
  const refused = (option: number, call: string) => ({
    name: "ZmqError",
    code: "EINVAL",
    call,
    option: String(option),
  });
  throws(() => socket.getOption(9999, "int"), refused(9999, "zmq_getsockopt"));
  throws(() => socket.setOption(9999, 1), refused(9999, "zmq_setsockopt"));
  throws(() => socket.getOption(-1, "int"), refused(-1, "zmq_getsockopt"));
  throws(() => socket.getOption(MAXMSGSIZE, "int"), refused(MAXMSGSIZE, "zmq_getsockopt"));
  throws(() => socket.setOption(MAXMSGSIZE, 5), refused(MAXMSGSIZE, "zmq_setsockopt"));
  throws(() => socket.setOption(LINGER, 5n), refused(LINGER, "zmq_setsockopt"));
  throws(() => socket.setOption(LINGER, -2), refused(LINGER, "zmq_setsockopt"));
  throws(() => socket.setOption(TCP_ACCEPT_FILTER, "nowhere"), { code: "EINVAL" });
  assertEquals([socket.maxMessageSize, socket.linger], [-1, -1]);
});

Deno.test("an option that is read in a wrong type says as what it's read", () => {
  using socket = new Router();
  const refuses = (option: number, types: (keyof OptionTypes)[], message: RegExp) => {
    for (const type of types) {
      const error = { name: "ZmqError", code: "EINVAL", option: String(option), message };
      throws(() => socket.getOption(option, type), error);
    }
  };
  const is = (what: string) => new RegExp(`\\(\\w+\\) is read as ${what}, and not as`);
  refuses(MAXMSGSIZE, ["int", "boolean", "string"], is('"int64"'));
  refuses(AFFINITY, ["int", "boolean", "string"], is('"uint64"'));
  refuses(LINGER, ["int64", "uint64", "string"], is('"int"'));
  refuses(IMMEDIATE, ["int64", "uint64", "string"], is('"boolean" or "int"'));
  refuses(ZAP_DOMAIN, ["int", "int64", "uint64", "boolean"], is('"string"'));
  refuses(EVENTS, ["int64", "uint64"], /The option 15 has 4 bytes, and can't be read as "u?int64"/);
  refuses(ROUTER_MANDATORY, ["int", "boolean", "bytes"], /mandatory\) can't be read from libzmq/);
});

Deno.test("an option that is set to a wrong type says to what it's set, and one out of range doesn't", () => {
  using socket = new Pair();
  const refuses = (option: number, value: number | bigint | string | Uint8Array, message: RegExp) =>
    throws(() => socket.setOption(option, value), { name: "ZmqError", code: "EINVAL", message });
  refuses(MAXMSGSIZE, 5, /option 22 \(maxMessageSize\) is set to a bigint/);
  refuses(LINGER, 5n, /option 17 \(linger\) is set to a number/);
  refuses(IMMEDIATE, "yes", /option 39 \(immediate\) is set to a boolean or a number/);
  refuses(LINGER, -2, /^Setting the option 17 failed: invalid argument/);
});

Deno.test(curve("keys are read by number, as 40 characters and as 32 bytes", () => {
  const { publicKey, secretKey, publicBytes, secretBytes } = curveKeyPair();
  using socket = new Pair({ curvePublicKey: publicKey, curveSecretKey: secretKey });
  assertEquals(socket.getOption(CURVE_PUBLICKEY, "string"), publicKey);
  assertEquals(socket.getOption(CURVE_SECRETKEY, "string"), secretKey);
  assertEquals([...socket.getOption(CURVE_PUBLICKEY, "bytes")], [...publicBytes]);
  assertEquals([...socket.getOption(CURVE_SECRETKEY, "bytes")], [...secretBytes]);
  const refused = { code: "EINVAL", message: /is read as "string" or "bytes", and not as "int"/ };
  throws(() => socket.getOption(CURVE_PUBLICKEY, "int"), refused);
  const wrong = { code: "EINVAL", message: /is set to a string of 40 characters, or 32 bytes/ };
  throws(() => socket.setOption(CURVE_PUBLICKEY, "short"), wrong);
}));

Deno.test("what can't be an option's value, type or number is refused before libzmq sees it", () => {
  using socket = new Pair();
  for (const value of [undefined, {}, [1], Symbol(), new ArrayBuffer(4), () => 1] as never[]) {
    throws(() => socket.setOption(LINGER, value), { name: "TypeError" });
  }
  for (const value of [0.5, NaN, Infinity, 2 ** 31, -(2 ** 31) - 1]) {
    throws(() => socket.setOption(LINGER, value), { name: "RangeError", message: /32 bits/ });
  }
  for (const value of [2n ** 64n, -(2n ** 63n) - 1n]) {
    throws(() => socket.setOption(MAXMSGSIZE, value), { name: "RangeError", message: /64 bits/ });
  }
  for (const type of ["float", "", undefined, null, "constructor", "toString"] as never[]) {
    throws(() => socket.getOption(LINGER, type), { name: "TypeError", message: /int64/ });
  }
  for (
    const option of ["17", 1.5, NaN, undefined, null, 17n, 2 ** 32 + 17, -(2 ** 31) - 1] as never[]
  ) {
    const refusal = { name: "TypeError", message: "An option's number is an integer of 32 bits" };
    throws(() => socket.getOption(option, "int"), refusal);
    throws(() => socket.setOption(option, 1), refusal);
  }
  assertEquals(socket.linger, -1);
});

Deno.test("on a closed socket, no option can be read or set by its number", () => {
  const socket = new Pair();
  socket.close();
  for (const option of [LINGER, EVENTS, RCVTIMEO, SNDTIMEO, 9999]) {
    throws(() => socket.getOption(option, "int"), { name: "ZmqError", code: "EBADF" });
    throws(() => socket.setOption(option, 1), { name: "ZmqError", code: "EBADF" });
  }
});

// The engine's own.

Deno.test("the two time-outs by their numbers are those of the properties", async () => {
  using socket = new Dealer({ receiveTimeout: 7, sendTimeout: 9 });
  assertEquals([socket.getOption(RCVTIMEO, "int"), socket.getOption(SNDTIMEO, "int")], [7, 9]);
  socket.setOption(RCVTIMEO, 11);
  socket.setOption(SNDTIMEO, 13);
  assertEquals([socket.receiveTimeout, socket.sendTimeout], [11, 13]);
  await rejects(soon(socket.receive()), { code: "EAGAIN", message: /within 11 ms/ });
  await rejects(soon(socket.send("x")), { code: "EAGAIN", message: /within 13 ms/ });
  throws(() => socket.receiveSync(), { code: "EAGAIN", message: /within 11 ms/ });
  throws(() => socket.setOption(RCVTIMEO, -2), { name: "RangeError" });
  throws(() => socket.setOption(SNDTIMEO, "1"), { name: "TypeError" });
});

Deno.test("EVENTS tells what a socket is ready for", async () => {
  using one = new Dealer({ linger: 0 });
  using other = new Dealer({ linger: 0 });
  assertEquals(one.getOption(EVENTS, "int"), 0);
  await join(one, other, freshAddress("inproc"));
  assertEquals(other.getOption(EVENTS, "int"), 2);
  await one.send("x");
  assertEquals(other.getOption(EVENTS, "int"), 1 | 2);
  await received(other);
  assertEquals(other.getOption(EVENTS, "int"), 2);
});

// Every type under which EVENTS can be read.
const WAYS: (keyof OptionTypes)[] = ["int", "boolean", "bytes", "string"];

for (const type of WAYS) {
  for (const over of eachTransport()) {
    Deno.test(over(
      `EVENTS read as ${type} takes no wake-up from a receive that waits`,
      async (address) => {
        using pull = new Pull();
        using push = new Push();
        await join(pull, push, address);
        for (let i = 0; i < 30; i++) {
          const message = pull.receive();
          // Half of the time, a thread is waiting for the descriptor already.
          if (i % 2 === 0) await turn();
          assert(await pending(message));
          push.sendSync(`${i}`);
          untilReadable(pull);
          pull.getOption(EVENTS, type);
          assertEquals(String(await soon(message)), `${i}`);
        }
      },
    ));

    Deno.test(over(
      `EVENTS read as ${type} takes no wake-up from a Poller that waits`,
      async (address) => {
        using pull = new Pull();
        using push = new Push();
        await join(pull, push, address);
        using poller = new Poller<string>();
        poller.add(pull, { key: "pull" });
        for (let i = 0; i < 30; i++) {
          const wait = poller.wait();
          if (i % 2 === 0) await turn();
          push.sendSync(`${i}`);
          untilReadable(pull);
          pull.getOption(EVENTS, type);
          assertEquals((await soon(wait)).map(({ key }) => key), ["pull"]);
          assertEquals(String(pull.tryReceive()), `${i}`);
        }
      },
    ));
  }
}

Deno.test("EVENTS takes no wake-up from a send that waits", async () => {
  using one = new Dealer({ sendHighWaterMark: 1, receiveHighWaterMark: 1, linger: 0 });
  using other = new Dealer({ sendHighWaterMark: 1, receiveHighWaterMark: 1, linger: 0 });
  await join(one, other, freshAddress("inproc"));
  while (one.trySend("filling"));
  const sent = one.send("waits");
  await turn();
  assert([...other.drain()].length > 0);
  one.getOption(EVENTS, "int");
  await soon(sent);
});

Deno.test("an option that a type of socket doesn't have is EINVAL there", () => {
  using push = new Push();
  throws(() => push.setOption(33, 1), { name: "ZmqError", code: "EINVAL" }); // ROUTER_MANDATORY
  using router = new Router();
  router.setOption(33, 1);
  let error: unknown;
  try {
    router.getOption(33, "int"); // libzmq can set this one, and not read it
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof ZmqError && error.code === "EINVAL");
});

Deno.test("a flag that was set to nought by bytes or text read as set", () => {
  for (const nought of [0, false, new Uint8Array(4), "\0\0\0\0"]) {
    using router = new Router({ mandatory: true, probeRouter: true });
    router.setOption(33, nought); // ROUTER_MANDATORY
    router.setOption(51, nought); // PROBE_ROUTER
    assertEquals([router.mandatory, router.probeRouter], [false, false]);
    router.rawMode = true; // which would refuse probing
  }
});

/** Blocks until a socket's descriptor says that something has changed. */
function untilReadable(socket: Pull): void {
  const limit = performance.now() + 20_000;
  while ((readiness(socket.fd) & READABLE) === 0) {
    assert(performance.now() < limit, "nothing comes");
  }
}

Deno.test("a descriptor that doesn't listen was taken where its bytes had a slice of their own", () => {
  using pull = new Pull();
  const { useFd } = COMMON;
  class Misleading extends Uint8Array<ArrayBuffer> {
    override slice(): this {
      return new Uint8Array(Int32Array.of(-1).buffer) as this;
    }
  }
  const fd = new Misleading(Int32Array.of(pull.fd).buffer);
  throws(() => pull.setOption(useFd.number, fd), { name: "ZmqError" });
  assertEquals(pull.getOption(useFd.number, "int"), -1);
});

Deno.test("what lay behind its bytes became part of a subscription that had a length of its own", async () => {
  const { subscribe } = OPTION_NUMBERS;
  using publisher = new XPublisher();
  using subscriber = new Subscriber();
  await join(publisher, subscriber, freshAddress("inproc"));
  const prefix = Uint8Array.of(97, 98, 99);
  for (const name of ["length", "byteLength"]) Object.defineProperty(prefix, name, { value: 1000 });
  subscriber.subscribe(prefix);
  subscriber.unsubscribe(prefix);
  subscriber.setOption(subscribe, prefix);
  for (const first of ["\x01", "\0", "\x01"]) {
    assertEquals(await received(publisher), [`${first}abc`]);
  }
});
