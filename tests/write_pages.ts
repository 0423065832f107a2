/** Writes each page's contents and the links between pages: `deno run -A tests/write_pages.ts`. */

import { ROOT } from "./files.ts";
import { navigated, pages, pathOf } from "./pages.ts";

const texts = await pages();
for (const page of texts.keys()) {
  await Deno.writeTextFile(new URL(pathOf(page), ROOT), navigated(page, texts));
}
