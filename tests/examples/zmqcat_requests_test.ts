/** zmqcat's req and rep, each with a peer of the library's own or another zmqcat. */

import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { Reply, Request } from "../../mod.ts";
import { withFolder } from "../util.ts";
import { command, Running, text, zmqcat } from "./support.ts";
import { pause, soon } from "../waiting.ts";

const ANY = "tcp://127.0.0.1:*";
const WHOLE = { status: 0, errors: "" };

Deno.test("req sends a line, prints the reply, and ends after the reply to its last line", async () => {
  await using reply = new Reply();
  await reply.bind(ANY);
  await using request = zmqcat("req", "--connect", reply.lastEndpoint!);
  await request.write("one\ntwo\n");
  assertEquals(strings(await reply.receive()), ["one"]);
  await request.end();
  await reply.send("first");
  assertEquals(text(await request.output(6)), "first\n");
  assertEquals(strings(await reply.receive()), ["two"]);
  await reply.send("second");
  assertEquals(text(await request.output()), "first\nsecond\n");
  assertEquals(await request.ended(), WHOLE);
});

Deno.test("req --count ends after so many replies, and sends no other request", async () => {
  await using reply = new Reply();
  await reply.bind(ANY);
  await using request = zmqcat("req", "--connect", reply.lastEndpoint!, "--count", "1");
  await request.write("one\ntwo\n");
  await reply.receive();
  await reply.send("first");
  assertEquals(await request.ended(), WHOLE);
  assertEquals(reply.tryReceive(), undefined);
});

Deno.test("req --timeout doesn't count the time in which there is nothing to ask", async () => {
  await using reply = new Reply();
  await reply.bind(ANY);
  await using request = zmqcat("req", "--connect", reply.lastEndpoint!, "--timeout", "1500");
  for (const line of ["one", "two"]) {
    await request.write(`${line}\n`);
    assertEquals(strings(await soon(reply.receive())), [line]);
    await reply.send("yes");
    await pause(1800); // longer than it would wait
  }
  await request.end();
  assertEquals(await request.ended(), WHOLE);
});

Deno.test("req --timeout fails where no reply comes", async () => {
  await using reply = new Reply();
  await reply.bind(ANY);
  const options = ["--timeout", "100"];
  await using request = zmqcat("req", "--connect", reply.lastEndpoint!, ...options);
  await request.write("anybody?\n");
  const { status, errors } = await request.ended();
  assertEquals(status, 1);
  assertEquals(errors, "zmqcat: nothing has come or gone for 100 ms\n");
});

const REPLIES: Record<string, [options: string[], reply: string[]]> = {
  "with the request": [[], ["one", "two"]],
  "with a text": [["--reply", "yes"], ["yes"]],
  "with an empty text": [["--reply", ""], [""]],
  "with frames": [["--reply", "yes,no", "--frame-separator", ","], ["yes", "no"]],
  "with a command's output": [["--reply-exec", "tr a-z A-Z"], ["ONE\tTWO"]],
  "with the output of a command that doesn't read": [["--reply-exec", "echo yes"], ["yes"]],
  "with a command's output to the last byte": [["--reply-exec", "echo yes", "--raw"], ["yes\n"]],
};
for (const [how, [options, expected]] of Object.entries(REPLIES)) {
  Deno.test(`rep answers ${how}`, async () => {
    const words = [...command(["--allow-ffi", "--allow-run=/bin/sh"]), "rep", "--bind", ANY];
    await using reply = new Running([...words, "--count", "2", ...options]);
    const address = await reply.said("endpoint ");
    await using request = new Request();
    request.connect(address);
    for (let i = 0; i < 2; i++) {
      await request.send(["one", "two"]);
      assertEquals(strings(await request.receive()), expected);
    }
    assertEquals(await reply.ended(), { status: 0, errors: `endpoint ${address}\n` });
  });
}

Deno.test("rep prints the requests", async () => {
  await using reply = zmqcat("rep", "--bind", ANY, "--reply", "yes", "--count", "2");
  const address = await reply.said("endpoint ");
  await using request = zmqcat("req", "--connect", address);
  await request.write("one\ntwo\n");
  await request.end();
  assertEquals(text(await reply.output()), "one\ntwo\n");
  assertEquals(text(await request.output()), "yes\nyes\n");
});

Deno.test("rep --summary counts the requests and the replies", async () => {
  const options = ["--reply", "yes", "--count", "2", "--summary"];
  await using reply = zmqcat("rep", "--bind", ANY, ...options);
  await using request = new Request();
  request.connect(await reply.said("endpoint "));
  for (let i = 0; i < 2; i++) {
    await request.send("?");
    await request.receive();
  }
  assertMatch((await reply.ended()).errors, /^2 messages sent, 2 received, /m);
});

Deno.test("rep says that its command has failed, and answers all the same", async () => {
  const words = [...command(["--allow-ffi", "--allow-run=/bin/sh"]), "rep", "--bind", ANY];
  await using reply = new Running([...words, "--count", "1", "--reply-exec", "echo no; exit 3"]);
  const address = await reply.said("endpoint ");
  await using request = new Request();
  request.connect(address);
  await request.send("?");
  assertEquals(strings(await request.receive()), ["no"]);
  assertMatch((await reply.ended()).errors, /\nzmqcat: the command .* status 3\n$/);
});

Deno.test("a signal ends rep while its command runs", async () => {
  const words = [...command(["--allow-ffi", "--allow-run=/bin/sh"]), "rep", "--bind", ANY];
  await using reply = new Running([...words, "--reply-exec", "echo begun >&2; exec sleep 1000"]);
  await using request = new Request({ linger: 0 });
  request.connect(await reply.said("endpoint "));
  await request.send("?");
  await reply.said("begun");
  reply.kill("SIGTERM");
  assertEquals((await reply.ended()).status, 143);
});

Deno.test("rep without the permission to run its command fails, and names the permission", async () => {
  await using reply = zmqcat("rep", "--bind", ANY, "--reply-exec", "cat");
  await using request = new Request({ linger: 0 });
  request.connect(await reply.said("endpoint "));
  await request.send("?");
  const { status, errors } = await reply.ended();
  assertEquals(status, 1);
  assertMatch(errors, /\nzmqcat: [^\n]+--allow-run[^\n]*\n$/);
});

Deno.test("rep --count waits at its end until a slow peer has the last reply", () =>
  withFolder(async (folder) => {
    const words = [...command(["--allow-ffi", "--allow-run=/bin/sh"]), "rep", "--bind", ANY];
    // More than the system keeps of a connection, once a line has come out of the FIFO.
    const replying = `mkfifo ${folder}/go; echo begun >&2; read _ <${folder}/go; ` +
      "head -c 20000000 /dev/zero";
    await using reply = new Running([...words, "--raw", "--count", "1", "--reply-exec", replying]);
    await using request = zmqcat("req", "--connect", await reply.said("endpoint "), "--raw");
    await request.write("?\n");
    await reply.said("begun");
    request.kill("SIGSTOP");
    await Deno.writeTextFile(`${folder}/go`, "\n");
    await reply.said("deno-zmq: waiting up to 2147483647 ms");
    request.kill("SIGCONT");
    await request.end();
    assertEquals((await request.output()).length, 20_000_000);
    assertEquals((await reply.ended()).status, 0);
  }));

function strings(message: { text(): string }[]): string[] {
  return message.map((frame) => frame.text());
}
