/**
 * The suicidal snail: a publisher whose messages say when they were sent, for subscribers that end
 * when they are too slow.
 *
 * A Publisher never waits: what a slow subscriber doesn't take lies in queues, then in the
 * network's buffers, and once the queue is full, messages are dropped for it. What it gets is older
 * and older, and no error tells it.
 *
 *     deno run --allow-ffi examples/suicidal_snail/publisher.ts
 *     deno run --allow-ffi examples/suicidal_snail/subscriber.ts
 *
 * Arguments: the address to bind to, and the interval in ms.
 */

import { Poller, Publisher } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5572", interval = "1"] = Deno.args;

await using publisher = new Publisher({ linger: 0 });
using poller = new Poller();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => poller.close());
}

console.log(`bound to ${await publisher.bind(address)}`);
poller.addTimer(Number(interval), { repeat: true });
let number = 0;
for await (const _ of poller) {
  await publisher.send([Date.now(), ++number]);
}
