/** A Pull of ours: as many messages a second as come, read in the way that MODE names. */

import { type Frame, Pull } from "../../mod.ts";
import { cpu } from "./cpu.ts";
import { finish, jobOf, Meter, tell } from "./meter.mjs";

const job = jobOf(Deno.args);
const meter = new Meter(job, cpu, (result: unknown) => {
  finish(result);
  Deno.exit();
});
/** What was read, kept small: a larger number would be a new object each time. */
let sum = 0;

function look(message: readonly Frame[]): void {
  for (let i = 0; i < message.length; i++) sum ^= message[i].length + message[i][0];
  meter.one();
}

function lookInPlace(bytes: Uint8Array, more: boolean): void {
  sum ^= bytes.length + bytes[0];
  if (!more) meter.one();
}

function sumInPlace(bytes: Uint8Array, more: boolean): void {
  let all = 0;
  for (let i = 0; i < bytes.length; i++) all += bytes[i];
  sum ^= all;
  if (!more) meter.one();
}

const MODES: Record<string, (pull: Pull) => unknown> = {
  visitSync(pull) {
    for (;;) pull.visit(lookInPlace, { timeout: Infinity });
  },
  visitSyncSum(pull) {
    for (;;) pull.visit(sumInPlace, { timeout: Infinity });
  },
  receiveSync(pull) {
    for (;;) look(pull.receiveSync());
  },
  // What lies there is taken in one go, then one receive waits for more.
  async visit(pull) {
    for (;;) {
      look(await pull.receive());
      pull.visit(lookInPlace);
    }
  },
  async visitSum(pull) {
    for (;;) {
      look(await pull.receive());
      pull.visit(sumInPlace);
    }
  },
  async drain(pull) {
    for (;;) {
      look(await pull.receive());
      for (const message of pull.drain()) look(message);
    }
  },
  async tryReceive(pull) {
    for (;;) {
      look(await pull.receive());
      for (let message; (message = pull.tryReceive()) !== undefined;) look(message);
    }
  },
  async forAwait(pull) {
    for await (const message of pull) look(message);
  },
  async forAwaitUsing(pull) {
    for await (const message of pull) {
      look(message);
      for (const frame of message) frame.release();
    }
  },
  async receive(pull) {
    for (;;) look(await pull.receive());
  },
  async stream(pull) {
    for await (const message of pull.toReadableStream()) look(message);
  },
};

const pull = new Pull({ receiveHighWaterMark: job.hwm });
await pull.bind(job.address);
tell(pull.lastEndpoint);
await MODES[job.mode](pull);
// So that nothing above counts as unused.
console.log(sum);
