/** A Proxy of ours: what comes to a Pull goes out by a Push. */

import { Pull, Push } from "../../mod.ts";
import { Proxy, type ProxyOptions } from "../../proxy.ts";
import { jobOf, tell } from "./meter.mjs";

const job = jobOf(Deno.args);
const pull = new Pull({ receiveHighWaterMark: job.hwm });
const push = new Push({ sendHighWaterMark: job.hwm });
for (const socket of [pull, push]) {
  await socket.bind(job.address);
  tell(socket.lastEndpoint);
}
const MODES: Record<string, ProxyOptions> = {
  filter: { filter: (message) => message },
  native: { native: true },
};
await new Proxy(pull, push, MODES[job.mode] ?? {}).run();
