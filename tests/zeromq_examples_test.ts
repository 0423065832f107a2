/** What zeromq.js shows in its seven examples and in its README, as programs of one or two processes. */

import { deepStrictEqual as assertEquals, match } from "node:assert/strict";
import { ROOT } from "./files.ts";
import { npmZeromq } from "./npm.ts";
import { type Outcome, outcomeOf, Program, withoutWaiting } from "./program.ts";
import { futureAddress } from "./socket/support.ts";

const EXAMPLES = new URL("tests/zeromq/examples/", ROOT);

/** The examples, and what each says. */
const EXPECTED: Record<string, string[]> = {
  "req_rep.mjs": ["client: connected", "server: bound", "client: 4 doubled is 8"],
  "push_pull.mjs": [
    "worker: connected",
    "producer: bound",
    "worker: some work",
    "worker: some work",
    "worker: some work",
  ],
  "pub_sub.mjs": [
    "subscriber: connected",
    "publisher: bound",
    "subscriber: <Buffer 63 61 74 73> says <Buffer 6d 65 6f 77>",
    "subscriber: <Buffer 63 61 74 73> says <Buffer 6d 65 6f 77>",
  ],
  "queue.mjs": [
    "refused: the queue is full",
    "received first",
    "received second",
    "received third",
    "received nothing, the last",
    "closed: true",
  ],
  "majordomo.mjs": [
    "soda: cola",
    "tea: oolong",
    "tea: sencha",
    "tea: earl grey, with milk",
    "tea: jasmine",
    "coffee: cappuccino",
    "coffee: latte, with soy milk",
    "coffee: espresso",
    "coffee: irish coffee",
    "stopped",
  ],
  "threaded_worker.mjs": [
    "Hello world! -> Uryyb jbeyq!",
    "Would you like more sockets? -> Jbhyq lbh yvxr zber fbpxrgf?",
    "Yes please. -> Lrf cyrnfr.",
    "threads ended: 0,0,0",
  ],
  "v5_compat.cjs": ["bound", "received <Buffer 6d 65 73 73 61 67 65>"],
  "basic.mjs": ["true false"],
  "basic.cjs": ["true false"],
  "own_option.mjs": ["456 456"],
};

/** The README's pairs: who goes on without end, who is looked at, and what that says. */
const PAIRS: [endless: string, shown: string, lines: string[]][] = [
  ["producer.mjs", "worker.mjs", EXPECTED["push_pull.mjs"].filter((line) => /^worker/.test(line))],
  ["publisher.mjs", "subscriber.mjs", EXPECTED["pub_sub.mjs"].filter((line) => /^sub/.test(line))],
  ["server.mjs", "client.mjs", EXPECTED["req_rep.mjs"].filter((line) => /^client/.test(line))],
];

/** What a program says whose last messages are for no one: nothing, where they got through after all. */
const WARNINGS = /^(\(node:\d+\) WARNING: Waiting .*\n\(node:\d+\) WARNING: Gave up .*\n)?$/;
const SAYS: Record<string, RegExp> = { "majordomo.mjs": WARNINGS };

const names = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name);

async function copyTo(folder: string): Promise<void> {
  for (const name of names) await Deno.copyFile(new URL(name, EXAMPLES), `${folder}/${name}`);
}

// The package for npm leads to the drop-in, and require() finds it.
const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "zmq-examples-" }));
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
await Deno.mkdir(`${folder}/node_modules`);
await Deno.symlink(new URL("zeromq/npm/", ROOT), `${folder}/node_modules/zeromq`);
await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ nodeModulesDir: "manual" }));
// With this clock, an end's ten seconds take one.
await Deno.writeTextFile(
  `${folder}/clock.mjs`,
  "const now = performance.now.bind(performance); performance.now = () => now() * 10;",
);
await copyTo(folder);

const node = await npmZeromq();
if (node.missing === undefined) await copyTo(node.folder);

function denoArgs(name: string): string[] {
  const clock = SAYS[name] === undefined ? [] : ["--preload=clock.mjs"];
  return ["run", "-A", "--no-check", "--no-lock", "--quiet", ...clock, `${folder}/${name}`];
}

function runDeno(name: string): Promise<Outcome> {
  return outcomeOf(Deno.execPath(), denoArgs(name), {
    cwd: folder,
    env: { ADDRESS: futureAddress() },
  });
}

for (const [name, lines] of Object.entries(EXPECTED)) {
  Deno.test(`${name}: what zeromq.js shows works on Deno with the drop-in`, async () => {
    const { code, signal, stdout, stderr } = await runDeno(name);
    assertEquals([code, signal, stdout.trimEnd().split("\n")], [0, null, lines], stderr);
    if (name in SAYS) match(stderr, SAYS[name]);
    else assertEquals(withoutWaiting(stderr), "");
  });

  Deno.test({
    name: `${name}: on Node with npm's zeromq it comes out the same` +
      (node.missing === undefined ? "" : ` (${node.missing})`),
    ignore: node.missing !== undefined,
    fn: async () => {
      const { code, stdout, stderr } = await outcomeOf("node", [...node.flags, name], {
        cwd: node.folder,
        env: { ADDRESS: futureAddress() },
      });
      assertEquals([code, stdout.trimEnd().split("\n")], [0, lines], stderr);
    },
  });
}

for (const [endless, shown, lines] of PAIRS) {
  Deno.test(`${endless} and ${shown}: two processes on Deno with the drop-in`, async () => {
    const env = { ADDRESS: futureAddress() };
    await using _ = new Program(Deno.execPath(), denoArgs(endless), env);
    await using program = new Program(Deno.execPath(), denoArgs(shown), env);
    for (const line of lines) assertEquals(await program.line(), line);
  });
}

Deno.test("every example in the folder is run", () => {
  assertEquals(
    names.toSorted(),
    [...Object.keys(EXPECTED), ...PAIRS.flat(2)]
      .filter((name) => names.includes(name)).toSorted(),
  );
});
