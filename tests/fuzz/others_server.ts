/**
 * The program that is fuzzed by datagrams or through a SOCKS proxy, for as long as standard input is open. Its argument is
 * an `OtherPlan` as JSON, and its lines are those of `server.ts`.
 */

import { Push } from "../../mod.ts";
import { Dish } from "../../socket/draft.ts";
import { GOOD, type Line, type OtherPlan } from "./plan.ts";

const plan: OtherPlan = JSON.parse(Deno.args[0]);
const print = (line: Line) => console.log(JSON.stringify(line));

if (plan.kind === "udp") {
  const dish = new Dish({ receiveHighWaterMark: 0 });
  await dish.bind(plan.address);
  dish.join(GOOD);
  (async () => {
    for await (const [frame] of dish) {
      const text = frame.text();
      if (text.startsWith(GOOD)) print({ heard: plan.kind, text });
    }
  })();
} else {
  // Closing such a socket isn't for this program: where its proxy is down, libzmq has a weakness of its own.
  const push = new Push({ socksProxy: plan.proxy, connectTimeout: 300, reconnectInterval: 20 });
  setInterval(() => push.connect(plan.address), 250);
  setInterval(() => push.trySend("tick"), 20);
}
print({ addresses: {} });

for await (const _ of Deno.stdin.readable) {
  const descriptors = [...Deno.readDirSync("/proc/self/fd")].length;
  print({ rss: Deno.memoryUsage().rss, descriptors });
}
Deno.kill(Deno.pid, "SIGKILL");
