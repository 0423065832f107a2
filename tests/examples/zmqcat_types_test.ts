/** zmqcat's types of sockets, each with a peer of the library's own or another zmqcat. */

import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { Dealer, Pair, Publisher, Push, Request, Subscriber, XPublisher } from "../../mod.ts";
import { withFolder } from "../util.ts";
import { grown, shell, text, zmqcat } from "./support.ts";
import { pause, soon } from "../waiting.ts";

const ANY = "tcp://127.0.0.1:*";
const WHOLE = { status: 0, errors: "" };

// Publish and subscribe -----------------------------------------------------------------------------

Deno.test("pub waits for its first subscriber, and sub gets everything from the first line on", () =>
  withFolder(async (folder) => {
    const address = `ipc://${folder}/socket`;
    await using publisher = zmqcat("pub", "--connect", address, "--end-marker");
    await publisher.write("one\ntwo\n");
    await publisher.end();
    await using subscriber = zmqcat("sub", "--bind", address, "--end-marker");
    assertEquals(text(await subscriber.output()), "one\ntwo\n");
    assertEquals(await subscriber.ended(), WHOLE);
    assertEquals(await publisher.ended(), WHOLE);
  }));

Deno.test("pub waits for a slow subscriber rather than drop anything", () =>
  withFolder(async (folder) => {
    const lines = Array.from({ length: 2_000 }, (_, i) => `line ${i}`).join("\n") + "\n";
    await Deno.writeTextFile(`${folder}/original`, lines);
    await using subscriber = zmqcat("sub", "--bind", ANY, "--end-marker", "--hwm", "10");
    const address = await subscriber.said("endpoint ");
    const options = ["--file", `${folder}/original`, "--end-marker", "--hwm", "10"];
    await using publisher = zmqcat("pub", "--connect", address, ...options);
    assertEquals(text(await subscriber.output()) === lines, true);
    assertEquals(await publisher.ended(), WHOLE);
    assertEquals((await subscriber.ended()).status, 0);
  }));

Deno.test("sub receives the topics that it was given, and no others", async () => {
  await using publisher = new XPublisher();
  await publisher.bind(ANY);
  const topics = ["--topic", "a", "--topic", "c"];
  const count = ["--count", "2"];
  await using subscriber = zmqcat("sub", "--connect", publisher.lastEndpoint!, ...topics, ...count);
  await publisher.receive();
  await publisher.receive(); // both subscriptions have come
  for (const message of ["a1", "b2", "c3"]) await publisher.send(message);
  assertEquals(text(await subscriber.output()), "a1\nc3\n");
  assertEquals(await subscriber.ended(), WHOLE);
});

Deno.test("pub --topic puts the topic before each message, as a frame", async () => {
  await using subscriber = new Subscriber();
  await subscriber.bind(ANY);
  subscriber.subscribe("news");
  const options = ["--topic", "news", "--end-marker"];
  await using publisher = zmqcat("pub", "--connect", subscriber.lastEndpoint!, ...options);
  await publisher.write("rain\n");
  await publisher.end();
  assertEquals(strings(await subscriber.receive()), ["news", "rain"]);
  assertEquals(strings(await subscriber.receive()), ["news", "", "8"]);
  assertEquals(await publisher.ended(), WHOLE);
});

Deno.test("sub --end-marker ends at the end marker of a topic", () =>
  withFolder(async (folder) => {
    const address = `ipc://${folder}/socket`;
    const options = ["--topic", "news", "--end-marker"];
    await using subscriber = zmqcat("sub", "--bind", address, ...options);
    await using publisher = zmqcat("pub", "--connect", address, ...options);
    await publisher.write("rain\n");
    await publisher.end();
    assertEquals(text(await subscriber.output()), "news\train\n");
    assertEquals(await subscriber.ended(), WHOLE);
  }));

Deno.test("xpub prints subscriptions, and sends its lines", async () => {
  await using subscriber = new Subscriber();
  await subscriber.bind(ANY);
  subscriber.subscribe("a");
  await using publisher = zmqcat("xpub", "--connect", subscriber.lastEndpoint!, "--hex");
  await publisher.write("a line\n");
  assertEquals(strings(await subscriber.receive()), ["a line"]);
  assertEquals(text(await publisher.output(5)), "0161\n");
});

Deno.test("xpub waits for a slow subscriber rather than drop anything", async () => {
  const lines = Array.from({ length: 2_000 }, (_, i) => `line ${i}\n`).join("");
  await using subscriber = zmqcat("sub", "--bind", ANY, "--end-marker", "--hwm", "10");
  const options = ["--connect", await subscriber.said("endpoint "), "--end-marker", "--hwm", "10"];
  await using publisher = zmqcat("xpub", ...options);
  await publisher.output(1); // the subscription
  await publisher.write(lines);
  await publisher.end();
  assertEquals(text(await subscriber.output()) === lines, true);
});

