/** zmqcat carries files whole, from wherever to wherever, and says what is wrong with its arguments. */

import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { OPTIONS } from "../../examples/zmqcat/arguments.ts";
import { withFolder } from "../util.ts";
import {
  assertSameBytes,
  carrier,
  command,
  randomBytes,
  Running,
  sha256,
  shell,
  text,
  zmqcat,
} from "./support.ts";

const ANY = "tcp://127.0.0.1:*";
const WHOLE = { status: 0, errors: "" };

// Whole files --------------------------------------------------------------------------------------

for (const binder of ["pull", "push"] as const) {
  for (const size of [0, 1, 65_536, 200_001, 8_000_000]) {
    Deno.test(`a file of ${size} bytes arrives whole when ${binder} binds, and both ends tell its hash`, () =>
      withFolder(async (folder) => {
        const bytes = randomBytes(size);
        await Deno.writeFile(`${folder}/original`, bytes);
        const files = {
          pull: ["--output", `${folder}/copy`, "--sha256"],
          push: ["--file", `${folder}/original`, "--sha256"],
        };
        await using first = carrier(binder, "--bind", ANY, ...files[binder]);
        const address = await first.said("endpoint ");
        const connector = binder === "pull" ? "push" : "pull";
        await using second = carrier(connector, "--connect", address, ...files[connector]);

        const hash = `sha256 ${sha256(bytes)}\n`;
        assertEquals(await second.ended(), { status: 0, errors: hash });
        assertEquals(await first.ended(), { status: 0, errors: `endpoint ${address}\n${hash}` });
        assertSameBytes(await Deno.readFile(`${folder}/copy`), bytes);
      }));
  }
}

const INPUTS = {
  "a pipe": 'cat "$DIR/original" | push --connect "ipc://$DIR/socket"',
  "a file": 'push --connect "ipc://$DIR/socket" < "$DIR/original"',
};
const OUTPUTS = {
  "a pipe": 'pull --bind "ipc://$DIR/socket" | cat > "$DIR/copy"',
  "a file": 'pull --bind "ipc://$DIR/socket" > "$DIR/copy"',
};
for (const [input, push] of Object.entries(INPUTS)) {
  for (const [output, pull] of Object.entries(OUTPUTS)) {
    Deno.test(`standard input from ${input} arrives whole in standard output to ${output}`, () =>
      withFolder(async (folder) => {
        const bytes = randomBytes(3_000_000);
        await Deno.writeFile(`${folder}/original`, bytes);
        await using receiver = shell(folder, pull);
        await using sender = shell(folder, push);
        assertEquals(await sender.ended(), WHOLE);
        assertEquals(await receiver.ended(), WHOLE);
        assertSameBytes(await Deno.readFile(`${folder}/copy`), bytes);
      }));
  }
}

for (const input of ["< /dev/null", "<&-"]) {
  Deno.test(`an empty input (${input}) is carried as an empty file`, () =>
    withFolder(async (folder) => {
      await using receiver = shell(folder, 'pull --bind "ipc://$DIR/socket" > "$DIR/copy"');
      const push = 'push --connect "ipc://$DIR/socket"';
      await using sender = shell(folder, `${push} ${input}`);
      assertEquals(await sender.ended(), WHOLE);
      assertEquals(await receiver.ended(), WHOLE);
      assertEquals((await Deno.stat(`${folder}/copy`)).size, 0);
    }));
}

/** Whether this machine has IPv6. */
const IPV6 = (() => {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
})();

Deno.test({
  name: "an IPv6 address is bound and connected to, and an IPv4 one beside it",
  ignore: !IPV6,
  fn: async () => {
    await using receiver = zmqcat("pull", "--bind", "tcp://[::1]:*", "--bind", ANY, "--count", "2");
    for (const host of ["tcp://[::1]:", "tcp://127.0.0.1:"]) {
      const port = await receiver.said(`endpoint ${host}`);
      await using sender = zmqcat("push", "--connect", host + port);
      await sender.write(host);
      await sender.end();
      assertEquals(await sender.ended(), { status: 0, errors: "" });
    }
    assertEquals(text(await receiver.output()), "tcp://[::1]:\ntcp://127.0.0.1:\n");
  },
});

