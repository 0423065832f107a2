/** The example of a serial line, with a pseudo terminal in its place. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Push, XSubscriber } from "../../mod.ts";
import "../util.ts";
import { example } from "./examples.ts";
import { Running } from "./support.ts";

/** A device: it says where it is, answers each line by "ok" and the line, and is unplugged at the end of its input. */
const DEVICE = `
import os, pty, sys, threading, tty
outside, inside = pty.openpty()
tty.setraw(inside)
print(os.ttyname(inside), flush=True)
def answer():
    for line in os.fdopen(os.dup(outside), "r"):
        os.write(outside, b"ok " + line.encode())
threading.Thread(target=answer, daemon=True).start()
for line in sys.stdin:
    os.write(outside, line.rstrip("\\n").encode() + b"\\r\\n")
os._exit(0)
`;

const ignore = Deno.build.os !== "linux";

Deno.test({
  name:
    "serial: the device's lines are published, what is pushed reaches it, and its end ends the program",
  ignore,
  fn: async () => {
    await using device = new Running(["/usr/bin/python3", "-c", DEVICE]);
    const [path] = await device.lines(1);
    const any = "tcp://127.0.0.1:*";
    await using running = example("serial.ts", path, "9600", any, any);
    const [published, pulled] = (await running.printed("bound to ")).split(" ");
    await using subscriber = new XSubscriber();
    subscriber.connect(published);
    await subscriber.send([Uint8Array.of(1)]);
    await using push = new Push({ linger: 0 });
    push.connect(pulled);
    // The first answer that is heard says that the subscription has arrived.
    let number = 0;
    do await push.send(`line ${number++}`); while (!await subscriber.wait({ timeout: 20 }));
    await push.send("the last of them, é");
    for (let line = ""; line !== "ok the last of them, é";) {
      line = String(await subscriber.receive());
    }
    await device.write("temperature 21.5\nhumi");
    assertEquals(String(await subscriber.receive()), "temperature 21.5");
    await device.write("dity 40\n");
    assertEquals(String(await subscriber.receive()), "humidity 40");
    await device.end();
    assertEquals(await running.ended(), { status: 0, errors: "" });
  },
});
