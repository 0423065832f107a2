/**
 * Request and reply: a server that says hello.
 *
 * A Reply takes one request after another, from any number of clients, and answers each before it
 * takes the next. It suits answers that are quick to make. An answer to a client that has gone is
 * dropped.
 *
 *     deno run --allow-ffi examples/hello/server.ts
 *     deno run --allow-ffi examples/hello/client.ts Ada
 *
 * Argument: the address to bind to.
 */

import { Reply } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5555"] = Deno.args;

await using server = new Reply();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => server.close());
}

console.log(`bound to ${await server.bind(address)}`);

for await (const [name] of server) {
  console.log(`a request from ${name}`);
  await server.send(`hello, ${name}`);
}