Deno.test("xsub subscribes to its topics, and by the messages that it sends", async () => {
  await using publisher = new XPublisher();
  await publisher.bind(ANY);
  const options = ["--topic", "a", "--count", "2"];
  await using subscriber = zmqcat("xsub", "--connect", publisher.lastEndpoint!, ...options);
  assertEquals(strings(await publisher.receive()), ["\x01a"]);
  await subscriber.write("\x01b\n");
  assertEquals(strings(await publisher.receive()), ["\x01b"]);
  for (const message of ["b1", "c2", "a3"]) await publisher.send(message);
  assertEquals(text(await subscriber.output()), "b1\na3\n");
  assertEquals(await subscriber.ended(), WHOLE);
});

Deno.test("xsub ends though its publisher has gone", () =>
  withFolder(async (folder) => {
    const address = `ipc://${folder}/socket`;
    await using subscriber = zmqcat("xsub", "--connect", address, "--topic", "", "--count", "1");
    {
      await using publisher = new XPublisher();
      await publisher.bind(address);
      await publisher.receive();
      await publisher.send("the last");
    }
    assertEquals(text(await subscriber.output()), "the last\n");
    assertEquals(await subscriber.ended(), WHOLE);
  }));

// Duplex --------------------------------------------------------------------------------------------

Deno.test("dealer sends its lines and prints what comes, also after its input's end", async () => {
  await using peer = new Dealer();
  await peer.bind(ANY);
  await using dealer = zmqcat("dealer", "--connect", peer.lastEndpoint!, "--count", "2");
  await dealer.write("one\n");
  assertEquals(strings(await peer.receive()), ["one"]);
  await peer.send("first");
  assertEquals(text(await dealer.output(6)), "first\n");
  await dealer.end();
  await peer.send("second");
  assertEquals(text(await dealer.output()), "first\nsecond\n");
  assertEquals(await dealer.ended(), WHOLE);
});

Deno.test("dealer --linger says how long the end waits for a peer that isn't there", () =>
  withFolder(async (folder) => {
    const address = `ipc://${folder}/socket`;
    const options = ["--timeout", "100", "--linger", "50000"];
    await using dealer = zmqcat("dealer", "--connect", address, ...options);
    await dealer.write("one\n");
    await dealer.said("deno-zmq: waiting up to 50000 ms");
    await using peer = new Dealer();
    await peer.bind(address);
    assertEquals(strings(await soon(peer.receive())), ["one"]);
    assertEquals((await dealer.ended()).status, 0);
  }));

Deno.test("pair ends when both sides have sent their end marker", async () => {
  await using pair = zmqcat("pair", "--bind", ANY, "--end-marker");
  await using peer = new Pair();
  peer.connect(await pair.said("endpoint "));
  await pair.write("one\n");
  assertEquals(strings(await peer.receive()), ["one"]);
  await peer.send("answer");
  await peer.send(["x", "", "7"]); // a subscriber alone takes what stands before for a topic
  await peer.send(["", 8]);
  await pair.write("two\n");
  assertEquals(strings(await peer.receive()), ["two"]);
  await pair.end();
  assertEquals(strings(await peer.receive()), ["", "6"]);
  assertEquals(text(await pair.output()), "answer\nx\t\t7\n");
  assertEquals((await pair.ended()).status, 0);
});

Deno.test("router prints a routing id that can be typed again", async () => {
  await using router = zmqcat("router", "--bind", ANY);
  await using dealer = new Dealer(); // libzmq makes up its id, of bytes that no one could type
  dealer.connect(await router.said("endpoint "));
  await dealer.send("who am I?");
  const [id, said] = text(await router.output(12 + "\twho am I?\n".length)).split("\t");
  assertMatch(id, /^0x00[0-9a-f]{8}$/);
  assertEquals(said, "who am I?\n");
  await router.write(`${id}\tyou\n`);
  assertEquals(strings(await dealer.receive()), ["you"]);
});

Deno.test("router prints a routing id that reads like one in hexadecimal so that it can be typed again", async () => {
  await using router = zmqcat("router", "--bind", ANY);
  await using dealer = new Dealer({ routingId: "0x61" });
  dealer.connect(await router.said("endpoint "));
  await dealer.send("who am I?");
  const line = "0x30783631\twho am I?\n";
  assertEquals(text(await router.output(line.length)), line);
  await router.write("0x30783631\tyou\n");
  assertEquals(strings(await soon(dealer.receive())), ["you"]);
});

Deno.test("router takes a routing id as text, and tabs between frames", async () => {
  await using router = zmqcat("router", "--bind", ANY);
  await using request = new Request({ routingId: "client" });
  request.connect(await router.said("endpoint "));
  await request.send("?");
  assertEquals(text(await router.output(10)), "client\t\t?\n");
  await router.write("client\t\t!\n");
  assertEquals(strings(await request.receive()), ["!"]);
});

