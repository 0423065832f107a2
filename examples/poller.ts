/**
 * Several sources in one loop: jobs from a Pull, weather from a Subscriber, a timer, and commands
 * that are typed.
 *
 * One Poller waits for all of them. A source's key is the function to call when it's ready; a
 * source that is still ready is reported again, so taking one message a turn is enough, and none is
 * kept waiting by another. Where sockets have nothing to do with each other, a `for await` for each
 * is shorter.
 *
 *     deno run --allow-ffi examples/weather/publisher.ts
 *     deno run --allow-ffi examples/poller.ts
 *     echo sweep | deno run --allow-ffi examples/zmqcat.ts push --connect tcp://127.0.0.1:5560
 *
 * Type "weather vienna" to subscribe, "pause" and "resume" for the jobs, "quit" to end.
 *
 * Arguments: the address to bind to for jobs, the weather publisher's, and the interval of reports
 * in ms.
 */

import { Poller, Pull, Subscriber } from "../mod.ts";

const [address = "tcp://127.0.0.1:5560", weather = "tcp://127.0.0.1:5556", interval = "5000"] =
  Deno.args;

await using jobs = new Pull({ receiveHighWaterMark: 10 });
await using subscriber = new Subscriber();
using poller = new Poller<() => void>();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => poller.close());
}

let done = 0;
function takeJob(): void {
  const message = jobs.tryReceive();
  if (message !== undefined) console.log(`job ${++done}: ${message[0]}`);
}

function takeWeather(): void {
  for (const [topic, celsius] of subscriber.drain({ limit: 100 })) {
    console.log(`${topic}: ${celsius} °C`);
  }
}

const commands: Record<string, (argument: string) => void> = {
  weather: (place) => subscriber.subscribe(`weather/${place}`),
  pause: () => poller.modify(jobs, { readable: false }), // then they wait in the queues
  resume: () => poller.modify(jobs, { readable: true }),
  quit: () => poller.close(),
};

const [bytes, decoder] = [new Uint8Array(4096), new TextDecoder()];
let typed = "";
function readInput(): void {
  const count = Deno.stdin.readSync(bytes);
  if (count === null) return poller.remove(0); // its end, which is reported again and again
  typed += decoder.decode(bytes.subarray(0, count), { stream: true });
  const lines = typed.split("\n");
  typed = lines.pop()!;
  for (const line of lines) {
    const [name, argument = ""] = line.trim().split(/ +/);
    if (!Object.hasOwn(commands, name)) {
      console.log(`commands: ${Object.keys(commands).join(", ")}`);
    } else if (!poller.closed) commands[name](argument);
  }
}

console.log(`jobs at ${await jobs.bind(address)}`);
subscriber.connect(weather);
poller.add(jobs, { key: takeJob });
poller.add(subscriber, { key: takeWeather });
poller.add(0, { key: readInput }); // standard input, by its descriptor
poller.addTimer(Number(interval), { repeat: true, key: () => console.log(`${done} jobs so far`) });

for await (const ready of poller) {
  for (const { key: act } of ready) act();
}
