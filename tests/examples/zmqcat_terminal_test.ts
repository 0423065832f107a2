/** zmqcat in a terminal, which util-linux's `script` plays. */

import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { withFolder } from "../util.ts";
import { carrier, command, randomBytes, Running, text, zmqcat } from "./support.ts";

const ANY = "tcp://127.0.0.1:*";
const END_OF_INPUT = "\x04"; // Ctrl-D
const INTERRUPT = "\x03"; // Ctrl-C
/** How the progress line begins: it goes back to the start of the terminal's line, and clears it. */
const CLEAR_LINE = "\r\x1b[K";

/** A zmqcat in a terminal of its own: input is typed, and output shows both of its outputs. */
function typed(...args: string[]): Running {
  const line = [...command(), ...args].map((word) => `'${word}'`).join(" ");
  return new Running(["script", "-qec", line, "/dev/null"], { SHELL: "/bin/sh" });
}

async function hasScript(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("script", { args: ["--version"] }).output();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch {
    return false;
  }
}

const ignore = !await hasScript();

Deno.test({
  name: "lines typed in a terminal arrive one by one, and Ctrl-D ends the file",
  ignore,
  fn: async () => {
    await using receiver = zmqcat("pull", "--bind", ANY, "--end-marker");
    const address = await receiver.said("endpoint ");
    await using sender = typed("push", "--end-marker", "--connect", address);
    await sender.write("one\n");
    assertEquals(text(await receiver.output(4)), "one\n");
    await sender.write("two\n");
    assertEquals(text(await receiver.output(8)), "one\ntwo\n");
    await sender.write(END_OF_INPUT);
    assertEquals((await sender.ended()).status, 0);
    assertEquals((await receiver.ended()).status, 0);
    // Nothing but what was typed was shown before the end.
    assertMatch(text(await sender.output()), /one\r\ntwo\r\n[^]*2 messages/);
  },
});

Deno.test({
  name: "requests typed in a terminal are answered below each, and Ctrl-D ends them",
  ignore,
  fn: async () => {
    await using reply = zmqcat("rep", "--bind", ANY, "--reply", "yes");
    await using request = typed("req", "--connect", await reply.said("endpoint "));
    await request.write("one?\n");
    await request.output("one?\r\nyes\r\n".length);
    await request.write("two?\n");
    const shown = await request.output("one?\r\nyes\r\ntwo?\r\nyes\r\n".length);
    assertEquals(text(shown), "one?\r\nyes\r\ntwo?\r\nyes\r\n");
    await request.write(END_OF_INPUT);
    assertEquals((await request.ended()).status, 0);
    assertMatch(text(await request.output()), /2 messages sent, 2 received, [^]*\r\n$/);
  },
});

Deno.test({
  name: "Ctrl-C in a terminal ends a push with the status of SIGINT",
  ignore,
  fn: async () => {
    await using receiver = zmqcat("pull", "--bind", ANY, "--end-marker");
    const address = await receiver.said("endpoint ");
    await using sender = typed("push", "--end-marker", "--connect", address);
    await sender.write("one\n");
    await receiver.output(4);
    await sender.write(INTERRUPT);
    assertEquals((await sender.ended()).status, 130);
    assertMatch(text(await sender.output()), /zmqcat: ended by SIGINT\r\n$/);
  },
});

Deno.test({
  name: "a terminal shows the progress of a file",
  ignore,
  fn: () =>
    withFolder(async (folder) => {
      await Deno.writeFile(`${folder}/original`, randomBytes(1_000_000));
      await using receiver = carrier("pull", "--bind", ANY, "--output", `${folder}/copy`);
      const address = await receiver.said("endpoint ");
      const file = ["--file", `${folder}/original`, "--chunk", "1000"];
      await using sender = typed("push", "--end-marker", "--connect", address, ...file);
      const [before, ...shown] = text(await sender.output()).split(CLEAR_LINE);
      assertEquals(before, "");
      assertMatch(shown[0], /^[\d,]+ messages, [\d.]+ MB, [\d.]+ MB\/s$/);
      assertMatch(shown.at(-1)!, /^1,000 messages, 1\.0 MB, [\d.]+ MB\/s in [\d.]+ s\r\n$/);
      assertEquals((await sender.ended()).status, 0);
      // The other end has no terminal, and shows none.
      assertEquals((await receiver.ended()).errors, `endpoint ${address}\n`);
    }),
});

Deno.test({
  name: "--quiet shows nothing in a terminal",
  ignore,
  fn: () =>
    withFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/original`, "content");
      await using receiver = carrier("pull", "--bind", ANY, "--output", `${folder}/copy`);
      const address = await receiver.said("endpoint ");
      const file = ["--file", `${folder}/original`, "--quiet"];
      await using sender = typed("push", "--end-marker", "--connect", address, ...file);
      assertEquals(text(await sender.output()), "");
      assertEquals((await sender.ended()).status, 0);
    }),
});

Deno.test({
  name: "what is received and printed in a terminal isn't mixed with progress",
  ignore,
  fn: async () => {
    await using sender = carrier("push", "--bind", ANY);
    const address = await sender.said("endpoint ");
    await using receiver = typed("pull", "--raw", "--end-marker", "--connect", address);
    await sender.write("first ");
    await receiver.output(6);
    await sender.write("second");
    const shown = text(await receiver.output(12));
    assertEquals(shown, "first second");
    await sender.end();
    assertEquals((await receiver.ended()).status, 0);
  },
});
