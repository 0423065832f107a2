/**
 * Request and reply: a client that says its name three times, and prints the answers.
 *
 * A Request sends, receives, and only then sends again. A server that isn't there is no error,
 * since it may still come: only the timeout tells. To try again instead of giving up, see
 * lazy_pirate.
 *
 *     deno run --allow-ffi examples/hello/client.ts Ada
 *
 * Arguments: a name, and the server's address.
 */

import { Request, ZmqError } from "../../mod.ts";

const [name = "world", address = "tcp://127.0.0.1:5555"] = Deno.args;

// linger: 0, since at the end of the program a request that no one has taken isn't worth a wait.
await using client = new Request({ linger: 0 });
client.connect(address);

try {
  for (let i = 0; i < 3; i++) {
    await client.send(name);
    const [answer] = await client.receive({ timeout: 1000 });
    console.log(answer.text());
  }
} catch (error) {
  if (!(error instanceof ZmqError) || error.code !== "EAGAIN") throw error;
  console.error(`no answer within a second: is a server at ${address}?`);
  Deno.exitCode = 1;
}