Deno.test("what is written to push arrives while its input is still open", async () => {
  await using receiver = carrier("pull", "--bind", ANY);
  await using sender = carrier("push", "--connect", await receiver.said("endpoint "));
  await sender.write("first, ");
  assertEquals(text(await receiver.output(7)), "first, ");
  await sender.write("second");
  assertEquals(text(await receiver.output(13)), "first, second");
  await sender.end();
  assertEquals((await sender.ended()).status, 0);
  assertEquals((await receiver.ended()).status, 0);
});

Deno.test("push may be started first: what it has read waits for the receiver", async () => {
  const bytes = randomBytes(300_000);
  await using sender = carrier("push", "--bind", ANY);
  const address = await sender.said("endpoint ");
  const written = sender.write(bytes).then(() => sender.end());
  await using receiver = carrier("pull", "--connect", address);
  assertSameBytes(await receiver.output(), bytes);
  await written;
  assertEquals((await sender.ended()).status, 0);
  assertEquals((await receiver.ended()).status, 0);
});

Deno.test("messages are as large as --chunk says, and the last one is as large as what is left", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/original`, randomBytes(10_001));
    await using receiver = carrier("pull", "--bind", ANY, "--summary");
    const address = await receiver.said("endpoint ");
    const file = ["--file", `${folder}/original`, "--chunk", "1000", "--summary"];
    await using sender = zmqcat("push", "--connect", address, ...file, "--end-marker");
    assertMatch((await sender.ended()).errors, /^11 messages, 0\.0 MB, .* MB\/s in .* s\n$/);
    assertMatch(await receiver.said("11 messages"), /^, 0\.0 MB/);
  });
});

Deno.test("--allow-ffi suffices between standard input and output, and --file needs to read its file only", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/original`, "content");
    await using receiver = new Running([
      ...command(["--allow-ffi"]),
      ...["pull", "--bind", ANY, "--raw", "--end-marker"],
    ]);
    const address = await receiver.said("endpoint ");
    const permissions = ["--allow-ffi", `--allow-read=${folder}/original`];
    const file = ["--file", `${folder}/original`];
    await using sender = new Running([
      ...command(permissions),
      ...["push", "--connect", address, ...file, "--end-marker"],
    ]);
    assertEquals(text(await receiver.output()), "content");
    assertEquals(await sender.ended(), WHOLE);
  });
});

// Other programs -----------------------------------------------------------------------------------

Deno.test("push's end marker is an empty frame and the number of bytes, for any program to see", async () => {
  await using pull = new Pull();
  await pull.bind(ANY);
  await using sender = zmqcat(
    "push",
    "--connect",
    pull.lastEndpoint!,
    "--chunk",
    "4",
    "--end-marker",
  );
  await sender.write("abcdefghij");
  await sender.end();
  const messages: string[][] = [];
  for await (const message of pull) {
    messages.push(message.map((frame) => frame.text()));
    if (message.length > 1) break;
  }
  assertEquals(messages, [["abcd"], ["efgh"], ["ij"], ["", "10"]]);
});

Deno.test("pull --raw writes the frames of another program's messages, and ends at its end marker", async () => {
  await using receiver = carrier("pull", "--bind", ANY);
  await using push = new Push({ linger: 0 });
  push.connect(await receiver.said("endpoint "));
  await push.send(["one, ", "two, "]);
  await push.send(["", "three, "]); // not an end, for it has no number
  await push.send(["", "4", ", five"]);
  await push.send(""); // nor is this
  await push.send(["", 24]);
  assertEquals(text(await receiver.output()), "one, two, three, 4, five");
  assertEquals((await receiver.ended()).status, 0);
});

