/**
 * Publish and subscribe: a subscriber to the weather of a place. Start it whenever you like.
 *
 * It says where it came in, and how many messages it has missed since: those for which its queue
 * had no room, or which were published while it wasn't connected. It connects again by itself when
 * the publisher comes back.
 *
 *     deno run --allow-ffi examples/weather/subscriber.ts vienna
 *
 * Arguments: a place, by default all, and the publisher's address.
 */

import { Subscriber } from "../../mod.ts";

const [place = "", address = "tcp://127.0.0.1:5556"] = Deno.args;

await using subscriber = new Subscriber();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => subscriber.close());
}

subscriber.connect(address);
subscriber.subscribe(`weather/${place}`); // every topic that begins so

const last = new Map<string, number>();
for await (const [topic, celsius, count] of subscriber) {
  const name = topic.text();
  const number = Number(count.text());
  const before = last.get(name);
  last.set(name, number);
  if (before === undefined) {
    console.log(`${name}: joined at number ${number}`);
  } else if (number < before) {
    console.log(`${name}: the publisher has started again`);
  } else if (number > before + 1) {
    console.log(`${name}: missed ${number - before - 1}`);
  }
  console.log(`${name}: ${celsius} °C (number ${number})`);
}
