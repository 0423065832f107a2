/** rsyslog, whose ZeroMQ is czmq, as a publisher, and as a CURVE server whose log our clients read with their certificates. */

import "../security/support.ts";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { capability, Pull, type PullOptions, type Receiver, Subscriber } from "../../mod.ts";
import { Certificate } from "../../security/mod.ts";
import { Program } from "../program.ts";
import { Relay } from "../socket/relay.ts";
import { futureAddress } from "../socket/support.ts";
import { withFolder } from "../util.ts";
import { pause, soon } from "../waiting.ts";

const RSYSLOG = "/usr/sbin/rsyslogd";

/** rsyslog with its czmq module, and logger. Debian: rsyslog, rsyslog-czmq. */
const missing = missingFiles();

function missingFiles(): string | undefined {
  const folders = ["/usr/lib/x86_64-linux-gnu/rsyslog", "/usr/lib/aarch64-linux-gnu/rsyslog"];
  const exists = (path: string) => {
    try {
      Deno.statSync(path);
      return true;
    } catch {
      return false;
    }
  };
  if (!exists(RSYSLOG) || !exists("/usr/bin/logger")) return RSYSLOG;
  return folders.some((folder) => exists(`${folder}/omczmq.so`)) ? undefined : "omczmq";
}

/** What is configured, with the parameters of the module and the actions that are to be tested. */
function configuration(folder: string, parameters: string, actions: string): string {
  return `
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${folder}/log.sock" CreatePath="on")
module(load="omczmq" ${parameters})
template(name="line" type="string" string="%programname%:%msg%")
template(name="topic" type="string" string="%programname%.%syslogseverity-text%:%msg%")
${actions}
`;
}

/** Starts rsyslog in a folder. */
async function start(folder: string, parameters: string, actions: string): Promise<Program> {
  const text = configuration(folder, parameters, actions);
  await Deno.writeTextFile(`${folder}/rsyslog.conf`, text);
  const args = ["-n", "-f", `${folder}/rsyslog.conf`, "-i", `${folder}/rsyslog.pid`];
  const rsyslog = new Program(RSYSLOG, args);
  rsyslog.died.catch(() => {});
  return rsyslog;
}

/** Has rsyslog end, which it must do well. */
async function end(rsyslog: Program): Promise<void> {
  rsyslog.kill("SIGTERM");
  assertEquals((await rsyslog.outcome()).code, 0);
}

/**
 * Logs a line again and again until it's received: rsyslog binds at the first line that it's given, and drops what
 * no one takes. Gives the message.
 */
async function firstOf(socket: Receiver, folder: string, line: string): Promise<string[]> {
  let first: string[] | undefined;
  const came = socket.receive().then((message) => first = message.map(String));
  while (first === undefined) {
    await log(folder, line);
    await pause(20);
  }
  return await came;
}

/** Logs a line of some program's. False while rsyslog doesn't listen yet. */
async function log(folder: string, line: string, options: string[] = []): Promise<boolean> {
  const args = ["-u", `${folder}/log.sock`, "--socket-errors=on", "-t", "web", ...options, line];
  const command = new Deno.Command("/usr/bin/logger", { args, stderr: "null" });
  return (await command.output()).success;
}

Deno.test({
  name:
    "rsyslog: its CURVE server lets in who has its key, by a certificate that we saved, and no other",
  ignore: missing !== undefined || !capability.curve,
  fn: () =>
    withFolder(async (folder) => {
      const [server, client] = [Certificate.create({ name: "rsyslog" }), Certificate.create()];
      await server.save(`${folder}/server.key`);
      const address = futureAddress();
      await using rsyslog = await start(
        folder,
        `authenticator="off" authtype="CURVESERVER"
          servercertpath="${folder}/server.key_secret" clientcertpath="*"`,
        `action(type="omczmq" endpoints="@${address}" socktype="PUSH" template="line" sendtimeout="200")`,
      );
      using pull = new Pull(client.clientOptions(server));
      pull.connect(address);

      assertEquals(await firstOf(pull, folder, "first"), ["web: first"]);

      const strangers: PullOptions[] = [
        {},
        client.clientOptions(Certificate.create()),
        { plainUsername: "ada", plainPassword: "lovelace" },
      ];
      for (const options of strangers) {
        await using relay = new Relay({ lastEndpoint: address } as Pull);
        using stranger = new Pull({ ...options, reconnectInterval: -1 });
        stranger.connect(relay.address);
        await soon(relay.ended);
        assertEquals(stranger.tryReceive(), undefined);
      }

      assert(await log(folder, "last"));
      for await (const message of pull) {
        if (String(message) === "web: last") break;
        assertEquals(String(message), "web: first");
      }
      await end(rsyslog);
    }),
});

Deno.test({
  name: "rsyslog: a Subscriber has the lines of the programs that it subscribed to, by prefix",
  ignore: missing !== undefined,
  fn: () =>
    withFolder(async (folder) => {
      const address = futureAddress();
      await using rsyslog = await start(
        folder,
        "",
        `action(type="omczmq" endpoints="@${address}" socktype="PUB" template="topic")`,
      );
      using subscriber = new Subscriber();
      subscriber.subscribe("web.notice", "web.err", "mail.");
      subscriber.connect(address);
      assertEquals(await firstOf(subscriber, folder, "first"), ["web.notice: first"]);

      for (const [tag, severity] of [["web", "err"], ["cron", "err"], ["web", "debug"]]) {
        assert(await log(folder, "second", ["-t", tag, "-p", `user.${severity}`]));
      }
      assert(await log(folder, "last", ["-t", "mail"]));
      const all: string[] = [];
      for await (const message of subscriber) {
        const line = String(message);
        if (line === "mail.notice: last") break;
        if (line !== "web.notice: first") all.push(line);
      }
      assertEquals(all, ["web.err: second"]);
      await end(rsyslog);
    }),
});
