/** How zmqcat cuts what it reads into messages, prints those it receives, and when it has enough. */

import {
  deepStrictEqual as assertEquals,
  match as assertMatch,
  ok as assert,
} from "node:assert/strict";
import { parse } from "../../examples/zmqcat/arguments.ts";
import { Tally } from "../../examples/zmqcat/tally.ts";
import type { Handler } from "../../examples/zmqcat/wire.ts";
import { Dealer, type MessageLike, Poller, Pull, Push } from "../../mod.ts";
import { StoppedClock } from "../poller/clock.ts";
import { replaced } from "../replacing.ts";
import { withFolder } from "../util.ts";
import { Running, sha256, shell, text, zmqcat } from "./support.ts";
import { pause, soon, STUCK } from "../waiting.ts";

const ANY = "tcp://127.0.0.1:*";
const WHOLE = { status: 0, errors: "" };

// Cutting -------------------------------------------------------------------------------------------

const LONG = "x".repeat(150_000); // longer than what is read at a time
const CUTS: [options: string[], input: string, messages: string[][]][] = [
  [[], "one\ntwo\n", [["one"], ["two"]]],
  [["--lines"], "one\n\n\ntwo", [["one"], [""], [""], ["two"]]],
  [[], `a\n${LONG}\n${LONG}`, [["a"], [LONG], [LONG]]],
  [["--nul"], "one\n\0two\0three", [["one\n"], ["two"], ["three"]]],
  [["--whole"], `one\n${LONG}\n`, [[`one\n${LONG}\n`]]],
  [["--whole"], "", [[""]]],
  [["--frame-separator", ", "], "one, two\n, \nthree\n", [["one", "two"], ["", ""], ["three"]]],
  [["--frame-separator", "\\t\\x2c\\\\"], "one\t,\\two\n", [["one", "two"]]],
  [["--count", "2"], "one\ntwo\nthree\n", [["one"], ["two"]]],
];
for (const [options, input, messages] of CUTS) {
  const name = `${JSON.stringify(input.slice(0, 20))} by ${options.join(" ") || "default"}`;
  Deno.test(`push cuts ${name}`, () =>
    withFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/original`, input);
      await using pull = new Pull();
      await pull.bind(ANY);
      const file = ["--file", `${folder}/original`, "--end-marker"];
      await using sender = zmqcat("push", "--connect", pull.lastEndpoint!, ...file, ...options);
      const end = ["", `${messages.flat().join("").length}`];
      assertEquals(await until(pull, end), [...messages, end]);
      assertEquals(await sender.ended(), WHOLE);
    }));
}

Deno.test("push sends a line as soon as it has ended, and not before", async () => {
  await using pull = new Pull();
  await pull.bind(ANY);
  await using sender = zmqcat("push", "--connect", pull.lastEndpoint!);
  await sender.write("one\ntw");
  assertEquals((await pull.receive()).map(String), ["one"]);
  await sender.write("o\n");
  assertEquals((await pull.receive()).map(String), ["two"]);
});

Deno.test("push sends no more messages than --rate allows", async () => {
  await using pull = new Pull();
  await pull.bind(ANY);
  await using sender = zmqcat("push", "--connect", pull.lastEndpoint!, "--rate", "20/s");
  await sender.write("it's there\n");
  await pull.receive();
  await pause(300); // in which others could have gone
  const began = performance.now();
  await sender.write("0\n1\n2\n3\n4\n5\n");
  for (let i = 0; i <= 5; i++) await pull.receive();
  // What comes late may hurry, but not by more than 100 ms: five pauses of 50 ms take 150 ms at least.
  assert(performance.now() - began > 140);
});

// Printing ------------------------------------------------------------------------------------------

const BYTES = Uint8Array.of(0, 255);
const PRINTED: [options: string[], messages: MessageLike[], printed: string][] = [
  [[], ["one", ["two", "three"], ""], "one\ntwo\tthree\n\n"],
  [["--nul"], ["one", ["two", "three"]], "one\0two\tthree\0"],
  [["--frame-separator", ", "], [["one", "two"], "three"], "one, two\nthree\n"],
  [["--raw"], ["one\n", ["two", "three"], BYTES], "one\ntwothree\0\xff"],
  [["--raw", "--frame-separator", "\\0"], [["one", "two"], "three"], "one\0twothree"],
  [["--hex"], [["one", BYTES], ""], "6f6e65 00ff\n\n"],
  [["--hex", "--frame-separator", ":"], [["one", BYTES]], "6f6e65:00ff\n"],
];
for (const [options, messages, printed] of PRINTED) {
  Deno.test(`pull prints ${JSON.stringify(printed)} with ${options.join(" ") || "default"}`, async () => {
    const count = ["--count", `${messages.length}`];
    await using receiver = zmqcat("pull", "--bind", ANY, ...count, ...options);
    await using push = new Push();
    push.connect(await receiver.said("endpoint "));
    for (const message of messages) await push.send(message);
    assertEquals(new TextDecoder("latin1").decode(await receiver.output()), printed);
    assertEquals((await receiver.ended()).status, 0);
  });
}

Deno.test("pull --json prints frames and metadata, each message in a line", async () => {
  await using receiver = zmqcat("pull", "--bind", ANY, "--json", "--count", "2");
  await using push = new Push();
  push.connect(await receiver.said("endpoint "));
  await push.send(["one\n", "zwölf", "\ufeffmark", BYTES]);
  await push.send("");
  const lines = text(await receiver.output()).trimEnd().split("\n").map((line) => JSON.parse(line));
  const metadata = { "Peer-Address": "127.0.0.1", "Socket-Type": "PUSH" };
  assertEquals(lines, [
    { frames: ["one\n", "zwölf", "\ufeffmark", { hex: "00ff" }], metadata },
    { frames: [""], metadata },
  ]);
});

Deno.test("--sha256 is that of the messages' bytes at both ends, whatever was cut off or added", async () => {
  await using receiver = zmqcat("pull", "--bind", ANY, "--json", "--end-marker", "--sha256");
  const address = await receiver.said("endpoint ");
  const options = ["--sha256", "--end-marker", "--frame-separator", ","];
  await using sender = zmqcat("push", "--connect", address, ...options);
  await sender.write("one,two\nthree\n");
  await sender.end();
  const hash = sha256(new TextEncoder().encode("onetwothree"));
  assertEquals((await sender.ended()).errors, `sha256 ${hash}\n`);
  assertEquals(await receiver.said("sha256 "), hash);
});

Deno.test("--summary tells the time, and the rate, from the first message on", () => {
  const job = parse(["pull", "--bind", ANY, "--summary", "--quiet"]);
  assert(job !== "help");
  const said: string[] = [];
  using _stderr = replaced(Deno.stderr, "writeSync", (bytes) => {
    said.push(text(bytes));
    return bytes.length;
  });
  using clock = new StoppedClock();
  using poller = new Poller<Handler>();
  {
    using tally = new Tally(poller, job);
    clock.pass(10_000);
    tally.received.add([new Uint8Array(1_000_000), new Uint8Array(3_000_000)]);
    clock.pass(2_000);
    tally.received.add([]);
  }
  assertEquals(said, ["2 messages, 4.0 MB, 2.0 MB/s in 2.00 s\n"]);
});

Deno.test("a text file of a hundred thousand lines comes out of a shell's pipe as it was", () =>
  withFolder(async (folder) => {
    const receiver = 'zmqcat pull --bind "ipc://$DIR/socket" --end-marker | cat > "$DIR/copy" &';
    const sender = 'seq 100000 | tee "$DIR/original" | ' +
      'zmqcat push --connect "ipc://$DIR/socket" --end-marker';
    const compare = 'wait; cmp "$DIR/original" "$DIR/copy" && echo same';
    await using running = shell(folder, [receiver, sender, compare].join("\n"));
    assertEquals(text(await running.output()), "same\n");
    assertEquals(await running.ended(), WHOLE);
  }));

for (const format of ["--raw", "--nul"]) {
  Deno.test(`pull ${format} over ipc has all of many short messages, though its reader comes after the sender's end`, () =>
    withFolder(async (folder) => {
      const address = `ipc://${folder}/socket`;
      await using receiver = zmqcat("pull", "--bind", address, "--end-marker", format);
      await using sender = zmqcat("push", "--connect", address, "--end-marker");
      const numbers = Array.from({ length: 30_000 }, (_, i) => `${i}`);
      await sender.write(numbers.join("\n"));
      await sender.end();
      assertEquals((await sender.ended()).status, 0);
      const end = format === "--nul" ? "\0" : "";
      assertEquals(text(await receiver.output()) === numbers.map((n) => n + end).join(""), true);
      assertEquals(await receiver.ended(), WHOLE);
    }));
}