Deno.test("router says that there is no such peer, and goes on", async () => {
  await using router = zmqcat("router", "--bind", ANY);
  await using dealer = new Dealer({ routingId: "client" });
  dealer.connect(await router.said("endpoint "));
  await dealer.send("hello");
  await router.output(1);
  await router.write("unknown\tlost\nno id\nclient\tfound\n");
  assertEquals(strings(await dealer.receive()), ["found"]);
  assertEquals(await router.said("zmqcat: no peer "), 'has the routing id "unknown"');
  assertEquals(await router.said("zmqcat: no routing id "), 'stands before "no id"');
});

Deno.test("stream talks lines with a plain TCP program", async () => {
  await using stream = zmqcat("stream", "--bind", ANY);
  const port = Number((await stream.said("endpoint ")).split(":").at(-1));
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const coming = text(await stream.output(12)); // an empty message tells of a peer that comes
  assertMatch(coming, /^0x00[0-9a-f]{8}\t\n/);
  await connection.write(new TextEncoder().encode("hello"));
  const id = coming.slice(0, 12);
  assertEquals(text(await stream.output(31)), `${id}\t\n${id}\thello\n`);
  await stream.write(`${id}\ta\tb\n`);
  const bytes = new Uint8Array(100);
  let read = "";
  while (!read.endsWith("\n")) read += text(bytes.subarray(0, (await connection.read(bytes))!));
  assertEquals(read, "a\tb\n");
});

Deno.test("dealer whose input is /dev/null goes on receiving", () =>
  withFolder(async (folder) => {
    const address = `ipc://${folder}/socket`;
    await using peer = new Dealer();
    peer.connect(address);
    await peer.send("one");
    const dealer = `zmqcat dealer --bind ${address} --count 2 < /dev/null`;
    await using running = shell(folder, dealer);
    assertEquals(text(await running.output(4)), "one\n");
    await peer.send("two");
    assertEquals(text(await running.output()), "one\ntwo\n");
    assertEquals(await running.ended(), WHOLE);
  }));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`dealer ended by ${signal} keeps in its file what it has received`, () =>
    withFolder(async (folder) => {
      const copy = `${folder}/copy`;
      await using dealer = zmqcat("dealer", "--bind", ANY, "--output", copy);
      await using peer = new Dealer();
      peer.connect(await dealer.said("endpoint "));
      for (let i = 0; i < 1000; i++) await peer.send(`${i}`.padStart(9, "0"));
      await grown(copy, 10_000);
      dealer.kill(signal);
      assertEquals((await dealer.ended()).status, { SIGINT: 130, SIGTERM: 143 }[signal]);
      assertMatch(await Deno.readTextFile(copy), /^000000000\n(?:\d{9}\n){998}000000999\n$/);
    }));
}

Deno.test("dealer ends when the reader of its output goes, though its input stays open", async () => {
  await using dealer = zmqcat("dealer", "--bind", ANY);
  await dealer.said("endpoint ");
  await dealer.refuseOutput();
  const { status, errors } = await dealer.ended();
  assertEquals(status, 141);
  assertMatch(errors, /\nzmqcat: no one reads the output any more\n$/);
});

// Several addresses -----------------------------------------------------------------------------------

Deno.test("pull binds and connects to several addresses, and collects from all", () =>
  withFolder(async (folder) => {
    const [one, two, three] = [1, 2, 3].map((i) => `ipc://${folder}/${i}`);
    await using push = new Push();
    await push.bind(three);
    const addresses = ["--bind", one, "--connect", three, "--bind", two];
    await using receiver = zmqcat("pull", ...addresses, "--count", "3");
    await push.send("3");
    await receiver.output(2);
    for (const [i, address] of [one, two].entries()) {
      await using push = new Push();
      push.connect(address);
      await push.send(`${i + 1}`);
      await receiver.output(4 + 2 * i);
    }
    assertEquals(text(await receiver.output()), "3\n1\n2\n");
    assertEquals(await receiver.ended(), WHOLE);
  }));

Deno.test("many senders in shell pipes come together in one receiver, which --count ends", () =>
  withFolder(async (folder) => {
    const senders = 'for i in 1 2 3; do seq 100 | zmqcat push --connect "ipc://$DIR/socket" & done';
    const receiver = 'zmqcat pull --bind "ipc://$DIR/socket" --count 300 | sort -n | uniq -c';
    await using running = shell(folder, `${senders}\n${receiver}\nwait`);
    const counted = text(await running.output()).trim().split("\n").map((line) => line.trim());
    assertEquals(counted, Array.from({ length: 100 }, (_, i) => `3 ${i + 1}`));
    assertEquals(await running.ended(), WHOLE);
  }));

Deno.test("a publisher of another program is no different", async () => {
  await using subscriber = zmqcat("sub", "--bind", ANY, "--count", "1");
  await using publisher = new Publisher();
  publisher.connect(await subscriber.said("endpoint "));
  let ended = false;
  const end = subscriber.ended().finally(() => ended = true);
  while (!ended) {
    await publisher.send("again");
    await pause(10); // the pace, which nothing depends on
  }
  assertEquals((await end).status, 0);
  assertEquals(text(await subscriber.output()), "again\n");
});

function strings(message: { text(): string }[]): string[] {
  return message.map((frame) => frame.text());
}
