/**
 * Collects the logs of several programs: prints each line, and publishes it for those who watch.
 *
 * A watcher subscribes to a level and a program: "error", "info web", or "" for everything. zmqcat is one:
 *
 *     deno run --allow-ffi examples/logs/collector.ts >> all.log
 *     deno run -A examples/zmqcat.ts sub --connect tcp://127.0.0.1:5597 --topic error
 *
 * rsyslog sends its lines here by its omczmq module, with this in its configuration:
 *
 *     module(load="omczmq")
 *     template(name="json" type="list" option.jsonf="on") {
 *       property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
 *       property(outname="level" name="syslogseverity-text" format="jsonf")
 *       property(outname="program" name="programname" format="jsonf")
 *       property(outname="text" name="msg" format="jsonf")
 *     }
 *     action(type="omczmq" endpoints=">tcp://127.0.0.1:5596" socktype="PUSH" template="json")
 *
 * Arguments: the address for programs, and the one for watchers.
 */

import { type Frame, Publisher, Pull } from "../../mod.ts";

const [programs = "tcp://127.0.0.1:5596", watchers = "tcp://127.0.0.1:5597"] = Deno.args;

await using pull = new Pull();
await using publisher = new Publisher();
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => pull.close());
}

// On standard error, since the log is on the other.
console.error(`watchers at ${await publisher.bind(watchers)}`);
console.error(`programs at ${await pull.bind(programs)}`);

for await (const [message] of pull) {
  const line = lineOf(message);
  if (line === undefined) continue;
  const { level, program } = line;
  console.log(JSON.stringify(line));
  await publisher.send([`${level} ${program}`, JSON.stringify(line)]);
}

/** Any program can send anything: what isn't a line of a log is passed over. */
function lineOf(message: Frame): Record<string, string> | undefined {
  try {
    const { time, level, program, text: said } = JSON.parse(message.text());
    const parts = [time, level, program, said];
    if (!parts.every((part) => typeof part === "string")) return undefined;
    return { time, level, program, text: said };
  } catch {
    return undefined;
  }
}
