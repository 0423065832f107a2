/**
 * Publish and subscribe: a publisher that sends each place's temperature, twice a second.
 *
 * A Publisher sends to those who have subscribed by then, and never waits for anyone. There's no
 * history: a late joiner gets what is published from then on. Connecting takes a moment, so a
 * subscriber that starts with the publisher, or even before it, misses the first messages as well
 * (the slow joiner). And one that is too slow loses messages once a thousand wait for it. The
 * number in each message shows a subscriber what it has missed.
 *
 *     deno run --allow-ffi examples/weather/publisher.ts
 *     deno run --allow-ffi examples/weather/subscriber.ts vienna
 *
 * Arguments: the address to bind to, and the interval in ms.
 */

import { Poller, Publisher } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5556", interval = "500"] = Deno.args;
const temperatures = new Map([["graz", 14], ["linz", 11], ["vienna", 12]]);

await using publisher = new Publisher();
using poller = new Poller();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => poller.close());
}

console.log(`bound to ${await publisher.bind(address)}`);
poller.addTimer(Number(interval), { repeat: true });
let number = 0;
for await (const _ of poller) {
  number++;
  for (const [place, before] of temperatures) {
    const celsius = before + Math.random() - 0.5;
    temperatures.set(place, celsius);
    // The first frame is the topic, which subscriptions are compared with.
    await publisher.send([`weather/${place}`, celsius.toFixed(1), number]);
  }
}
