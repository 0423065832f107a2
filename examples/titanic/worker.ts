/**
 * A worker of the titanic. Start as many as you like, at any time.
 *
 * It's a Request: it asks for work, by "ready" at first, and by each answer. It says the same again
 * when nothing comes for a second, in case the broker was killed before it had the answer.
 *
 *     deno run --allow-ffi examples/titanic/worker.ts
 *
 * Arguments: the broker's address for workers, and how long an answer takes in ms.
 */

import { Request, ZmqError } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5611", work = "1000"] = Deno.args;

// It may ask again, once there is a broker: see lazy_pirate.
await using worker = new Request({ relaxed: true, correlate: true, immediate: true, linger: 1000 });
// Ctrl-C and SIGTERM end the loop below, after the request at hand.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}

worker.connect(address);
let message = ["ready"];
while (!stop.signal.aborted) {
  try {
    await worker.send(message, { signal: stop.signal });
    const [id, question] = await worker.receive({ timeout: 1000, signal: stop.signal });
    console.log(`working on ${question}`);
    await new Promise((resolve) => setTimeout(resolve, Number(work)));
    message = [id.text(), `the answer to ${question}`];
  } catch (error) {
    const late = error instanceof ZmqError && error.code === "EAGAIN";
    if (!late && !stop.signal.aborted) throw error;
  }
}
if (message.length > 1) worker.trySend([...message, "bye"]);
