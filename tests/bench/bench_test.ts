import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import type { Report } from "../../bench/harness/report.ts";
import { withFolder } from "../util.ts";

const MAIN = new URL("../../bench/main.ts", import.meta.url).pathname;

async function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", MAIN, ...args],
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("the benchmark prints a table, and writes figures", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/figures.json`;
    const { code, stdout, stderr } = await bench("start", "--rounds", "1", "--json", file);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /from Push to Pull over tcp, end\n +ms +spread\n +ours +[\d.]+/);
    assertMatch(stdout, /^first message over bare deno run, ms .*(met|NOT MET)$/m);

    const { cases } = JSON.parse(await Deno.readTextFile(file)) as Report;
    assertEquals(cases.map(({ key }) => key), [
      "start/push-pull",
      "start/push-pull/over",
      "start/request-reply",
      "start/request-reply/over",
      "start/poller",
      "start/poller/over",
      "start/bare",
    ]);
  });
});

Deno.test("a commit that doesn't exist can't be compared with", async () => {
  const { code, stderr } = await bench("--check", "no-such-commit");
  assertEquals(code, 1);
  assertMatch(stderr, /^bench: git: .*no-such-commit/);
});

Deno.test("two copies of the library are measured in one process, each in every way", async () => {
  const program = new URL("../../bench/peers/ours_ways.ts", import.meta.url).href;
  const library = new URL("../../mod.ts", import.meta.url).href;
  // Another query makes it another module; its imports are the same, though.
  const args = ["run", "-A", "--no-check", "--no-lock", program, library, `${library}?2`, "2"];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const text = new TextDecoder();
  assertEquals(text.decode(stderr), "");
  const result: Record<string, number> = JSON.parse(text.decode(stdout).replace("result ", ""));
  const ways = Object.keys(result).map((key) => key.replace(/: (first|second)$/, ""));
  assertEquals(ways.length, 2 * new Set(ways).size);
  assertEquals(Object.values(result).every((time) => time > 0), true);
});

Deno.test("a group that doesn't exist is refused, with those that do", async () => {
  const { code, stderr } = await bench("speed");
  assertEquals(code, 1);
  assertMatch(stderr, /no group speed; there are inproc, receive/);
});
