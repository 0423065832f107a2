/** What a Poller is for: a socket, standard input and a time-out in one loop, a message and a line a turn. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Push } from "../../mod.ts";
import { Program } from "../program.ts";
import { KINDS } from "./support.ts";

const MESSAGES = 5000;
const LINES = 300;

/** Takes no more than one message and one line of whatever a turn reports. Says when a wait's time was over. */
const LOOP = `
import { readSync } from "node:fs";
import { Poller, Pull } from "$MOD";
const [backend, how] = Deno.args;
using pull = new Pull();
await pull.bind("tcp://127.0.0.1:*");
console.log(pull.lastEndpoint);
using poller = new Poller({ backend });
poller.add(pull, { key: "socket" });
poller.add(0, { key: "stdin" });
const taken = { socket: 0, stdin: 0 };
const line = new Uint8Array(4);
const take = {
  socket: () => Number(pull.tryReceive()),
  stdin: () => readSync(0, line) && Number(new TextDecoder().decode(line)),
};
let idle = false;
while (taken.socket < ${MESSAGES} || taken.stdin < ${LINES}) {
  const ready = await poller[how]({ timeout: 10 });
  if (ready.length === 0 && !idle) console.log("time-out", JSON.stringify(taken));
  idle = ready.length === 0;
  for (const { key } of ready) {
    const number = take[key]();
    if (number !== taken[key]++) throw new Error(key + ": " + number + " after " + taken[key]);
  }
}
console.log("done", (await poller[how]({ timeout: 0 })).length);`;

for (const backend of KINDS) {
  for (const how of ["wait", "waitSync"]) {
    Deno.test(`${backend}: a loop of ${how} over a socket, standard input and a time-out misses nothing`, async () => {
      await using program = await Program.start(LOOP, { args: [backend, how] });
      using push = new Push();
      push.connect(await program.line());
      let messages = 0;
      let lines = 0;
      /** Goes on until so much was sent, then waits for the time-out that follows. */
      const produce = async (share: number) => {
        while (messages < share * MESSAGES) {
          await push.send(`${messages++}`);
          const due = Math.floor(messages * LINES / MESSAGES);
          while (lines < due) await program.say(`${lines++}`.padStart(3, "0"));
        }
      };
      for (const share of [0, 0.5]) {
        await produce(share);
        const taken = JSON.stringify({ socket: messages, stdin: lines });
        let said;
        // It may have been quicker than we, and timed out before.
        do said = await program.line(); while (said !== `time-out ${taken}`);
      }
      await produce(1);
      const { code, stdout, stderr } = await program.outcome();
      const end = stdout.split("\n").filter((line) => !line.startsWith("time-out"));
      assertEquals([code, end, stderr], [0, ["done 0", ""], ""]);
    });
  }
}
