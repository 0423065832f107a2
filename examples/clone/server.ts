/**
 * A clone: values that a server keeps, and of which each client has a copy that follows. For
 * settings, prices, who is there: what all need to know, and what fits into memory.
 *
 * Updates are published, with a number each. A client that joins, or that has missed an update,
 * asks for all values, and goes on with the updates after those. So each copy becomes what the
 * server has, whatever gets lost under way. Of several clients that set the same value, the last
 * wins. At its end the server forgets all values, and so do the clients, once another is there.
 *
 *     deno run --allow-ffi examples/clone/server.ts
 *     deno run --allow-ffi examples/clone/client.ts
 *
 * Arguments: the addresses to bind to, for requests and for updates, and how often the number of
 * the last update is repeated, in ms.
 */

import { Poller, Reply, XPublisher } from "../../mod.ts";

const [
  requestAddress = "tcp://127.0.0.1:5600",
  updateAddress = "tcp://127.0.0.1:5601",
  interval = "1000",
] = Deno.args;

await using requests = new Reply();
await using updates = new XPublisher({ verbosity: "allSubs" }); // receives each subscription
using poller = new Poller<() => Promise<void>>();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => poller.close());
}

const values = new Map<string, string>();
/** The name of this run of the server, and the number of its last update. */
const run = crypto.randomUUID();
let number = 0;

async function answer(): Promise<void> {
  const request = requests.tryReceive();
  if (request === undefined) return;
  const [verb, key, value] = request.map((frame) => frame.text());
  if (verb === "set" && value !== undefined) {
    number++;
    if (value === "") values.delete(key);
    else values.set(key, value);
    await updates.send([run, number, key, value]);
    await requests.send([run, number]);
  } else {
    await requests.send([run, number, JSON.stringify([...values])]);
  }
}

/** Says how far the updates are. A new subscriber learns by this that it gets all that follow. */
async function tell(): Promise<void> {
  updates.drain().toArray(); // the subscriptions
  await updates.send([run, number]);
}

console.log(`requests at ${await requests.bind(requestAddress)}`);
console.log(`updates at ${await updates.bind(updateAddress)}`);
poller.add(requests, { key: answer });
poller.add(updates, { key: tell });
poller.addTimer(Number(interval), { repeat: true, key: tell });
for await (const ready of poller) {
  for (const { key: act } of ready) await act();
}
