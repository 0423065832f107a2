/** The example of logs from several programs. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Logger } from "../../examples/logs/logger.ts";
import { Pull, Push } from "../../mod.ts";
import { Program } from "../program.ts";
import { futureAddress } from "../socket/support.ts";
import { withFolder } from "../util.ts";
import { example } from "./examples.ts";
import { type Running, zmqcat } from "./support.ts";

async function collector(): Promise<{ running: Running; programs: string; watchers: string }> {
  const running = example("logs/collector.ts", "tcp://127.0.0.1:*", "tcp://127.0.0.1:*");
  const watchers = await running.said("watchers at ");
  return { running, watchers, programs: await running.said("programs at ") };
}

const textOf = (line: string) => JSON.parse(line).text;

// What a send that doesn't wait needs is bound outside of any test.
new Logger("first", "inproc://nowhere").log("info", "");

Deno.test("logs: lines of several programs come together, each program's in order, and zmqcat watches one level", async () => {
  const { running, programs, watchers } = await collector();
  await using _running = running;
  await using web = example("logs/logger.ts", "web", programs);
  using mail = new Logger("mail", programs);
  await using watcher = zmqcat("sub", "--connect", watchers, "--topic", "error");
  // Its subscription arrives at some time: a line is logged until it's seen.
  let seen = false;
  const first = watcher.printed("error mail").finally(() => seen = true);
  let count = 0;
  for (; !seen; count++) {
    mail.log("error", "is someone there?");
    await web.write(`line ${count}\n`);
    await running.lines(2 * (count + 1));
  }
  await first;
  using last = new Logger("last", programs);
  last.log("info", "not for the watcher");
  last.log("error", "for the watcher");
  await watcher.printed("error last");
  watcher.kill("SIGTERM");
  const watched = await watcher.lines();
  assertEquals(watched.filter((line) => !line.startsWith("error ")), []);
  assertEquals(textOf(watched.at(-1)!.split("\t")[1]), "for the watcher");

  const lines = (await running.lines(2 * count + 2)).map((line) => JSON.parse(line));
  const ofWeb = lines.filter(({ program }) => program === "web").map(({ text }) => text);
  assertEquals(ofWeb, Array.from({ length: count }, (_, i) => `line ${i}`));
});

Deno.test("logs: while no one collects, a thousand lines are kept, and how many were dropped is logged later", async () => {
  await using pull = new Pull();
  const address = futureAddress();
  using logger = new Logger("program", address);
  for (let i = 0; i < 1500; i++) logger.log("debug", `line ${i}`);
  await pull.bind(address);
  const texts: string[] = [];
  for (let i = 0; i < 1000; i++) texts.push(textOf(String(await pull.receive())));
  assertEquals(texts, Array.from({ length: 1000 }, (_, i) => `line ${i}`));
  logger.log("info", "the next");
  assertEquals(textOf(String(await pull.receive())), "500 lines were dropped");
  assertEquals(textOf(String(await pull.receive())), "the next");
});

Deno.test("logs: what isn't a line of a log doesn't end the collector", async () => {
  const { running, programs } = await collector();
  await using _running = running;
  await using push = new Push();
  push.connect(programs);
  await push.send(Uint8Array.of(255, 0));
  await push.send('{"level": 5}');
  await push.send(['{"time":"now","level":"info","program":"p","text":"good"}', "a second frame"]);
  assertEquals(textOf((await running.lines(1))[0]), "good");
  running.kill("SIGTERM");
  assertEquals((await running.ended()).status, 0);
});

const RSYSLOG = "/usr/sbin/rsyslogd";
const withRsyslog = [RSYSLOG, "/usr/lib/x86_64-linux-gnu/rsyslog/omczmq.so"].every((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

Deno.test({
  name: `logs: rsyslog's lines come in with the configuration in the header${
    withRsyslog ? "" : " [SKIPPED: rsyslog or its omczmq isn't installed]"
  }`,
  ignore: !withRsyslog,
  fn: () =>
    withFolder(async (folder) => {
      const { running, programs } = await collector();
      await using _running = running;
      const source = new URL("../../examples/logs/collector.ts", import.meta.url);
      const header = (await Deno.readTextFile(source)).replaceAll(/^ \* ?/gm, "");
      const [configuration] = /^ +module[^]*?^ +action.*$/m.exec(header)!;
      const socket = `${folder}/log.sock`;
      await Deno.writeTextFile(
        `${folder}/rsyslog.conf`,
        `module(load="imuxsock" SysSock.Use="off")
        input(type="imuxsock" Socket="${socket}" CreatePath="on")
        ${configuration.replace("tcp://127.0.0.1:5596", programs)}\n`,
      );
      const args = ["-n", "-f", `${folder}/rsyslog.conf`, "-i", `${folder}/rsyslog.pid`];
      await using rsyslog = new Program(RSYSLOG, args);
      rsyslog.died.catch(() => {}); // what waits for it fails by itself
      const log = new Deno.Command("/usr/bin/logger", {
        args: ["-u", socket, "--socket-errors=on", "-t", "web", "-p", "user.err", 'said "so"'],
        stderr: "null",
      });
      let printed: string[] | undefined;
      const line = running.lines(1).then((lines) => printed = lines);
      // rsyslog listens at some time.
      while (printed === undefined) await log.output();
      const { level, program, text } = JSON.parse((await line)[0]);
      assertEquals([level, program, text.trim()], ["err", "web", 'said "so"']);
      rsyslog.kill("SIGTERM");
      await rsyslog.outcome();
    }),
});
