/** A Push and a Pull of ours on one thread, by turns, CHUNK messages each: the CPU time of both halves. */

import { type Frame, Pull, Push } from "../../mod.ts";
import { cpu } from "./cpu.ts";
import { finish, jobOf, messageOf } from "./meter.mjs";

const job = jobOf(Deno.args);
const { chunk, mode } = job;
const message = messageOf(job);
const push = new Push({ sendHighWaterMark: job.hwm });
const pull = new Pull({ receiveHighWaterMark: job.hwm });
pull.bindSync("inproc://bench");
push.connect("inproc://bench");

/** What was read, kept small: a larger number would be a new object each time. */
let sum = 0;

function look(message: readonly Frame[]): void {
  for (let i = 0; i < message.length; i++) sum ^= message[i].length + message[i][0];
}

function lookInPlace(bytes: Uint8Array): void {
  sum ^= bytes.length + bytes[0];
}

function trySend(): void {
  for (let i = 0; i < chunk; i++) if (!push.trySend(message)) throw new Error("full");
}

type Half = () => void | Promise<void>;

const SENDING: Record<string, Half> = {
  sendSync() {
    for (let i = 0; i < chunk; i++) push.sendSync(message);
  },
  async send() {
    for (let i = 0; i < chunk; i++) await push.send(message);
  },
  async writer() {
    for (let i = 0; i < chunk; i++) await writer().write(message);
  },
};

const RECEIVING: Record<string, Half> = {
  visit() {
    pull.visit(lookInPlace);
  },
  drain() {
    for (const message of pull.drain()) look(message);
  },
  tryReceive() {
    for (let i = 0; i < chunk; i++) look(pull.tryReceive()!);
  },
  async receive() {
    for (let i = 0; i < chunk; i++) look(await pull.receive());
  },
  async forAwait() {
    let left = chunk;
    for await (const message of pull) {
      look(message);
      if (--left === 0) break;
    }
  },
  async reader() {
    for (let i = 0; i < chunk; i++) look((await reader().read()).value!);
  },
};

let writable: WritableStreamDefaultWriter<typeof message> | undefined;
let readable: ReadableStreamDefaultReader<Frame[]> | undefined;
const writer = () => writable ??= push.toWritableStream().getWriter();
const reader = () => readable ??= pull.toReadableStream().getReader();

const sendHalf = SENDING[mode] ?? trySend;
const receiveHalf = RECEIVING[mode] ?? RECEIVING.visit;
let sending = 0;
let receiving = 0;
let count = 0;
const warm = performance.now() + job.warm;
const end = warm + job.time;
for (let now = 0; now < end; now = performance.now()) {
  const start = cpu();
  const sent = sendHalf();
  if (sent) await sent;
  const middle = cpu();
  const received = receiveHalf();
  if (received) await received;
  if (now < warm) continue;
  sending += middle - start;
  receiving += cpu() - middle;
  count += chunk;
}
finish({ send: sending * 1e9 / count, receive: receiving * 1e9 / count, sum });
Deno.exit();
