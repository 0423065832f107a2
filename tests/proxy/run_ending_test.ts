/** The ends of programs whose proxies run on their own loop: they depend on how that waits. */

import { endings } from "./run_ending.ts";

for (const [claim, test] of endings("{}")) Deno.test(`own loop: ${claim}`, test);