Deno.test("pull fails where another number of bytes came than was sent", async () => {
  await using receiver = carrier("pull", "--bind", ANY, "--quiet");
  await using push = new Push({ linger: 0 });
  push.connect(await receiver.said("endpoint "));
  await push.send("abc");
  await push.send(["", 5]);
  const { status, errors } = await receiver.ended();
  assertEquals(status, 1);
  assertMatch(errors, /\nzmqcat: the file isn't whole: 3 of 5 bytes came\n$/);
});

// What is wrong ------------------------------------------------------------------------------------

const WRONG: Record<string, RegExp> = {
  "": /which type of socket: push, pull, pub, /,
  "copy --bind a": /"copy"/,
  "push pull --bind a": /"pull" is one argument too many/,
  "push": /--bind or --connect/,
  "push --bind a --chunk 1 --chunk 2": /--chunk was given 2 times/,
  "pull --bind": /--bind/,
  "pull --bind=": /--bind is empty/,
  "pull --bind nonsense": /nonsense/,
  "pull --connect tcp://127.0.0.1:70000": /70000/,
  "pull --bind inproc://a": /inproc/,
  "pull --bind udp://127.0.0.1:1": /udp/,
  "pull --bind a --file b": /--file/,
  "push --bind a --output b": /--output/,
  "push --bind a --chunk 0": /--chunk .* not "0"/,
  "push --bind a --chunk 4k": /--chunk .* not "4k"/,
  "push --bind a --chunk": /--chunk/,
  "push --bind a --quiet=1": /--quiet/,
  "push --bind a --nonsense": /--nonsense/,
};
for (const [line, complaint] of Object.entries(WRONG)) {
  Deno.test(`wrong arguments give status 2 and one line: zmqcat ${line}`, async () => {
    await using running = zmqcat(...line.split(" ").filter((word) => word !== ""));
    const { status, errors } = await running.ended();
    assertEquals(status, 2);
    assertMatch(errors, complaint);
    assertMatch(errors, /^zmqcat: [^\n]+\n$/);
    assertEquals((await running.output()).length, 0);
  });
}

const FAILING: Record<string, RegExp> = {
  "push --bind ANY --file FOLDER/nowhere": /nowhere/,
  "push --bind ANY --file FOLDER": /directory/,
  "pull --bind ANY --output FOLDER/nowhere/copy": /nowhere/,
};
for (const [line, complaint] of Object.entries(FAILING)) {
  Deno.test(`a file that can't be opened leads to status 1 and a line: zmqcat ${line}`, () =>
    withFolder(async (folder) => {
      const words = line.replace("ANY", ANY).replace("FOLDER", folder).split(" ");
      await using running = zmqcat(...words);
      const { status, errors } = await running.ended();
      assertEquals(status, 1);
      assertMatch(errors, complaint);
      assertMatch(errors, /^(endpoint .*\n)?zmqcat: [^\n]+\n$/);
    }));
}

Deno.test("a file without permission leads to status 1 and a line that names the permission", () =>
  withFolder(async (folder) => {
    const words = ["pull", "--bind", ANY, "--output", `${folder}/copy`];
    await using running = new Running([...command(["--allow-ffi"]), ...words]);
    const { status, errors } = await running.ended();
    assertEquals(status, 1);
    assertMatch(errors, /^zmqcat: [^\n]+--allow-write[^\n]*\n$/);
  }));

Deno.test("an address in use leads to status 1 and a line, and leaves the output file alone", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/copy`, "precious");
    await using pull = new Pull();
    await pull.bind(ANY);
    const output = ["--output", `${folder}/copy`];
    await using running = carrier("pull", "--bind", pull.lastEndpoint!, ...output);
    const { status, errors } = await running.ended();
    assertEquals(status, 1);
    assertMatch(errors, /^zmqcat: [^\n]+in use[^\n]+\n$/);
    assertEquals(await Deno.readTextFile(`${folder}/copy`), "precious");
  }));

Deno.test("--help is printed on standard output, with status 0, and names every option", async () => {
  await using running = zmqcat("--help");
  const help = text(await running.output());
  assertEquals(await running.ended(), WHOLE);
  for (const option of ["allow-ffi", ...Object.keys(OPTIONS)]) {
    assertEquals(help.includes(`--${option}`), true, option);
  }
});