// Enough --------------------------------------------------------------------------------------------

Deno.test("pull --count prints so many messages, and leaves it at that", async () => {
  await using receiver = zmqcat("pull", "--bind", ANY, "--count", "2");
  await using push = new Push({ linger: 0 });
  push.connect(await receiver.said("endpoint "));
  for (const message of ["one", "two", "three"]) await push.send(message);
  assertEquals(text(await receiver.output()), "one\ntwo\n");
  assertEquals((await receiver.ended()).status, 0);
});

Deno.test("pull --timeout ends, with success, when nothing comes any more", async () => {
  await using receiver = zmqcat("pull", "--bind", ANY, "--timeout", "1500");
  await using push = new Push();
  const address = await receiver.said("endpoint ");
  push.connect(address);
  await push.send("one");
  assertEquals(text(await receiver.output()), "one\n");
  assertEquals(await receiver.ended(), { status: 0, errors: `endpoint ${address}\n` });
});

for (const option of [["--count", "2"], ["--end-marker"]]) {
  Deno.test(`pull --timeout fails where ${option[0]} was to end it`, async () => {
    await using receiver = zmqcat("pull", "--bind", ANY, "--timeout", "100", ...option);
    const { status, errors } = await receiver.ended();
    assertEquals(status, 1);
    assertMatch(errors, /\nzmqcat: nothing has come or gone for 100 ms\n$/);
  });
}

