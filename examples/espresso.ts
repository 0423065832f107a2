/**
 * Espresso: a proxy between publishers and subscribers, and all that goes through it, printed.
 *
 * Subscribers find all publishers at one address, and a publisher has one peer to send to:
 * subscriptions go through the proxy as well, and it gets each topic once, whatever the number of
 * its subscribers. The capture socket gets a copy of each message and each subscription. A
 * Publisher drops copies that no one takes in time, so a slow watcher holds nothing up; with a Push
 * it would.
 *
 *     deno run --allow-ffi examples/weather/publisher.ts
 *     deno run --allow-ffi examples/espresso.ts
 *     deno run --allow-ffi examples/weather/subscriber.ts vienna tcp://127.0.0.1:5569
 *
 * Arguments: the address to bind to for subscribers, and the publishers' addresses.
 */

import { type Frame, Publisher, Subscriber, XPublisher, XSubscriber } from "../mod.ts";
import { Proxy } from "../proxy.ts";

const [address = "tcp://127.0.0.1:5569", ...given] = Deno.args;
const publishers = given.length > 0 ? given : ["tcp://127.0.0.1:5556"];

await using capture = new Publisher();
await using watcher = new Subscriber();
await capture.bind("inproc://capture"); // over tcp, other programs could watch, such as zmqcat
watcher.connect("inproc://capture");
watcher.subscribe("");

await using proxy = new Proxy(new XSubscriber(), new XPublisher(), { capture });
// Ctrl-C and SIGTERM end the proxy, which first passes on what has come.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => proxy.terminate());
}

for (const publisher of publishers) proxy.frontEnd.connect(publisher);
console.log(`subscribers at ${await proxy.backEnd.bind(address)}`);
(async () => {
  for await (const message of watcher) console.log(described(message));
})();
await proxy.run();

/** A subscription is one frame, a byte 1 and the topic; its end begins with a byte 0. */
function described([first, ...rest]: Frame[]): string {
  if (first[0] === 1) return `subscribed to ${first.subarray(1)}`;
  if (first[0] === 0) return `unsubscribed from ${first.subarray(1)}`;
  return `published: ${[first, ...rest].join(" ")}`;
}
