/**
 * A request's time among MANY others that are silent: sockets with a receive that waits (MODE
 * "sockets"), or descriptors in a Poller (its backend).
 */

import { type BackendKind, Context, Poller, Pull, Request } from "../../mod.ts";
import { finish, jobOf, messageOf, Stopwatch } from "./meter.mjs";

const job = jobOf(Deno.args);
const message = messageOf(job);
const context = new Context({ maxSockets: job.many + 10 });
const request = new Request({ context });
request.connect(job.address);

let ask: () => unknown;
if (job.mode === "sockets") {
  const silent = Array.from({ length: job.many }, () => new Pull({ context }));
  for (const socket of silent) socket.receive();
  ask = async () => {
    await request.send(message);
    await request.receive();
  };
} else {
  const { symbols: { eventfd } } = Deno.dlopen("libc.so.6", {
    eventfd: { parameters: ["u32", "i32"], result: "i32" },
  });
  const CLOEXEC = 0o2000000;
  const poller = new Poller({ backend: job.mode as BackendKind });
  poller.add(request);
  for (let i = 0; i < job.many; i++) {
    const fd = eventfd(0, CLOEXEC);
    if (fd < 0) throw new Error("no more descriptors");
    poller.add(fd, { readable: true });
  }
  ask = async () => {
    request.trySend(message);
    do await poller.wait(); while (request.tryReceive() === undefined);
  };
}

const watch = new Stopwatch(job);
let begin;
do {
  begin = performance.now();
  await ask();
} while (watch.take(begin));
finish(watch.result());
Deno.exit();