Deno.test("push --timeout fails where no one takes what it has", async () => {
  await using sender = zmqcat("push", "--bind", ANY, "--timeout", "100", "--quiet");
  await sender.write("one\n");
  const { status, errors } = await sender.ended();
  assertEquals(status, 1);
  assertMatch(errors, /\nzmqcat: nothing has come or gone for 100 ms\n$/);
});

Deno.test("push --hwm says how many messages may wait for a receiver that takes nothing", () =>
  withFolder(async (folder) => {
    await using pull = new Pull({ receiveHighWaterMark: 1 });
    await pull.bind(`ipc://${folder}/socket`);
    await Deno.writeFile(`${folder}/file`, new Uint8Array(16_000_000));
    const options = ["--chunk", "1000000", "--hwm", "1", "--timeout", "2500", "--summary"];
    const file = ["--file", `${folder}/file`, "--linger", "0"];
    await using sender = zmqcat("push", "--connect", pull.lastEndpoint!, ...options, ...file);
    const { status, errors } = await sender.ended();
    assertEquals(status, 1);
    // Those that the receiver has, and that are on their way, count as well.
    const sent = Number(/^(\d+) messages, /m.exec(errors)?.[1]);
    assert(sent > 0 && sent < 8, errors);
  }));

Deno.test("pull --hwm says how many messages may wait for a reader that takes nothing", () =>
  withFolder(async (folder) => {
    const address = `ipc://${folder}/socket`;
    await using receiver = zmqcat("pull", "--connect", address, "--raw", "--hwm", "1");
    await using push = new Push({ sendHighWaterMark: 1, linger: 0, sendTimeout: 1500 });
    await push.bind(address);
    await push.send(new Uint8Array(1_000_000), { timeout: STUCK });
    await receiver.output(1);
    // Those that are in hand, and on their way, count as well.
    let sent = 0;
    while (sent < 16 && await push.send(new Uint8Array(1_000_000)).then(() => true, () => false)) {
      sent++;
    }
    assert(sent < 8, `${sent} messages`);
  }));

