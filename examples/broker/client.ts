/**
 * A client of the broker, with ten requests under way at once.
 *
 * A Dealer doesn't wait for its turn, as a Request does. What stands before the empty frame is the
 * envelope, which comes back with the answer, and therefore says which request it answers. Answers
 * come in the order in which they are ready.
 *
 *     deno run --allow-ffi examples/broker/client.ts 100000
 *
 * Arguments: the number below which to count primes (and twice it, three times, and so on), and the
 * broker's address.
 */

import { Dealer, ZmqError } from "../../mod.ts";

const [below = "100000", address = "tcp://127.0.0.1:5561"] = Deno.args;
const REQUESTS = 10;

await using client = new Dealer({ linger: 0 });
client.connect(address);

for (let id = 1; id <= REQUESTS; id++) {
  await client.send([id, "", id * Number(below)]);
}

try {
  for (let answers = 0; answers < REQUESTS; answers++) {
    const [id, , primes, worker] = await client.receive({ timeout: 30_000 });
    console.log(`${primes} primes below ${Number(id.text()) * Number(below)}, says ${worker}`);
  }
} catch (error) {
  if (!(error instanceof ZmqError) || error.code !== "EAGAIN") throw error;
  console.error(`no answer within 30 seconds: is a broker with workers at ${address}?`);
  Deno.exitCode = 1;
}
