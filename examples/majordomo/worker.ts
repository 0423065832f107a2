/**
 * A worker of Majordomo. Here it offers to turn text into capital letters.
 *
 * It watches the broker by heartbeats. When the broker is silent, or doesn't know it, it comes back
 * by a new connection. Work that takes a processor keeps heartbeats from being sent: do it in a
 * thread, as broker does, or choose a longer interval.
 *
 *     deno run --allow-ffi examples/majordomo/worker.ts upper
 *
 * Arguments: the service's name, the broker's address, the interval of heartbeats in ms, and how
 * long an answer takes in ms.
 */

import { Dealer, type Frame, Poller } from "../../mod.ts";
import * as mdp from "./protocol.ts";

const [service = "upper", address = "tcp://127.0.0.1:5568", interval = "2500", work = "500"] =
  Deno.args;

let current: Dealer | undefined;
function tell(dealer: Dealer | undefined, ...frames: (Frame | string)[]): void {
  if (dealer?.closed === false) dealer.trySend(["", mdp.WORKER, ...frames]);
}

// Ctrl-C and SIGTERM: what it has in hand, its client asks for again.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    tell(current, mdp.DISCONNECT);
    Deno.exit();
  });
}

/** Works until the broker is silent, or says that it doesn't know this worker. */
async function serve(): Promise<void> {
  using dealer = current = new Dealer({ linger: 1000 });
  using poller = new Poller();
  dealer.connect(address);
  tell(dealer, mdp.READY, service);
  console.log(`offering ${service}`);
  poller.add(dealer);
  const beat = poller.addTimer(Number(interval), { repeat: true });
  const silence = poller.addTimer(mdp.LIVENESS * Number(interval));

  for await (const ready of poller) {
    for (const [, , command, ...content] of dealer.drain({ limit: 100 })) {
      silence.reset();
      if (command?.text() === mdp.DISCONNECT) return;
      if (command?.text() === mdp.REQUEST) answer(dealer, content);
    }
    if (!silence.active) return;
    if (ready.some(({ source }) => source === beat)) tell(dealer, mdp.HEARTBEAT);
  }
}

async function answer(dealer: Dealer, request: Frame[]): Promise<void> {
  const [client, body] = mdp.split(request);
  console.log(`asked: ${body.join(" ")}`);
  await new Promise((resolve) => setTimeout(resolve, Number(work)));
  tell(dealer, mdp.REPLY, ...client, "", ...body.map((frame) => frame.text().toUpperCase()));
}

for (;;) {
  await serve();
  await new Promise((resolve) => setTimeout(resolve, Number(interval)));
}
