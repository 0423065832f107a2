/** The ends of programs whose proxies run in libzmq: they depend on its build. */

import { endings } from "./run_ending.ts";

for (const [claim, test] of endings("{ native: true }")) Deno.test(`native: ${claim}`, test);
