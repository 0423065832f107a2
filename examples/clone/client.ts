/**
 * A client of the clone's server: it has a copy of all values, which follows, and may set values.
 *
 * Type "key=value" to set a value, and "key=" to remove one. Without an answer in time the client
 * asks again, so that an update may be made twice if the server is slow.
 *
 *     deno run --allow-ffi examples/clone/client.ts
 *
 * Arguments: the server's addresses, for requests and for updates, and the time-out of a request in
 * ms.
 */

import { stdin } from "node:process";
import { createInterface } from "node:readline";
import { type Frame, Request, Subscriber, ZmqError } from "../../mod.ts";

const [
  requestAddress = "tcp://127.0.0.1:5600",
  updateAddress = "tcp://127.0.0.1:5601",
  timeout = "2000",
] = Deno.args;

// They may ask again, once there is a server: see lazy_pirate.
const options = { relaxed: true, correlate: true, immediate: true, linger: 0 };
await using getter = new Request(options);
await using setter = new Request(options);
// It never sends, so only the system's probes tell it that the server's machine went down: it then connects again.
const alive = {
  tcpKeepalive: 1,
  tcpKeepaliveIdle: 5,
  tcpKeepaliveInterval: 5,
  tcpKeepaliveCount: 3,
};
await using updates = new Subscriber(alive);
// Ctrl-C and SIGTERM end both loops, and with them the program.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}

async function ask(socket: Request, ...question: string[]): Promise<Frame[]> {
  const limits = { timeout: Number(timeout), signal: stop.signal };
  for (;;) {
    try {
      await socket.send(question, limits);
      return await socket.receive(limits);
    } catch (error) {
      if (!(error instanceof ZmqError) || error.code !== "EAGAIN") throw error;
      console.error("no answer: asking again");
    }
  }
}

let values = new Map<string, string>();
/** The server's run, and the number of its last update that the values contain. */
let [run, last] = ["", 0];

async function getAll(): Promise<void> {
  const [name, number, all] = await ask(getter, "get");
  [run, last] = [name.text(), Number(number.text())];
  values = new Map(all.json() as [string, string][]);
  console.log(`${last}: ${JSON.stringify(Object.fromEntries(values))}`);
}

async function follow(): Promise<void> {
  for await (const message of updates.iterate({ signal: stop.signal })) {
    const [name, number, key, value] = message.map((frame) => frame.text());
    if (name === run && Number(number) <= last) continue; // the values contain it
    if (name === run && Number(number) === last + 1 && key !== undefined) {
      last++;
      if (value === "") values.delete(key);
      else values.set(key, value);
      console.log(`${last}: ${key}=${value}`);
    } else await getAll(); // the first, or an update was missed, or the server is another
  }
}

async function setWhatIsTyped(): Promise<void> {
  for await (const line of lines) {
    const [, key, value] = line.match(/^([^=]+)=(.*)$/) ?? [];
    if (key === undefined) console.error("key=value sets a value, and key= removes one");
    else await ask(setter, "set", key, value);
  }
}

getter.connect(requestAddress);
setter.connect(requestAddress);
updates.connect(updateAddress);
updates.subscribe("");
const lines = createInterface({ input: stdin });
try {
  await Promise.all([follow(), setWhatIsTyped()]);
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  lines.close();
}
