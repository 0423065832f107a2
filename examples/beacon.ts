/**
 * A discovery beacon: peers in a local network that find each other, and notice who has gone. There
 * is no server, and none has to be told an address. Here they chat.
 *
 * Each says once a second, by UDP broadcast, who it is, and at which port it listens with ZeroMQ.
 * Those who hear of it connect to it; from then on messages go by TCP, in order. Who hasn't been
 * heard for four seconds has gone; one that ends says so. Anyone in the network may take part, under
 * any name: beyond networks that you trust, use CURVE (docs/security.md).
 *
 *     deno run --allow-ffi --allow-net examples/beacon.ts ada
 *
 * Start several, on one machine or on several ones, and type.
 *
 * Arguments: a name; the address for broadcasts, and their port; the address to bind to; and the
 * interval in ms. Within one machine the addresses are 127.255.255.255 and tcp://127.0.0.1:*.
 */

import { createSocket } from "node:dgram";
import { stdin } from "node:process";
import { createInterface } from "node:readline";
import { Pull, Push } from "../mod.ts";

const [
  name = `peer ${Deno.pid}`,
  everyone = "255.255.255.255",
  broadcastPort = "5670",
  address = "tcp://*:*",
  interval = "1000",
] = Deno.args;

const id = crypto.randomUUID();
await using inbox = new Pull();
const own = (await inbox.bind(address)).match(/\d+$/)![0];
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => inbox.close());
}

/** Those that are here, by their ids. */
const peers = new Map<string, { name: string; outbox: Push; heard: number }>();

const radio = createSocket({ type: "udp4", reuseAddr: true }); // several listen at one port
radio.bind(Number(broadcastPort), () => {
  radio.setBroadcast(true);
  say(own);
});
radio.on("message", (data, { address }) => {
  const [, peer, port, name] = `${data}`.match(/^beacon ([-\da-f]{36}) (\d{1,5}) (.{1,50})$/) ?? [];
  if (peer === undefined || peer === id || Number(port) > 65535) return;
  if (port === "0") return leave(peer);
  if (!peers.has(peer)) join(peer, name, `tcp://${address}:${port}`);
  peers.get(peer)!.heard = performance.now();
});

/** Says at which port this one listens; 0 means that it goes. It may get lost. */
function say(port: string): Promise<void> {
  const text = `beacon ${id} ${port} ${name.slice(0, 50)}`;
  return new Promise((resolve) =>
    radio.send(text, Number(broadcastPort), everyone, () => resolve())
  );
}

function join(peer: string, name: string, address: string): void {
  const outbox = new Push({ linger: 0 });
  outbox.connect(address);
  peers.set(peer, { name, outbox, heard: 0 });
  say(own); // so that it needn't wait
  console.log(`${name} has come`);
}

function leave(peer: string): void {
  peers.get(peer)?.outbox.close();
  if (peers.has(peer)) console.log(`${peers.get(peer)!.name} has gone`);
  peers.delete(peer);
}

const timer = setInterval(() => {
  say(own);
  const latest = performance.now() - 4 * Number(interval);
  for (const [peer, { heard }] of peers) if (heard < latest) leave(peer);
}, Number(interval));

const lines = createInterface({ input: stdin });
lines.on("line", (line) => {
  for (const { outbox } of peers.values()) outbox.trySend([name, line]);
});

for await (const [sender, text] of inbox) console.log(`${sender}: ${text}`);

clearInterval(timer);
lines.close();
await say("0");
radio.close();
