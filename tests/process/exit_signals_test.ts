/** Signals while the end of a program waits. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { AS_ELSEWHERE, Program, run } from "../program.ts";
import { freshAddress, withFolder } from "../util.ts";

const LINUX = Deno.build.os === "linux";

/** A program that has sent a message to no one, for whose end one would wait long. */
const TO_NO_ONE = `
  import { context, Push } from "$MOD";
  const push = new Push();
  push.connect(Deno.args[0]);
  await push.send("to no one");
  context.exitLinger = 60_000;`;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  const listening = `for (const signal of ["SIGINT", "SIGTERM"]) {
    Deno.addSignalListener(signal, () => { console.log(signal); Deno.exit(7); });
  }`;
  Deno.test({
    name: `after a SIGINT whose listener called Deno.exit, a ${signal} ends a program that waits`,
    fn: () =>
      withFolder(async (folder) => {
        await using program = await Program.start(
          `${TO_NO_ONE}${listening}
          console.log("ready");
          setInterval(() => {}, 1000);`,
          { args: [freshAddress("ipc", folder)] },
        );
        assertEquals(await program.line(), "ready");
        program.kill("SIGINT");
        assertEquals(await program.line(), "SIGINT");
        await program.says("waiting up to 60000 ms");
        program.kill(signal);
        const { signal: ended, stdout, stderr } = await program.outcome();
        assertEquals([ended, stdout], [signal, ""]);
        assertEquals(stderr.split("\n").length, 2, stderr);
      }),
  });

  Deno.test({
    name: `a ${signal} ends a program that fell off its end and waits, though it has a listener`,
    fn: () =>
      withFolder(async (folder) => {
        await using program = await Program.start(`${TO_NO_ONE}${listening}`, {
          args: [freshAddress("ipc", folder)],
        });
        await program.says("waiting up to 60000 ms");
        program.kill(signal);
        const { signal: ended, stdout } = await program.outcome();
        assertEquals([ended, stdout], [signal, ""]);
      }),
  });
}

Deno.test({
  name: "a signal that follows the first one within moments isn't taken for a second one",
  fn: () =>
    withFolder(async (folder) => {
      // The end's clock is slow, so that the moments are as long as a loaded machine needs.
      const { code, signal, stdout, stderr } = await run(
        `import { context, Push } from "$MOD";
        const flag = new Int32Array(new SharedArrayBuffer(4));
        addEventListener("unload", () => {
          const now = performance.now.bind(performance);
          performance.now = () => now() / 10;
          Atomics.store(flag, 0, 1);
        });
        const worker = new Worker("data:text/javascript," + encodeURIComponent(\`
          postMessage("ready");
          onmessage = ({ data }) => {
            while (Atomics.load(data, 0) === 0);
            const began = performance.now();
            while (performance.now() < began + 20);
            Deno.kill(Deno.pid, "SIGINT");
            Atomics.store(data, 0, 2);
          };\`), { type: "module" });
        await new Promise((resolve) => worker.onmessage = resolve);
        worker.postMessage(flag);
        const push = new Push();
        push.connect(Deno.args[0]);
        await push.send("to no one");
        context.exitLinger = 120;
        Deno.addSignalListener("SIGINT", () => Deno.exit(7));
        Deno.kill(Deno.pid, "SIGINT");`,
        { args: [freshAddress("ipc", folder)] },
      );
      assertEquals([code, signal, stdout, stderr], [7, null, "", ""]);
    }),
});

Deno.test({
  name: "a signal that a program ignores doesn't end it while it waits",
  fn: () =>
    withFolder(async (folder) => {
      await using program = new Program("sh", [
        "-c",
        'trap "" INT; exec "$0" "$@"',
        Deno.execPath(),
        "eval",
        "--no-lock",
        ...AS_ELSEWHERE,
        `import { context, Push } from "${new URL("../../mod.ts", import.meta.url)}";
        const push = new Push();
        push.connect("${freshAddress("ipc", folder)}");
        await push.send("to no one");
        context.exitLinger = 1000;`,
      ]);
      await program.says("waiting up to 1000 ms");
      program.kill("SIGINT");
      const { code, signal, stderr } = await program.outcome();
      assertEquals([code, signal], [0, null]);
      assert(stderr.includes("gave up after 1000 ms"), stderr);
    }),
});

Deno.test({
  name: "where the process goes on after an end, signals have the listeners that they had",
  ignore: !LINUX,
  fn: () =>
    withFolder(async (folder) => {
      // The signals that the process handles, by the bits of their numbers: SIGINT's is the second.
      const report = `console.log("handled:", (parseInt(/SigCgt:\\s*(\\w+)/.exec(
        Deno.readTextFileSync("/proc/self/status"))[1].slice(-8), 16) & 2) !== 0);`;
      const files = {
        "a_test.ts": `import { context, Push } from "${new URL("../../mod.ts", import.meta.url)}";
          ${report}
          const push = new Push();
          push.connect("${freshAddress("ipc", folder)}");
          await push.send("to no one");
          context.exitLinger = 200;
          Deno.test("a", () => {});`,
        "b_test.ts": `${report} Deno.test("b", () => {});`,
      };
      for (const [name, source] of Object.entries(files)) {
        await Deno.writeTextFile(`${folder}/${name}`, source);
      }
      const { code, stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["test", "-A", ...AS_ELSEWHERE, "--no-check", "--no-lock", ...Object.keys(files)],
        cwd: folder,
      }).output();
      const handled = new TextDecoder().decode(stdout).match(/handled: \w+/g);
      assertEquals([code, handled], [0, ["handled: true", "handled: true"]]);
    }),
});
