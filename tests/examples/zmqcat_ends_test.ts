/** How zmqcat ends: by signals, and when those with whom it works go away. */

import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { readerGone, Signals } from "../../examples/zmqcat/ending.ts";
import { Output } from "../../examples/zmqcat/files.ts";
import { watched } from "../replacing.ts";
import { withFolder } from "../util.ts";
import {
  assertSameBytes,
  carrier,
  grown,
  randomBytes,
  type Running,
  sha256,
  shell,
} from "./support.ts";
import { pause, soon } from "../waiting.ts";

const ANY = "tcp://127.0.0.1:*";
const STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const SIGNALS = Object.keys(STATUS) as (keyof typeof STATUS)[];
const SIGPIPE = 141;

for (const signal of SIGNALS) {
  Deno.test(`pull ended by ${signal} keeps in its file what it has received`, () =>
    withFolder(async (folder) => {
      const bytes = randomBytes(300_000);
      const copy = `${folder}/copy`;
      await using receiver = carrier("pull", "--bind", ANY, "--output", copy, "--sha256");
      const address = await receiver.said("endpoint ");
      await using sender = carrier("push", "--connect", address);
      await sender.write(bytes);
      await grown(copy, bytes.length);
      receiver.kill(signal);
      assertEquals(await receiver.ended(), {
        status: STATUS[signal],
        errors: `endpoint ${address}\nsha256 ${sha256(bytes)}\nzmqcat: ended by ${signal}\n`,
      });
      assertSameBytes(await Deno.readFile(copy), bytes);
    }));
}

Deno.test("pull ended by a signal passes on the message that its reader hadn't taken yet", async () => {
  const bytes = randomBytes(1_000_000);
  await using receiver = carrier("pull", "--bind", ANY, "--sha256");
  await using sender = carrier("push", "--connect", await receiver.said("endpoint "));
  await sender.write(bytes);
  await receiver.output(1); // what follows fills the pipe, until someone reads on
  receiver.kill("SIGTERM");
  const output = await receiver.output();
  const { status, errors } = await receiver.ended();
  assertEquals(status, STATUS.SIGTERM);
  assertSameBytes(output, bytes.subarray(0, output.length));
  assertMatch(errors, new RegExp(`^sha256 ${sha256(output)}$`, "m"));
});

Deno.test("pull ended by a signal doesn't wait for a reader that takes nothing more", async () => {
  await using receiver = carrier("pull", "--bind", ANY);
  await using sender = carrier("push", "--connect", await receiver.said("endpoint "));
  await sender.write(randomBytes(1_000_000));
  await receiver.output(1);
  receiver.kill("SIGTERM");
  assertEquals((await receiver.ended()).status, STATUS.SIGTERM);
});

Deno.test("pull that waits for a sender is ended by a signal", async () => {
  await using receiver = carrier("pull", "--bind", ANY);
  const address = await receiver.said("endpoint ");
  receiver.kill("SIGINT");
  assertEquals(await receiver.ended(), {
    status: STATUS.SIGINT,
    errors: `endpoint ${address}\nzmqcat: ended by SIGINT\n`,
  });
});

Deno.test("push that waits for a receiver is ended by a signal", async () => {
  await using sender = carrier("push", "--bind", ANY);
  const address = await sender.said("endpoint ");
  await sender.write("no one takes this");
  sender.kill("SIGINT");
  assertEquals(await sender.ended(), {
    status: STATUS.SIGINT,
    errors: `endpoint ${address}\nzmqcat: ended by SIGINT\n`,
  });
});

Deno.test("push ended by a signal sends no end, and what it had sent arrives", async () => {
  const bytes = randomBytes(200_000);
  await using receiver = carrier("pull", "--bind", ANY);
  const address = await receiver.said("endpoint ");
  await using interrupted = carrier("push", "--connect", address);
  await interrupted.write(bytes);
  assertSameBytes(await receiver.output(bytes.length), bytes);
  interrupted.kill("SIGTERM");
  const { status, errors } = await interrupted.ended();
  assertEquals({ status, errors }, {
    status: STATUS.SIGTERM,
    errors: "zmqcat: ended by SIGTERM\n",
  });

  // The receiver has waited on: another sender's bytes come to it, and that one's end doesn't fit.
  await using other = carrier("push", "--connect", address);
  await other.write("more");
  await other.end();
  assertEquals((await receiver.output()).length, bytes.length + 4);
  assertEquals((await receiver.ended()).status, 1);
});

/** A push at its end: it has sent all, of which half is still on its way to a pull that stands still. */
function withPushAtItsEnd(
  use: (sender: Running, receiver: Running, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    // The sending process's queue holds all of it, the receiving one's 8 MB, and ipc little beside that. (Nothing is
    // lost over ipc: once 128 of the 246 messages were taken, there is room for all others.)
    const bytes = randomBytes(16_000_000);
    await Deno.writeFile(`${folder}/original`, bytes);
    const address = `ipc://${folder}/socket`;
    const file = ["--file", `${folder}/original`, "--sha256"];
    await using receiver = carrier("pull", "--bind", address, "--hwm", "128");
    await using sender = carrier("push", "--connect", address, ...file);
    await sender.said("sha256 ");
    await use(sender, receiver, bytes);
  });
}

Deno.test("push waits at its end until a slow receiver has everything", () =>
  withPushAtItsEnd(async (sender, receiver, bytes) => {
    assertSameBytes(await receiver.output(), bytes);
    assertEquals((await sender.ended()).status, 0);
    assertEquals((await receiver.ended()).status, 0);
  }));

