/**
 * A client of Majordomo: it asks a service, by its name, and asks again when no answer comes in
 * time.
 *
 *     deno run --allow-ffi examples/majordomo/client.ts upper hello
 *
 * Arguments: the service's name, a text, how often to send it, the broker's address, and the
 * time-out of a try in ms.
 */

import { Request } from "../../mod.ts";
import { CLIENT } from "./protocol.ts";

const [
  service = "upper",
  text = "hello",
  count = "1",
  address = "tcp://127.0.0.1:5568",
  timeout = "2500",
] = Deno.args;
const TRIES = 10;

// As the lazy pirate: it may ask again, and an answer to an earlier try is dropped.
await using client = new Request({ relaxed: true, correlate: true, immediate: true, linger: 0 });
client.connect(address);

async function ask(body: string): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const signal = AbortSignal.timeout(Number(timeout));
    try {
      await client.send([CLIENT, service, body], { signal });
      const [, , answer] = await client.receive({ signal });
      return answer.text();
    } catch (error) {
      if (!signal.aborted) throw error;
      console.error(`no answer in ${timeout} ms`);
    }
  }
  throw new Error(`no answer of ${service} at ${address} after ${TRIES} tries`);
}

try {
  for (let i = 0; i < Number(count); i++) console.log(await ask(text));
} catch (error) {
  console.error((error as Error).message);
  Deno.exitCode = 1;
}
