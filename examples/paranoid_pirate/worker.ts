/**
 * A worker of the paranoid pirate. It goes on sending heartbeats while it works, and when it hears
 * none for three intervals, it leaves its connection, and tries again with a new one, at first
 * soon, then less and less often.
 *
 * Work that takes a processor keeps heartbeats from being sent: do it in a thread, as broker does,
 * or choose a longer interval.
 *
 *     deno run --allow-ffi examples/paranoid_pirate/worker.ts
 *
 * Arguments: the queue's address for workers, the interval of heartbeats in ms, and how long an
 * answer takes in ms.
 */

import { Dealer, type Frame, Poller } from "../../mod.ts";

const [address = "tcp://127.0.0.1:5567", interval = "1000", work = "500"] = Deno.args;
const LIVENESS = 3;
const LONGEST_PAUSE = 30_000;

// Ctrl-C and SIGTERM end it at once: what it has in hand, its client asks for again.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => Deno.exit());
}

/** Works until the queue is silent. Returns whether it was ever heard. */
async function serve(): Promise<boolean> {
  using dealer = new Dealer({ linger: 0 });
  using poller = new Poller();
  dealer.connect(address);
  dealer.trySend("ready");
  poller.add(dealer);
  const beat = poller.addTimer(Number(interval), { repeat: true });
  const silence = poller.addTimer(LIVENESS * Number(interval));
  let heard = false;

  for await (const ready of poller) {
    for (const [kind, ...request] of dealer.drain({ limit: 100 })) {
      heard = true;
      silence.reset();
      if (kind.text() === "request") answer(dealer, request);
    }
    if (!silence.active) break;
    if (ready.some(({ source }) => source === beat)) dealer.trySend("heartbeat");
  }
  return heard;
}

async function answer(dealer: Dealer, request: Frame[]): Promise<void> {
  const question = request.at(-1)!;
  console.log(`asked: ${question}`);
  await new Promise((resolve) => setTimeout(resolve, Number(work)));
  // By now the queue may be taken for dead.
  if (!dealer.closed) {
    dealer.trySend(["answer", ...request.slice(0, -1), `the answer to ${question}`]);
  }
}

for (let pause = Number(interval);; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
  if (await serve()) pause = Number(interval);
  console.log(`the queue is silent: trying again in ${pause} ms`);
  await new Promise((resolve) => setTimeout(resolve, pause));
}
