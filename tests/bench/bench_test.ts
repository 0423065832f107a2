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

Deno.test("the benchmark prints a table, and writes figures with which it compares itself", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/figures.json`;
    const { code, stdout, stderr } = await bench("start", "--rounds", "3", "--json", file);
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

    const checked = await bench("--from", file, "--check", file);
    assertEquals(checked.code, 0);
    assertMatch(checked.stdout, /^\d+ figures compared: 0 got worse/);
  });
});

Deno.test("a group that doesn't exist is refused, with those that do", async () => {
  const { code, stderr } = await bench("speed");
  assertEquals(code, 1);
  assertMatch(stderr, /no group speed; there are inproc, receive/);
});
