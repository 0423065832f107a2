import { strictEqual as assertEquals } from "node:assert/strict";

import { ROOT } from "./files.ts";
import { read } from "./pages.ts";
import { withFolder } from "./util.ts";

Deno.test("the README's first program prints, by the command beside it, what the README says", () =>
  withFolder(async (folder) => {
    const readme = await read("README.md");
    const block = (language: string) =>
      new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "m").exec(readme)![1];
    await Deno.writeTextFile(`${folder}/hello.ts`, block("ts"));
    const [, ...args] = block("sh").trim().split(" ");
    args.splice(1, 0, "--config", new URL("tests/documentation.json", ROOT).pathname);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    assertEquals(text.decode(stderr), "");
    assertEquals(text.decode(stdout), block("text"));
    assertEquals(code, 0);
  }));
