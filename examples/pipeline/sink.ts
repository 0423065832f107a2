/**
 * A pipeline's sink: it collects the results, tells all workers to stop when it has them all, and
 * says who did how many.
 *
 * The ventilator says how many there are, by a connection of its own, so before or after the last
 * of them. Commands are published. The sink answers each subscription by "welcome", so that a
 * worker knows that it won't miss "stop".
 *
 *     deno run --allow-ffi examples/pipeline/sink.ts
 *
 * Arguments: the addresses to bind to, for results and for commands.
 */

import { Pull, XPublisher } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5558", commands = "tcp://127.0.0.1:5559"] = Deno.args;

await using results = new Pull();
await using control = new XPublisher({ verbosity: "allSubs" }); // receives each subscription
// Ctrl-C and SIGTERM end the loop below.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => results.close());
}

console.log(`results at ${await results.bind(address)}`);
console.log(`commands at ${await control.bind(commands)}`);
(async () => {
  for await (const _ of control) await control.send("welcome");
})();

const byWorker = new Map<string, number>();
let received = 0;
let total = Infinity;
for await (const [kind, number, , worker] of results) {
  if (kind.text() === "total" && number !== undefined) {
    total = Number(number.text());
  } else if (worker !== undefined) { // any program can send anything: what isn't a result is passed over
    byWorker.set(worker.text(), (byWorker.get(worker.text()) ?? 0) + 1);
    received++;
  }
  if (received === total) break;
}
await control.send("stop");

console.log(`${received} results`);
for (const [worker, count] of byWorker) console.log(`worker ${worker}: ${count}`);
