/**
 * A serial line and ZeroMQ in one loop: each line that the device sends is published, and each message that is pushed is written
 * to it, as a line. For Linux.
 *
 * One Poller waits for the device's descriptor and for the socket. At SIGINT, SIGTERM or when the device is unplugged, the loop
 * ends. Any device that sends lines will do: a sensor, a GPS receiver, a modem.
 *
 *     deno run --allow-ffi --allow-run=stty examples/serial.ts /dev/ttyUSB0 115200
 *     deno run -A examples/zmqcat.ts sub --connect tcp://127.0.0.1:5582
 *     echo AT | deno run -A examples/zmqcat.ts push --connect tcp://127.0.0.1:5583
 *
 * Arguments: the device, its speed, the address where lines are published, and the one where they are pulled.
 */

import { Poller, Publisher, Pull } from "../mod.ts";
import { openDevice } from "./descriptors.ts";

const [
  path,
  speed = "115200",
  published = "tcp://127.0.0.1:5582",
  pulled = "tcp://127.0.0.1:5583",
] = Deno.args;
if (path === undefined) throw new Error("which device? For instance /dev/ttyUSB0");

// Bytes as they come, without the echo and the line editing of a terminal.
const stty = new Deno.Command("stty", { args: ["-F", path, speed, "raw", "-echo"] });
if (!(await stty.spawn().status).success) Deno.exit(1);

using device = openDevice(path);
await using publisher = new Publisher();
await using pull = new Pull();
console.log(`bound to ${await publisher.bind(published)} ${await pull.bind(pulled)}`);

using poller = new Poller();
poller.add(device.fd);
poller.add(pull);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => poller.close());
}

const decoder = new TextDecoder();
/** What has come of a line that isn't complete. */
let rest = "";
for await (const ready of poller) {
  for (const { source } of ready) {
    if (source === pull) {
      for (const [line] of pull.drain()) device.write(`${line}\n`);
      continue;
    }
    const bytes = device.read();
    if (bytes === null) poller.close(); // unplugged
    const lines = (rest + decoder.decode(bytes ?? undefined, { stream: bytes !== null })).split(
      /\r?\n/,
    );
    rest = lines.pop()!;
    for (const line of lines) await publisher.send(line);
  }
}
