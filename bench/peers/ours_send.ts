/** A Push of ours: sends indefinitely, in the way that MODE names. */

import { Push } from "../../mod.ts";
import { jobOf, messageOf } from "./meter.mjs";

const job = jobOf(Deno.args);
const message = messageOf(job);

/** What is sent, made for one message. */
function fresh(): Uint8Array {
  return new Uint8Array(message as Uint8Array);
}

const MODES: Record<string, (push: Push) => unknown> = {
  sendSync(push) {
    for (;;) push.sendSync(message);
  },
  // As many as go at once, then one send waits.
  async trySend(push) {
    for (;;) {
      while (push.trySend(message));
      await push.send(message);
    }
  },
  async send(push) {
    for (;;) await push.send(message);
  },
  async trySendFresh(push) {
    for (;;) {
      while (push.trySend(fresh()));
      await push.send(fresh());
    }
  },
  async sendFresh(push) {
    for (;;) await push.send(fresh());
  },
  async stream(push) {
    const writer = push.toWritableStream().getWriter();
    for (;;) await writer.write(message);
  },
};

const push = new Push({ sendHighWaterMark: job.hwm });
push.connect(job.address);
await MODES[job.mode](push);
