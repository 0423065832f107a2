import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import * as library from "../mod.ts";
import { withFolder } from "./util.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** Far longer than all blocks together take, in ms. */
const STUCK = 600_000;

/** Every file that speaks to users: the texts, and the modules with their doc comments. */
async function files(): Promise<string[]> {
  const folders = [
    "",
    "docs/",
    "ffi/",
    "process/",
    "poller/",
    "socket/",
    "security/",
    "supervise/",
    "zeromq/",
  ];
  const found: string[] = [];
  for (const folder of folders) {
    try {
      for await (const { name, isFile } of Deno.readDir(ROOT + folder)) {
        // That one refuses to be imported where libzmq has no draft API, as it should; it has no block to run.
        if (name === "zeromq_draft.ts") continue;
        if (isFile && /\.(md|ts)$/.test(name)) found.push(folder + name);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // not every version has them all
    }
  }
  return found.sort();
}

/** The lines of a file on which a block of TypeScript begins that isn't marked as not to be run. */
async function blocks(file: string): Promise<number[]> {
  const lines = (await Deno.readTextFile(ROOT + file)).split("\n");
  const fence = file.endsWith(".md")
    ? /^```(ts|typescript)\b(?!.*ignore)/
    : /^\s*\* ```ts\b(?!.*ignore)/;
  return lines.flatMap((line, at) => fence.test(line) ? [at + 1] : []);
}

Deno.test("every block of TypeScript in the README, the guides and the doc comments runs", () =>
  withFolder(async (folder) => {
    const all = await files();
    const expected = (await Promise.all(all.map(async (file) =>
      (await blocks(file)).map((line) =>
        `${file}:${line}`
      )
    ))).flat();
    assert(expected.some((block) => block.startsWith("README.md:")));
    assert(expected.some((block) => block.startsWith("socket/")));

    // A configuration of its own: with the checkout's, what is bound on first use looks like a leak.
    const report = `${folder}/report.xml`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--doc", "--no-lock", "--config", `${ROOT}tests/documentation.json`]
        .concat(`--junit-path=${report}`, all.map((file) => ROOT + file)),
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    // A block that hangs is named when it's interrupted.
    const stuck = setTimeout(() => child.kill("SIGINT"), STUCK);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(stuck);
    const text = new TextDecoder();
    assertEquals(code, 0, text.decode(stdout) + text.decode(stderr));
    const ran = (await Deno.readTextFile(report)).match(/<testcase /g)?.length ?? 0;
    assertEquals(ran, expected.length, `${expected.join("\n")}\n${text.decode(stdout)}`);
  }));

Deno.test("each class that programs make has an example in its doc comment", async () => {
  const sources = await Promise.all(
    (await files()).filter((file) => file.endsWith(".ts")).map((file) =>
      Deno.readTextFile(ROOT + file)
    ),
  );
  const { Context, Poller, Socket } = library;
  const made = Object.entries(library).filter(([, value]) =>
    value === Context || value === Poller ||
    typeof value === "function" && Object.getPrototypeOf(value) !== Function.prototype &&
      value.prototype instanceof Socket
  );
  assert(made.length >= 14, String(made.map(([name]) => name)));
  for (const [name] of made) {
    const declaration = new RegExp(
      String.raw`/\*\*(?:(?!\*/)[^])*?\* \`\`\`ts\n(?:(?!\*/)[^])*\*/\nexport class ${name}\b`,
    );
    const abstract = sources.some((text) => text.includes(`export abstract class ${name} `));
    assert(abstract || sources.some((text) => declaration.test(text)), name);
  }
});
