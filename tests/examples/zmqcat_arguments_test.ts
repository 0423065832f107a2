/** zmqcat's command line, as it's read. */

import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { type Job, parse, UsageError } from "../../examples/zmqcat/arguments.ts";

function job(line: string): Job {
  return parse(line.split(" ")) as Job;
}

Deno.test("addresses can be given several times: first those to bind", () => {
  assertEquals(job("pull --connect a --bind b --bind c").addresses, [
    { binds: true, address: "b" },
    { binds: true, address: "c" },
    { binds: false, address: "a" },
  ]);
});

const CUTS: Record<string, Job["cut"]> = {
  "push --bind a": { by: "line" },
  "push --bind a --lines": { by: "line" },
  "push --bind a --nul": { by: "nul" },
  "push --bind a --whole": { by: "whole" },
  "push --bind a --chunk 10": { by: "chunk", size: 10 },
};
for (const [line, cut] of Object.entries(CUTS)) {
  Deno.test(`cut by ${cut.by}: ${line}`, () => assertEquals(job(line).cut, cut));
}

const RATES: Record<string, number> = { "10": 10, "10/s": 10, "0.5/s": 0.5, "2.25": 2.25 };
for (const [text, rate] of Object.entries(RATES)) {
  Deno.test(`--rate ${text} is ${rate} messages a second`, () =>
    assertEquals(job(`push --bind a --rate ${text}`).rate, rate));
}

Deno.test("a topic may be empty, which is everything", () => {
  assertEquals(job("sub --bind a --topic= --topic b").topics, ["", "b"]);
});

Deno.test("a file called - is standard input or output, and no file of that name", () => {
  const { file, output } = job("dealer --bind a --file - --output -");
  assertEquals([file, output], [undefined, undefined]);
});

Deno.test("--help is heard beside anything else that parses", () => {
  assertEquals(parse(["push", "--help"]), "help");
  assertEquals(parse(["-h"]), "help");
});

const WRONG: Record<string, RegExp> = {
  "toString --bind a": /"toString" is no type of socket/,
  "push --connect=": /--connect is empty/,
  "push --connect --timeout 300":
    /^--connect needs a value; one that begins with a dash: --connect=VALUE$/,
  "push --bind a --lines --nul": /--lines and --nul exclude each other/,
  "push --bind a --chunk 1 --whole": /--chunk and --whole exclude each other/,
  "pull --bind a --raw --json": /--raw and --json exclude each other/,
  "pull --bind a --nul --hex": /--nul and --hex exclude each other/,
  "rep --bind a --reply b --reply-exec c": /--reply and --reply-exec exclude each other/,
  "rep --bind a --file b": /rep has no option --file/,
  "rep --bind a --rate 1": /rep has no option --rate/,
  "pub --bind a --json": /pub has no option --json/,
  "push --bind a --topic b": /push has no option --topic/,
  "pub --bind a --topic b --topic c": /one --topic, not 2/,
  "req --bind a --reply b": /req has no option --reply/,
  "req --bind a --end-marker": /req has no option --end-marker/,
  "router --bind a --end-marker": /router has no option --end-marker/,
  "pull --bind a --count 0": /--count takes a number of messages from 1 to 2147483647, not "0"/,
  "pull --bind a --count -1": /--count/,
  "pull --bind a --count=-1": /not "-1"/,
  "pull --bind a --count 1e3": /not "1e3"/,
  "pull --bind a --count 1 --count 2": /--count was given 2 times/,
  "pull --bind a --timeout 0": /--timeout takes a number of ms from 1/,
  "push --bind a --linger 2147483648": /--linger takes a number of ms from 0 to 2147483647/,
  "push --bind a --hwm x": /--hwm takes a number of messages from 0/,
  "push --bind a --rate 0": /--rate takes messages a second/,
  "push --bind a --rate 5/m": /not "5\/m"/,
  "push --bind a --frame-separator=": /--frame-separator is empty/,
  "rep --bind a --reply-exec=": /--reply-exec is empty/,
};
for (const [line, complaint] of Object.entries(WRONG)) {
  Deno.test(`refused: zmqcat ${line}`, () => {
    throws(
      () => job(line),
      (error: Error) => error instanceof UsageError && complaint.test(error.message),
    );
  });
}
