/** An XPublisher of ours: publishes indefinitely, once MANY subscriptions have come. */

import { XPublisher } from "../../mod.ts";
import { jobOf, messageOf, tell } from "./meter.mjs";

const job = jobOf(Deno.args);
const message = messageOf(job);

const publisher = new XPublisher({
  sendHighWaterMark: job.hwm,
  noDrop: true,
  verbosity: "allSubs",
});
await publisher.bind(job.address);
tell(publisher.lastEndpoint);
for (let i = 0; i < job.many; i++) await publisher.receive();
for (;;) {
  if (job.mode === "trySend") { while (publisher.trySend(message)); }
  await publisher.send(message);
}
