/** Which tests there are, and where. */

import { ROOT } from "./files.ts";

/** A test that a file registers. */
export interface Place {
  file: string;
  name: string;
  /** The file and the line of the call that registers it. */
  at: string;
}

/** All of them. They're registered in a process of its own, which doesn't run them. */
export async function allTests(): Promise<Place[]> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", new URL("tests/titles.ts", ROOT).pathname],
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  const lines = text.decode(stdout).trimEnd().split("\n");
  if (lines.length < 1000) throw new Error(`Only ${lines.length} tests: ${text.decode(stderr)}`);
  return lines.map((line) => {
    const [file, name, at] = line.split("\t");
    return { file, name, at };
  });
}

/** The names of all of them, by their files. */
export async function testsByFile(): Promise<Map<string, string[]>> {
  const files = Map.groupBy(await allTests(), ({ file }) => file);
  return new Map([...files].map(([file, tests]) => [file, tests.map(({ name }) => name)]));
}

/** Whether a guide means this test: it may leave out what is before a colon, and … stands for what differs. */
export function isNamed(name: string, cited: string): boolean {
  const parts = cited.split("…").map((part) => part.replaceAll(/[^\w ]/g, "\\$&"));
  return new RegExp(`^(?:.*?: )?${parts.join(".*")}$`, "s").test(name);
}
