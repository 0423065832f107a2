/**
 * The suicidal snail: a subscriber that ends, with an error, when what it gets is too old or when
 * something is missing.
 *
 * Old or incomplete data may be worse than none: of prices, for instance. So it doesn't fall behind
 * in silence. What started it, such as systemd, sees it fail, and starts it again with an empty
 * queue. Publisher and subscriber need clocks that agree.
 *
 *     deno run --allow-ffi examples/suicidal_snail/subscriber.ts
 *
 * Arguments: the publisher's address, the greatest age of a message in ms, and how long each
 * message takes in ms: with 0, this snail lives.
 */

import { Subscriber } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5572", greatestAge = "1000", work = "3"] = Deno.args;

await using subscriber = new Subscriber();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => subscriber.close());
}

/** Ends the program, as failed. */
function die(reason: string): never {
  console.error(reason);
  Deno.exit(1);
}

subscriber.connect(address);
subscriber.subscribe("");
let last: number | undefined;
for await (const [sent, count] of subscriber) {
  const number = Number(count.text());
  const age = Date.now() - Number(sent.text());
  if (age > Number(greatestAge)) die(`number ${number} is ${age} ms old`);
  if (last !== undefined && number !== last + 1) die(`number ${last + 1} is missing`);
  last = number;
  console.log(`number ${number}, ${age} ms old`);
  await new Promise((resolve) => setTimeout(resolve, Number(work)));
}
