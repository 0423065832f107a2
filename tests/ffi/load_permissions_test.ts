import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import { existsSync } from "node:fs";
import { ROOT } from "../files.ts";
import { type Outcome, outcomeOf, Program, run } from "../program.ts";
import { withFolder } from "../util.ts";
import { CONVERSATION, systemLibrary, WHICH } from "./programs.ts";

const noSystemLibrary = systemLibrary === undefined;

/** A program's end without an error, and what it printed. */
function printed({ code, signal, stdout, stderr }: Outcome): string {
  assertEquals(stderr, "");
  assertEquals(signal, null);
  assertEquals(code, 0);
  return stdout;
}

/** The name and text of the error that ended a program. */
function failure({ code, signal, stderr }: Outcome): string {
  assertEquals(signal, null);
  assertEquals(code, 1, stderr);
  return stderr;
}

Deno.test("--allow-ffi is enough for everything", async () => {
  printed(await run(CONVERSATION, { flags: ["--allow-ffi"] }));
});

Deno.test({
  name: "--allow-ffi with libzmq's path alone is enough for everything",
  ignore: noSystemLibrary,
  fn: async () => {
    const outcome = await run(CONVERSATION, { flags: [`--allow-ffi=${systemLibrary}`] });
    assertEquals(printed(outcome), `${systemLibrary}\n`);
  },
});

Deno.test({
  name: "with libzmq's path alone, Poller works without the sockets, too",
  ignore: noSystemLibrary,
  fn: async () => {
    const outcome = await run(
      `import { Poller } from "$ROOT/poller/mod.ts";
      for (const backend of Deno.build.os === "linux" ? ["epoll", "poll"] : ["poll"]) {
        const poller = new Poller({ backend });
        poller.add(0);
        console.log((await poller.wait()).length, poller.waitSync().length);
      }`,
      { flags: [`--allow-ffi=${systemLibrary}`] },
    );
    assertEquals(new Set(printed(outcome).trim().split("\n")).size, 1);
  },
});

Deno.test({
  name: "LIBZMQ_PATH names any file, with its own permission and that for the file",
  ignore: noSystemLibrary,
  fn: () =>
    withFolder(async (folder) => {
      // A name that isn't ASCII, as folders have them.
      const path = `${folder}/größe libzmq.so`;
      await Deno.symlink(systemLibrary!, path);
      const outcome = await run(CONVERSATION, {
        flags: ["--allow-env=LIBZMQ_PATH", `--allow-ffi=${path}`],
        env: { LIBZMQ_PATH: path },
      });
      assertEquals(printed(outcome), `${path}\n`);
    }),
});

Deno.test("an empty LIBZMQ_PATH is none", async () => {
  printed(await run(WHICH, { env: { LIBZMQ_PATH: "" } }));
});

Deno.test("without its permission, LIBZMQ_PATH is left alone", async () => {
  const outcome = await run(WHICH, { flags: ["--allow-ffi"], env: { LIBZMQ_PATH: "/dev/null" } });
  assert(!printed(outcome).includes("/dev/null"));
});

Deno.test({
  name: "a file of libzmq's name in the working folder was loaded, where that name was granted",
  ignore: noSystemLibrary,
  fn: () =>
    withFolder(async (folder) => {
      await Deno.symlink(systemLibrary!, `${folder}/libzmq.so.5`);
      await Deno.writeTextFile(`${folder}/program.ts`, `import "${ROOT}mod.ts";`);
      const args = ["run", "--no-check", "--no-lock", "--no-prompt", "--allow-ffi=libzmq.so.5"];
      const program = await outcomeOf(Deno.execPath(), [...args, "program.ts"], { cwd: folder });
      assert(/NotCapable.* has no permission to load libzmq/.test(failure(program)));
    }),
});

Deno.test("without a permission for libzmq, the error is NotCapable and names the flag", async () => {
  for (const flags of [[], ["--allow-ffi=/nowhere/libzmq.so.5"], ["--allow-all", "--deny-ffi"]]) {
    const error = failure(await run(WHICH, { flags, env: { LIBZMQ_PATH: "" } }));
    assert(/NotCapable: deno-zmq has no permission .* --allow-ffi,/.test(error), error);
    // An example to copy.
    assert(/--allow-ffi=\/\S+libzmq\.\S+\. /.test(error), error);
    assert(error.includes("--allow-env=LIBZMQ_PATH"), error);
  }
});

Deno.test("the error of a missing permission can be caught", async () => {
  const outcome = await run(
    `try {
      await import("$MOD");
    } catch (error) {
      console.log(error instanceof Deno.errors.NotCapable);
    }`,
    { flags: [] },
  );
  assertEquals(printed(outcome), "true\n");
});

const USUAL = ["/usr/local/lib/libzmq.so.5", "/usr/lib64/libzmq.so.5", "/usr/lib/libzmq.so.5"];
const missing = USUAL.find((path) => !existsSync(path));

Deno.test({
  name: "where a usual place is granted, and nothing is there, the error says that of the others",
  ignore: Deno.build.os !== "linux" || missing === undefined,
  fn: async () => {
    const stderr = failure(await run(WHICH, { flags: [`--allow-ffi=${missing}`] }));
    assert(stderr.includes(`\n  - ${missing}: cannot open`), stderr);
    const [other] = USUAL.filter((path) => path !== missing);
    assert(stderr.includes(`\n  - ${other}: --allow-ffi doesn't cover this path\n`), stderr);
  },
});

