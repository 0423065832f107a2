import { claims } from "./claims.ts";
import { outcomeOf, withoutWaiting } from "./program.ts";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { npmZeromq } from "./npm.ts";
import { withFolder } from "./util.ts";

/** What each program says, on both sides. */
const EXPECTED: Record<string, string[]> = {
  "worker_pool.mjs": [
    "sum of squares: 9455",
    "at work: worker 0, worker 1, worker 2",
    "exit codes: 0,0,0",
  ],
  "rpc.mjs": [
    'client 0: [1,"0 emän",0,"failed: on purpose","failed: no method nonsense"]',
    'client 1: [2,"1 emän",100,"failed: on purpose","failed: no method nonsense"]',
    'client 2: [3,"2 emän",200,"failed: on purpose","failed: no method nonsense"]',
    "many calls at once: 7350",
    "to nobody: EHOSTUNREACH Host unreachable",
    "closed: true true,true,true",
  ],
  "pubsub_proxy.mjs": [
    "weather is told: +sports.tennis +weather. +weather.rain",
    "sports is told: +sports.tennis +weather. +weather.rain",
    "rain: weather.rain=5 mm, weather.rain=end",
    "both: sports.tennis=6:4, weather.rain=5 mm, weather.rain=end, weather.wind=12 km/h",
    "weather is told: -weather. -weather.rain",
    "proxy ended: true true",
  ],
  "retry.mjs": [
    "anna: an empty reply, trying again",
    "anna: an empty reply, trying again",
    "a question is answered at try 3",
    "bert: an empty reply, trying again",
    "bert: an empty reply, trying again",
    "another is answered at try 3",
    "cora: an empty reply, trying again",
    "cora: an empty reply, trying again",
    "cora: given up",
    "dora: Operation was not possible or timed out",
    "dora: Operation was not possible or timed out",
    "dora: given up",
    "out of turn: EFSM",
    'still there: [""]',
  ],
  "heartbeat.mjs": [
    "both are answered",
    "still there: steady",
    "event: disconnect true",
    "steady is there",
    "fading is there",
    "fading has fallen silent",
    "steady says goodbye",
  ],
  "file_stream.mjs": [
    "error: unknown: nonsense",
    "3200123 bytes in 65 chunks",
    "the same: true",
    "answered all: true",
  ],
};

const FOLDER = new URL("zeromq/programs/", import.meta.url).pathname;
const DROP_IN = new URL("../zeromq.ts", import.meta.url).href;

/** Runs a command in a folder, and returns what it said, line by line. */
const linesOf = claims(async function linesOf(
  command: string,
  args: string[],
  cwd: string,
): Promise<string[]> {
  const { code, stdout, stderr } = await outcomeOf(command, args, { cwd });
  assertEquals([code, withoutWaiting(stderr)], [0, ""], stdout);
  return stdout.trimEnd().split("\n");
});

const node = await npmZeromq();

for (const [program, expected] of Object.entries(EXPECTED)) {
  Deno.test(`${program} runs unchanged on Deno with the drop-in`, () =>
    withFolder(async (folder) => {
      const map = `${folder}/map.json`;
      await Deno.writeTextFile(map, JSON.stringify({ imports: { zeromq: DROP_IN } }));
      const flags = ["--no-config", "--no-lock", "--no-check", `--import-map=${map}`];
      const lines = await linesOf(
        Deno.execPath(),
        ["run", "-A", ...flags, FOLDER + program],
        folder,
      );
      assertEquals(lines, expected);
    }));

  Deno.test({
    name: `${program} says the same on Node with npm's zeromq` +
      (node.missing === undefined ? "" : ` (${node.missing})`),
    ignore: node.missing !== undefined,
    fn: async () => {
      await Deno.copyFile(FOLDER + program, `${node.folder}/${program}`);
      assertEquals(await linesOf("node", [...node.flags, program], node.folder), expected);
    },
  });
}

Deno.test("every program in the folder is run", async () => {
  const files: string[] = [];
  for await (const { name, isFile } of Deno.readDir(FOLDER)) if (isFile) files.push(name);
  assertEquals(files.sort(), Object.keys(EXPECTED).sort());
  assert(files.length >= 6);
});