Deno.test("push that waits at its end for a slow receiver is ended by a signal", () =>
  withPushAtItsEnd(async (sender) => {
    sender.kill("SIGTERM");
    assertEquals((await sender.ended()).status, STATUS.SIGTERM);
  }));

Deno.test("push that waits at its end ends when its receiver is killed", () =>
  withPushAtItsEnd(async (sender, receiver) => {
    receiver.kill("SIGKILL");
    assertEquals((await sender.ended()).status, 0);
  }));

Deno.test("pull ends when the reader of its output goes, though no message comes", async () => {
  await using receiver = carrier("pull", "--bind", ANY);
  await receiver.said("endpoint ");
  await receiver.refuseOutput();
  const { status, errors } = await receiver.ended();
  assertEquals(status, SIGPIPE);
  assertMatch(errors, /\nzmqcat: no one reads the output any more\n$/);
});

Deno.test("pull goes on though no one reads what it says on standard error", () =>
  withFolder(async (folder) => {
    const script = `{ zmqcat pull --bind '${ANY}' --timeout 100 2>&1 >$DIR/output
      echo $? >$DIR/status; } | true`;
    await using pipe = shell(folder, script);
    await pipe.ended();
    await grown(`${folder}/status`, 1);
    assertEquals(await Deno.readTextFile(`${folder}/status`), "0\n");
  }));

Deno.test("an output that no reader can leave is waited for only while there is something to write", () =>
  withFolder((folder) => {
    for (const path of [`${folder}/file`, "/dev/null"]) {
      using output = new Output(path);
      assertEquals(output.idle, { readable: false });
    }
  }));

Deno.test("a signal that has ended the reader of pull's output as well is what has ended pull", async () => {
  await using receiver = carrier("pull", "--bind", ANY);
  const address = await receiver.said("endpoint ");
  // It hears of both at one time.
  receiver.kill("SIGSTOP");
  await receiver.refuseOutput();
  receiver.kill("SIGINT");
  receiver.kill("SIGCONT");
  const errors = `endpoint ${address}\nzmqcat: ended by SIGINT\n`;
  assertEquals(await receiver.ended(), { status: STATUS.SIGINT, errors });
});

Deno.test("the end is put down to a signal that was heard before the reader was found gone", async () => {
  using signals = new Signals(() => {});
  signals.caught = "SIGTERM";
  const { message, status } = await signals.before(readerGone()).catch((error) => error);
  assertEquals({ message, status }, { message: "ended by SIGTERM", status: STATUS.SIGTERM });
});

Deno.test("after the first signal a second one ends the process, as it would without a listener", async () => {
  let removed = 0;
  using _ = watched(Deno, "removeSignalListener", () => removed++);
  const { promise, resolve } = Promise.withResolvers<void>();
  using signals = new Signals(resolve);
  Deno.kill(Deno.pid, "SIGHUP");
  await soon(promise);
  assertEquals([signals.caught, removed], ["SIGHUP", 3]);
});

Deno.test("pull ends in the middle of a file when the next program in the pipe has enough", () =>
  withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/original`, randomBytes(5_000_000));
    const pull = '{ pull --bind "ipc://$DIR/socket"; echo "status $?" >&2; }';
    await using receiver = shell(folder, `${pull} | head -c 5 > "$DIR/copy"`);
    const file = ["--file", `${folder}/original`];
    await using _sender = carrier("push", "--connect", `ipc://${folder}/socket`, ...file);
    assertEquals(await receiver.ended(), {
      status: 0, // that of head
      errors: `zmqcat: no one reads the output any more\nstatus ${SIGPIPE}\n`,
    });
    assertEquals((await Deno.stat(`${folder}/copy`)).size, 5);
  }));

Deno.test("a file that two receivers share is whole for neither", async () => {
  await using sender = carrier("push", "--bind", ANY);
  const address = await sender.said("endpoint ");
  await using one = carrier("pull", "--connect", address, "--quiet");
  await using other = carrier("pull", "--connect", address, "--quiet");
  // Once both are there, each gets every other message.
  await writeUntil(Promise.all([one.output(1), other.output(1)]), sender, "more and more");
  await sender.end();
  const ends = [one.ended(), other.ended()];
  const { status, errors } = await Promise.race(ends);
  assertEquals(status, 1);
  assertMatch(errors, /^zmqcat: the file isn't whole: \d+ of \d+ bytes came\n$/);
  one.kill("SIGTERM");
  other.kill("SIGTERM");
  await Promise.all(ends);
});

Deno.test("a receiver that takes the place of one that was killed says that the file isn't whole", () =>
  withFolder(async (folder) => {
    const address = `ipc://${folder}/socket`;
    await using sender = carrier("push", "--connect", address);
    {
      await using first = carrier("pull", "--bind", address);
      await sender.write("the beginning");
      await first.output(13);
      first.kill("SIGKILL");
      await first.ended();
    }
    await using second = carrier("pull", "--bind", address);
    // What push sends before it has seen that the first one is gone is lost, so it's sent on and on.
    await writeUntil(second.output(1), sender, "more");
    await sender.end();
    assertEquals((await sender.ended()).status, 0);
    const { status, errors } = await second.ended();
    assertEquals(status, 1);
    assertMatch(errors, /^zmqcat: the file isn't whole: \d+ of \d+ bytes came\n$/);
  }));

/** Has a sender send the same again and again until something happens. */
async function writeUntil(event: Promise<unknown>, sender: Running, data: string): Promise<void> {
  let happened = false;
  const note = () => happened = true;
  event.then(note, note);
  while (!happened) {
    await sender.write(data);
    await pause(10); // the pace, which nothing depends on
  }
}
