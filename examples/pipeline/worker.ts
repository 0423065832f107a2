/**
 * A pipeline's worker. Start as many as you like, at any time; they end when the sink has all
 * results. One that comes later waits for the next sink.
 *
 * It holds few tasks, so that others get their share: those in its queue, and what the network's
 * buffers hold. By Ctrl-C it finishes the task at hand, and the others that it holds are lost.
 *
 *     deno run --allow-ffi examples/pipeline/worker.ts
 *
 * Arguments: the ventilator's address, the sink's, and the one where the sink says "stop".
 */

import { Pull, Push, Subscriber } from "../../mod.ts";

const [
  ventilator = "tcp://127.0.0.1:5557",
  sink = "tcp://127.0.0.1:5558",
  commands = "tcp://127.0.0.1:5559",
] = Deno.args;

await using tasks = new Pull({ receiveHighWaterMark: 1 });
await using results = new Push({ sendHighWaterMark: 1 });
await using control = new Subscriber();

// Ctrl-C and SIGTERM end the loops, after the task at hand. A second one ends the program at once.
const stop = () => {
  if (tasks.closed) Deno.exit(1);
  tasks.close();
  control.close();
};
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);

results.connect(sink);
control.connect(commands);
control.subscribe("");

let welcome = false;
(async () => {
  for await (const [command] of control) {
    if (command.text() === "stop") {
      results.linger = 0; // the sink has all that it wants
      Deno.exit();
    }
    if (welcome) continue;
    welcome = true; // from here on no "stop" can be missed
    tasks.connect(ventilator);
    console.log("ready");
  }
})();

for await (const [number, data] of tasks) {
  const hash = await crypto.subtle.digest("SHA-256", data);
  await results.send(["result", number, new Uint8Array(hash).toHex(), Deno.pid]);
}
