/**
 * A client of the binary star: it asks a question twice a second, of the server that answered last.
 * When no answer comes in time, it asks the other.
 *
 * Each question gets one answer here, as long as a server lives. A server that dies may have done
 * what it was asked, and the other then does it again: see lazy_pirate.
 *
 *     deno run --allow-ffi examples/binary_star/client.ts
 *
 * Then kill the server that answers, and start it again.
 *
 * Arguments: how many questions to ask, the servers' addresses, the time-out of an answer, and the
 * pause between two questions in ms.
 */

import { Request, ZmqError } from "../../mod.ts";

const [
  count = "1000",
  primary = "tcp://127.0.0.1:5602",
  backup = "tcp://127.0.0.1:5604",
  timeout = "1000",
  pause = "500",
] = Deno.args;

function connected(address: string): Request {
  // It may ask again, once there is a server: see lazy_pirate.
  const client = new Request({ relaxed: true, correlate: true, immediate: true, linger: 0 });
  client.connect(address);
  return client;
}

await using one = connected(primary);
await using two = connected(backup);
// Ctrl-C and SIGTERM end the program.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}

let [server, other] = [one, two];

async function ask(question: string): Promise<string> {
  const limits = { timeout: Number(timeout), signal: stop.signal };
  for (;;) {
    try {
      await server.send(question, limits);
      const [answer] = await server.receive(limits);
      return answer.text();
    } catch (error) {
      if (!(error instanceof ZmqError) || error.code !== "EAGAIN") throw error;
      console.error(`${question}: no answer in ${timeout} ms`);
      [server, other] = [other, server];
    }
  }
}

try {
  for (let i = 1; i <= Number(count); i++) {
    console.log(await ask(`question ${i}`));
    await new Promise((resolve) => setTimeout(resolve, Number(pause)));
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
}
