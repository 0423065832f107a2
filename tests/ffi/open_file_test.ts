import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { openFile } from "../../ffi/open_file.ts";
import { withFolder } from "../util.ts";
import { soon } from "../waiting.ts";

Deno.test("a FIFO is opened without a wait for its writer", () =>
  withFolder(async (folder) => {
    await new Deno.Command("mkfifo", { args: [`${folder}/fifo`] }).output();
    const file = await soon(openFile(`${folder}/fifo`));
    assertEquals((await file.stat()).isFile(), false);
    await file.close();
  }));

Deno.test("what can't be opened is the error that Deno has for it", () =>
  withFolder(async (folder) => {
    await rejects(openFile(`${folder}/none`), Deno.errors.NotFound);
  }));
