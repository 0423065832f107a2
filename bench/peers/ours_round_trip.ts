/** A Request of ours that asks (ROLE ping), or a Reply that answers (echo), in the way that MODE names. */

import { Reply, Request } from "../../mod.ts";
import { finish, jobOf, messageOf, Stopwatch, tell } from "./meter.mjs";

const job = jobOf(Deno.args);
const message = messageOf(job);

const PING: Record<string, (request: Request, watch: Stopwatch) => void | Promise<void>> = {
  async async(request, watch) {
    let begin;
    do {
      begin = performance.now();
      await request.send(message);
      await request.receive();
    } while (watch.take(begin));
  },
  sync(request, watch) {
    let begin;
    do {
      begin = performance.now();
      request.sendSync(message);
      request.receiveSync();
    } while (watch.take(begin));
  },
};

const ECHO: Record<string, (reply: Reply) => Promise<void> | never> = {
  async async(reply) {
    for await (const request of reply) await reply.send(request);
  },
  sync(reply) {
    for (;;) reply.sendSync(reply.receiveSync());
  },
};

if (job.role === "echo") {
  const reply = new Reply();
  await reply.bind(job.address);
  tell(reply.lastEndpoint);
  await ECHO[job.mode](reply);
} else {
  const request = new Request();
  request.connect(job.address);
  const watch = new Stopwatch(job);
  await PING[job.mode](request, watch);
  finish(watch.result());
  Deno.exit();
}
