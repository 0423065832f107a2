/**
 * The server that supervisor.ts starts, and starts again. It isn't run by hand, but so:
 *
 *     deno run --allow-ffi --allow-read=keys examples/supervised/server.ts keys
 *
 * All that takes time comes before `supervised()`, which waits for this process's turn: keys, the
 * authenticator, the socket. Then it only has to be bound to the parent's port.
 */

import { Router } from "../../mod.ts";
import {
  Authenticator,
  Certificate,
  CertificateFolder,
  hardenedOptions,
} from "../../security/mod.ts";
import { supervised } from "../../supervise/mod.ts";

const [keys = "keys"] = Deno.args;

const certificate = await Certificate.load(`${keys}/server.key_secret`);
await using authenticator = new Authenticator();
authenticator.configureCurve(await CertificateFolder.open(`${keys}/clients`), {
  domain: "supervised",
});

await using router = new Router(
  hardenedOptions(Router, certificate, { domain: "supervised", maxMessageSize: 1000 }),
);

const { bind, signal: supervisorGone } = await supervised();
await bind(router);
console.log(`serving: ${Deno.pid}`);

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}
const signal = AbortSignal.any([stop.signal, supervisorGone]);
try {
  for await (const message of router.iterate({ signal })) {
    const question = message.pop();
    await router.send([...message, `the answer to ${question}`]);
  }
} catch (error) {
  if (!signal.aborted) throw error;
}
