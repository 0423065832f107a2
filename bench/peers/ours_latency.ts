/** A Pull of ours: how long messages were under way that come at a fixed rate, in the way that MODE names. */

import { type Frame, Pull } from "../../mod.ts";
import { cpu, wall } from "./cpu.ts";
import { Delays, finish, jobOf, tell } from "./meter.mjs";

const job = jobOf(Deno.args);
const delays = new Delays(job, wall, cpu, (result: unknown) => {
  finish(result);
  Deno.exit();
});

const MODES: Record<string, (pull: Pull) => unknown> = {
  async forAwait(pull) {
    for await (const [frame] of pull) delays.take(sentAt(frame));
  },
  receiveSync(pull) {
    for (;;) delays.take(sentAt(pull.receiveSync()[0]));
  },
};

/** The time that the sender has written, in seconds. */
function sentAt({ buffer, byteOffset, byteLength }: Frame): number {
  return new DataView(buffer, byteOffset, byteLength).getFloat64(0, true);
}

const pull = new Pull({ receiveHighWaterMark: job.hwm });
await pull.bind(job.address);
tell(pull.lastEndpoint);
await MODES[job.mode](pull);