Deno.test("where LIBZMQ_PATH names a file without permission, the error names the flag for it", async () => {
  const path = "/nowhere/my-libzmq.so";
  const lists = [[], [`--allow-ffi=${systemLibrary ?? "/nowhere/libzmq.so.5"}`]];
  for (const flags of lists) {
    const error = failure(
      await run(WHICH, {
        flags: ["--allow-env=LIBZMQ_PATH", ...flags],
        env: { LIBZMQ_PATH: path },
      }),
    );
    assert(/NotCapable: deno-zmq/.test(error), error);
    assert(error.includes(`--allow-ffi=${path}.`), error);
  }
});

Deno.test("where LIBZMQ_PATH names no libzmq, the error names it with the reason, and nothing else is tried", () =>
  withFolder(async (folder) => {
    const text = `${folder}/text`;
    await Deno.writeTextFile(text, "This isn't a library.\n".repeat(100));
    const other = [
      [`${folder}/missing`, /no such file|cannot open|not found/i],
      [text, /header|not a mach-o|invalid/i],
      [folder, /cannot read|directory|not a file|is a directory/i],
    ] as const;
    for (const [path, reason] of other) {
      const source = `
        import { LibraryError } from "$ROOT/errors.ts";
        try {
          await import("$MOD");
        } catch (error) {
          if (!(error instanceof LibraryError)) throw error;
          console.log(JSON.stringify({ tried: error.tried, message: error.message }));
        }`;
      const output = printed(await run(source, { env: { LIBZMQ_PATH: path } }));
      const { tried, message } = JSON.parse(output);
      assertEquals(tried.length, 1, output);
      assertEquals(tried[0].path, path);
      assert(reason.test(tried[0].reason), output);
      assert(tried[0].reason.includes("LIBZMQ_PATH"), output);
      assert(message.includes(`${path}: ${tried[0].reason}`), output);
    }
  }));

Deno.test({
  name: "a library that isn't libzmq is refused, by name of what it lacks",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const maps = await Deno.readTextFile("/proc/self/maps");
    const libc = /\/\S*(?:libc\.so|ld-musl)\S*/.exec(maps)![0];
    const error = failure(await run(WHICH, { env: { LIBZMQ_PATH: libc } }));
    assert(/LibraryError: .*/.test(error), error);
    assert(error.includes(libc) && error.includes("it has no zmq_version"), error);
  },
});

for (const path of ["./libzmq.so.5", "libzmq.so.5"]) {
  Deno.test(`LIBZMQ_PATH=${path} loaded what lay where the program was started`, async () => {
    const error = failure(await run(WHICH, { env: { LIBZMQ_PATH: path } }));
    assert(
      /LibraryError/.test(error) && error.includes(`${path}: (LIBZMQ_PATH) it's relative`),
      error,
    );
  });
}

// At a terminal, Deno asks for what is missing. `script` runs a program at one.
const terminal = Deno.build.os === "linux" && await Deno.stat("/usr/bin/script").then(
  () => true,
  () => false,
);

/** Starts a program at a terminal of its own, with variables that it has no permission to read. */
async function atTerminal(folder: string, flags: readonly string[]): Promise<Program> {
  const file = `${folder}/program.ts`;
  const mod = new URL("../../mod.ts", import.meta.url).href;
  await Deno.writeTextFile(
    file,
    `import { Pair, Poller } from "${mod}";
    new Pair();
    console.log(Deno.stdin.isTerminal() && new Poller().backend);`,
  );
  const command = [Deno.execPath(), "run", "--no-check", "--no-lock", ...flags, file]
    .map((word) => `'${word}'`).join(" ");
  return new Program("/usr/bin/script", ["-qec", command, "/dev/null"], {
    LIBZMQ_PATH: "/dev/null",
    ZMQ_POLLER: "poll",
  });
}

Deno.test({
  name: "at a terminal, nothing is asked for with --allow-ffi, not even the environment",
  ignore: !terminal,
  fn: () =>
    withFolder(async (folder) => {
      await using program = await atTerminal(folder, ["--allow-ffi"]);
      const { code, stdout } = await program.outcome();
      assertEquals(stdout, "epoll\r\n");
      assertEquals(code, 0);
    }),
});

for (const [answer, end] of [["y", "epoll"], ["n", "NotCapable"]]) {
  Deno.test({
    name: `at a terminal, the missing permission is asked for once: "${answer}" leads to ${end}`,
    ignore: !terminal,
    fn: () =>
      withFolder(async (folder) => {
        await using program = await atTerminal(folder, []);
        let line = "";
        while (!line.includes("Run again with --allow-ffi")) line = await program.line();
        // Deno throws away what is typed within a tenth of a second of the question.
        const again = setInterval(() => program.say(answer).catch(() => {}), 250);
        const { code, stdout } = await program.outcome();
        clearInterval(again);
        assert(stdout.includes(end), stdout);
        assert(!stdout.includes("Deno requests"), stdout);
        assertEquals(code, answer === "y" ? 0 : 1);
      }),
  });
}

Deno.test("a program that revokes its permission still receives large frames, and isn't asked for it", async () => {
  const outcome = await run(
    `import { Pull, Push } from "$MOD";
    const pull = new Pull(), push = new Push();
    await pull.bind("inproc://large");
    push.connect("inproc://large");
    const bytes = new Uint8Array(100_000).fill(7);
    for (const revoke of [false, true]) {
      if (revoke) Deno.permissions.revokeSync({ name: "ffi" });
      await push.send(bytes);
      const [frame] = await pull.receive();
      console.log(frame.length, frame.every((byte) => byte === 7));
    }`,
    { flags: ["--allow-ffi", "--no-prompt"] },
  );
  assertEquals(printed(outcome), "100000 true\n100000 true\n");
});
