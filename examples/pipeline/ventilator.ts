/**
 * A pipeline: this ventilator hands out tasks, workers do them, and a sink collects the results.
 * Here a task is 64 KB to hash.
 *
 * Tasks go to the workers in turn. Each await waits until there's room, so all run at the pace of
 * the slowest part, and memory stays bounded: a worker has a few tasks of its own, in its queue and
 * in the network's buffers. These are lost if it dies. Where a task mustn't be lost, the one who
 * asks has to ask again: see lazy_pirate and majordomo.
 *
 *     deno run --allow-ffi examples/pipeline/sink.ts
 *     deno run --allow-ffi examples/pipeline/worker.ts # as many as you like
 *     deno run --allow-ffi examples/pipeline/ventilator.ts 10000
 *
 * Arguments: the number of tasks, the address to bind to, and the sink's.
 */

import { context, Push } from "../../mod.ts";

const [count = "10000", address = "tcp://127.0.0.1:5557", sink = "tcp://127.0.0.1:5558"] =
  Deno.args;

// A low mark: a worker that comes later finds tasks that no other has yet.
await using tasks = new Push({ sendHighWaterMark: 1 });
await using results = new Push();
results.connect(sink);
// At the end the last tasks wait for a worker with room: here for longer than the usual ten seconds.
context.exitLinger = 600_000;

// Ctrl-C and SIGTERM: no more tasks, and the sink learns how many there were. A second one, while the last tasks wait, ends it.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}

console.log(`bound to ${await tasks.bind(address)}`);
let sent = 0;
try {
  for (; sent < Number(count); sent++) {
    const data = crypto.getRandomValues(new Uint8Array(65536));
    await tasks.send([sent, data], { signal: stop.signal });
    if (sent % 100 === 0) console.log(`task ${sent}`);
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
}
await results.send(["total", sent]);
console.log(`${sent} tasks`);
