/**
 * The memory of MANY sockets, in kB each (ROLE memory); or by how many MB the process grows over MANY
 * million messages, after the first two million (ROLE soak).
 */

import { Context, Pull } from "../../mod.ts";
import { finish, jobOf, tell } from "./meter.mjs";

const FIRST = 2_000_000;
const EVERY = 100_000;

const job = jobOf(Deno.args);
if (job.role === "memory") {
  const context = new Context({ maxSockets: job.many + 100 });
  const sockets = Array.from({ length: 50 }, () => new Pull({ context }));
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < job.many; i++) sockets.push(new Pull({ context }));
  finish({ each: (Deno.memoryUsage().rss - before) / job.many / 1000, count: sockets.length });
} else {
  const pull = new Pull();
  await pull.bind(job.address);
  tell(pull.lastEndpoint);
  let count = 0;
  let after = 0;
  let peak = 0;
  for await (const _ of pull) {
    if (++count % EVERY !== 0) continue;
    const { rss } = Deno.memoryUsage();
    if (count === FIRST) after = rss;
    if (count > FIRST) peak = Math.max(peak, rss);
    if (count === job.many * 1_000_000) break;
  }
  finish({ growth: (peak - after) / 1e6, rss: peak / 1e6 });
}
Deno.exit();