Deno.test("push that has failed waits for less than half a second for what it had sent, and silently", () =>
  withFolder(async (folder) => {
    await using pull = new Pull({ receiveHighWaterMark: 1 });
    await pull.bind(ANY);
    const file = `${folder}/file`;
    await Deno.writeFile(file, new Uint8Array(0));
    await Deno.truncate(file, 64_000_000); // more than the sockets and the system hold
    const options = ["--file", file, "--chunk", "1000000", "--timeout", "1500"];
    await using sender = zmqcat("push", "--connect", pull.lastEndpoint!, ...options);
    const errors = "zmqcat: nothing has come or gone for 1500 ms\n";
    assertEquals(await sender.ended(), { status: 1, errors });
  }));

Deno.test("push --timeout doesn't count the time in which there is nothing to send", async () => {
  await using pull = new Pull();
  await pull.bind(ANY);
  await using sender = zmqcat("push", "--connect", pull.lastEndpoint!, "--timeout", "500");
  await sender.write("one\n");
  await soon(pull.receive());
  await pause(800); // longer than it would wait
  await sender.write("two\n");
  assertEquals((await soon(pull.receive())).map(String), ["two"]);
  await sender.end();
  assertEquals(await sender.ended(), WHOLE);
});

Deno.test("dealer --timeout begins again with each message that it sends", async () => {
  await using peer = new Dealer();
  await peer.bind(ANY);
  const options = ["--rate", "2", "--timeout", "2000"];
  await using dealer = zmqcat("dealer", "--connect", peer.lastEndpoint!, ...options);
  const lines = ["1", "2", "3", "4", "5", "6"]; // for longer than it would wait
  await dealer.write(lines.map((line) => `${line}\n`).join(""));
  for (const line of lines) assertEquals((await soon(peer.receive())).map(String), [line]);
});

Deno.test("pull --timeout doesn't count the time that the reader of its output takes", async () => {
  const receiver = await fullReceiver("--timeout", "1500");
  await using running = receiver.running;
  await pause(1800); // longer than it would wait
  assertEquals((await running.output()).length, receiver.size);
  assertEquals((await running.ended()).status, 0);
});

/** A pull whose output no one reads yet, with more for it than a pipe can hold. */
async function fullReceiver(...options: string[]): Promise<{ running: Running; size: number }> {
  const size = 1_000_000;
  const running = zmqcat("pull", "--bind", ANY, "--raw", ...options);
  await using push = new Push();
  push.connect(await running.said("endpoint "));
  await push.send(new Uint8Array(size));
  await running.output(1);
  return { running, size };
}

Deno.test("--linger gives up on a receiver that doesn't take what was sent", async () => {
  await using pull = new Pull({ receiveHighWaterMark: 1 });
  await pull.bind(ANY);
  const options = ["--whole", "--linger", "100", "--summary"];
  await using sender = zmqcat("push", "--connect", pull.lastEndpoint!, ...options);
  await sender.write(new Uint8Array(20_000_000));
  await sender.end();
  await sender.said("1 messages");
  assertEquals((await sender.ended()).status, 0);
});

/** Receives messages up to a certain one. */
async function until(pull: Pull, last: string[]): Promise<string[][]> {
  const messages: string[][] = [];
  for await (const message of pull) {
    messages.push(message.map((frame) => frame.text()));
    if (message.join("|") === last.join("|")) break;
  }
  return messages;
}
