/**
 * Two copies of the library in one process, in slices of a millisecond by turns: whatever else the machine does, it does
 * to both. Prints each way's CPU time a message on this thread, in ns, with either.
 *
 *     ours_ways.ts FIRST SECOND [SLICES]    the URLs of their `mod.ts`
 */

import { thread } from "./cpu.ts";
import { finish } from "./meter.mjs";
import type { Way } from "./ways.ts";

const [first, second, number = "60"] = Deno.args;
/** How many slices of each copy count. In half as many before them, V8 compiles. */
const slices = Number(number);

const copies: Way[][] = [];
for (const [copy, url] of [first, second].entries()) {
  const library = await import(url);
  const { waysOf }: typeof import("./ways.ts") = await import(`./ways.ts?${copy}`);
  copies.push(await waysOf(library, copy));
}

async function slice({ messages, first: prepare, act }: Way): Promise<number> {
  await prepare?.(messages);
  const begin = thread();
  // A way that doesn't wait leaves no microtask between both looks at the clock.
  const acted = act(messages);
  if (acted instanceof Promise) await acted;
  return (thread() - begin) * 1e9 / messages;
}

const result: Record<string, number> = {};
for (const [i, { name }] of copies[0].entries()) {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < 1.5 * slices; round++) {
    for (const copy of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const time = await slice(copies[copy][i]);
      if (round >= slices / 2) times[copy].push(time);
    }
  }
  const [one, other] = times.map((all) => all.sort((a, b) => a - b)[slices >> 2]);
  result[`${name}: first`] = one;
  result[`${name}: second`] = other;
}
finish(result);
Deno.exit();
