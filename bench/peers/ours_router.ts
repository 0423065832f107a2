/** A Router of ours: gives each request back to where it came from. */

import { Router } from "../../mod.ts";
import { jobOf, tell } from "./meter.mjs";

const job = jobOf(Deno.args);
const router = new Router({
  sendHighWaterMark: job.hwm,
  receiveHighWaterMark: job.hwm,
  backlog: 2000,
});
await router.bind(job.address);
tell(router.lastEndpoint);
if (job.mode === "drain") {
  for (;;) {
    await router.send(await router.receive());
    for (const message of router.drain()) if (!router.trySend(message)) await router.send(message);
  }
} else {
  for await (const message of router) await router.send(message);
}
