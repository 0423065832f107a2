/**
 * The binary star: two servers, of which one is active, and the other takes over when that is gone.
 *
 * The passive one takes over when it hasn't heard from the other for four beats, and a client asks
 * it. One that was killed may be started again at any time, and is passive then; one that was held
 * up for three beats hears what the other is before it answers again. A backup that is started
 * alone waits for the primary. Two are active only if the servers can't reach each other, and some
 * clients reach the one, and some the other: connect the servers by the network of their clients.
 *
 * The servers have nothing in common. Where answers depend on what was asked before, let both use
 * one database, or hold a copy each: see clone.
 *
 *     deno run --allow-ffi examples/binary_star/server.ts primary
 *     deno run --allow-ffi examples/binary_star/server.ts backup
 *     deno run --allow-ffi examples/binary_star/client.ts
 *
 * Arguments: primary or backup, the addresses to bind to, for clients and for the other server,
 * that server's address, and the interval of beats in ms.
 */

import { Poller, Publisher, Router, Subscriber } from "../../mod.ts";

type State = "primary" | "backup" | "active" | "passive";

const role = Deno.args[0] === "backup" ? "backup" : "primary";
const ports = role === "primary" ? [5602, 5603, 5605] : [5604, 5605, 5603];
const [front, own, others] = ports.map((port, i) => Deno.args[i + 1] ?? `tcp://127.0.0.1:${port}`);
const BEAT = Number(Deno.args[4] ?? 500);

await using clients = new Router();
await using publisher = new Publisher();
// It never sends, so only the system's probes tell it that the other's machine went down: it then connects again.
const alive = {
  tcpKeepalive: 1,
  tcpKeepaliveIdle: 5,
  tcpKeepaliveInterval: 5,
  tcpKeepaliveCount: 3,
};
await using other = new Subscriber(alive);
using poller = new Poller();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => poller.close());
}

/** What a server becomes by the other's state, or by a request while the other is silent. */
const rules: Record<State, { [heard: string]: State | undefined }> = {
  primary: { backup: "active", active: "passive", request: "active" },
  backup: { active: "passive" },
  passive: { primary: "active", backup: "active", request: "active" },
  active: { active: role }, // they couldn't reach each other: both start over
};
let state = role as State;
/** When it last said its state, and when it heard the other's. */
let [said, heard] = [performance.now(), performance.now()];

async function become(next: State | undefined): Promise<void> {
  if (next === undefined) return;
  if (next !== state) console.log(next);
  if (next === "passive") rules.backup.request = "active"; // a backup may take over from now on
  state = next;
  said = performance.now();
  await publisher.send(state);
}

console.log(`clients at ${await clients.bind(front)}`);
await publisher.bind(own);
other.connect(others);
other.subscribe("");
console.log(state);
poller.add(clients);
poller.add(other);
const timer = poller.addTimer(BEAT, { repeat: true });
for await (const ready of poller) {
  const now = performance.now();
  if (now - said > 3 * BEAT) { // it was held up, and the other may have taken over: it starts over
    heard = now + BEAT; // and doesn't listen until then, as what has come by now is old
    await become(role);
  }
  if (ready.some(({ source }) => source === timer)) await become(state);
  const message = other.drain().toArray().at(-1);
  if (message !== undefined && now > heard) {
    heard = now;
    await become(rules[state][message[0].text()]);
  }
  for (const request of clients.drain({ limit: 100 })) {
    if (now - heard > 4 * BEAT) await become(rules[state].request);
    if (state !== "active") continue; // the client asks the other
    const [envelope, text] = [request.slice(0, -1), request.at(-1)!];
    await clients.send([...envelope, `the answer to ${text}, from the ${role}`]);
  }
}
