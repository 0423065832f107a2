/**
 * Runs code in a Jupyter kernel, from the command line: a file's, or what is typed, line by line.
 *
 * A line that ends with a question mark shows what could come there. Ctrl-C interrupts what runs. The kernel ends with the
 * input.
 *
 *     deno run -A examples/jupyter/console.ts
 *     deno run -A examples/jupyter/console.ts code.ts
 *     deno run -A examples/jupyter/console.ts - python3 -m ipykernel_launcher -f
 *
 * Arguments: a file, or `-` for standard input, and a kernel's command, by default that of Deno's own. `-A` is for the kernel,
 * which is a program of its own.
 */

import process from "node:process";
import { createInterface } from "node:readline";
import { Kernel, type Output } from "./kernel.ts";

const [file = "-", ...command] = Deno.args;
if (command.length === 0) command.push(Deno.execPath(), "jupyter", "--kernel", "--conn");

await using kernel = await Kernel.start(command);
let running = false;
let failed = false;

async function run(code: string): Promise<void> {
  running = true;
  for await (const output of kernel.execute(code)) show(output);
  running = false;
}

function show({ type, content }: Output): void {
  const data = content.data as Record<string, string> | undefined;
  if (type === "stream") process[content.name as "stdout" | "stderr"].write(String(content.text));
  else if (data?.["text/plain"] !== undefined) console.log(data["text/plain"]);
  else if (type === "error") {
    console.error((content.traceback as string[]).join("\n"));
    failed = true;
  }
}

async function answer(line: string): Promise<void> {
  if (!line.endsWith("?")) return await run(line);
  console.log((await kernel.complete(line.slice(0, -1))).join(" "));
}

const lines = createInterface({ input: process.stdin });
process.on("SIGINT", () => running ? kernel.interrupt() : lines.close());

if (file !== "-") {
  lines.close();
  await run(await Deno.readTextFile(file));
  if (failed) Deno.exitCode = 1;
} else {
  for await (const line of lines) await answer(line);
}
