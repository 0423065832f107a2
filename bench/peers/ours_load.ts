/** A Pull of ours: the CPU time that waiting for few messages takes, in percent of a core. */

import { Pull } from "../../mod.ts";
import { cpu } from "./cpu.ts";
import { finish, jobOf, tell } from "./meter.mjs";

const job = jobOf(Deno.args);
const pull = new Pull({ receiveHighWaterMark: job.hwm });
await pull.bind(job.address);
tell(pull.lastEndpoint);

let count = 0;
setTimeout(() => {
  const begin = performance.now();
  const used = cpu();
  count = 0;
  setTimeout(() => {
    const seconds = (performance.now() - begin) / 1000;
    finish({ load: (cpu() - used) / seconds * 100, rate: count / seconds });
    Deno.exit();
  }, job.time);
}, job.warm);
for await (const _ of pull) count++;
