/**
 * Prints which tests each file registers, and where, without running any: `deno run -A tests/titles.ts`. A line has a
 * file, a name and the place of the call, divided by tabs.
 */

import { filesBelow, ROOT } from "./files.ts";

type Definition = string | { name?: string; ignore?: boolean } | (() => unknown);

const found: string[] = [];
let file = "";

/** Stands for `Deno.test`, in each of its forms. */
function test(first: Definition, second?: Definition): void {
  const definitions = [first, second].filter((one) => typeof one !== "string");
  const name = typeof first === "string" ? first : definitions.find((one) => one?.name)!.name!;
  const caller = new Error().stack!.split("\n")[2];
  const [, place] = caller.match(/(file:\/\/.*:\d+):\d+/)!;
  const names = [name];
  // The name of a test that is skipped may say behind it what is missing here.
  if (definitions.some((one) => typeof one === "object" && one.ignore)) {
    names.push(name.replace(/ \([^)]*\)$/, ""));
  }
  for (const one of names) found.push(`${file}\t${one}\t${place.replace(ROOT.href, "")}`);
}

const members = ["beforeAll", "afterAll", "beforeEach", "afterEach"].map((one) => [one, () => {}]);
const value = Object.assign(test, { ignore: test, only: test }, Object.fromEntries(members));
Object.defineProperty(Deno, "test", { value });
for (file of await filesBelow("tests/", "_test.ts")) {
  await import(new URL(file, ROOT).href);
}
console.log(found.join("\n"));
Deno.exit(); // what a file has opened beside its tests keeps no one here
