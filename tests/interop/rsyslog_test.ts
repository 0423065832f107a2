/** rsyslog, whose ZeroMQ is czmq, as a CURVE server: our clients read the log with their certificates. */

import "../util.ts";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { capability, Pull, type PullOptions } from "../../mod.ts";
import { Certificate } from "../../security/mod.ts";
import { Program } from "../program.ts";
import { Relay } from "../socket/relay.ts";
import { futureAddress, soon } from "../socket/support.ts";
import "../security/support.ts";
import { withFolder } from "../util.ts";

const RSYSLOG = "/usr/sbin/rsyslogd";

/** rsyslog with its czmq module, and logger. Debian: rsyslog, rsyslog-czmq. */
const missing = capability.curve ? missingFiles() : "CURVE";

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

function configuration(folder: string, address: string): string {
  return `
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${folder}/log.sock" CreatePath="on")
module(load="omczmq" authenticator="off" authtype="CURVESERVER"
  servercertpath="${folder}/server.key_secret" clientcertpath="*")
template(name="line" type="string" string="%programname%:%msg%")
action(type="omczmq" endpoints="@${address}" socktype="PUSH" template="line" sendtimeout="200")
`;
}

/** Logs a line. False while rsyslog doesn't listen yet. */
async function log(folder: string, line: string): Promise<boolean> {
  const args = ["-u", `${folder}/log.sock`, "--socket-errors=on", "-t", "web", line];
  const command = new Deno.Command("/usr/bin/logger", { args, stderr: "null" });
  return (await command.output()).success;
}

Deno.test({
  name:
    "rsyslog: its CURVE server lets in who has its key, by a certificate that we saved, and no other",
  ignore: missing !== undefined,
  fn: () =>
    withFolder(async (folder) => {
      const [server, client] = [Certificate.create({ name: "rsyslog" }), Certificate.create()];
      await server.save(`${folder}/server.key`);
      const address = futureAddress();
      await Deno.writeTextFile(`${folder}/rsyslog.conf`, configuration(folder, address));
      const args = ["-n", "-f", `${folder}/rsyslog.conf`, "-i", `${folder}/rsyslog.pid`];
      await using rsyslog = new Program(RSYSLOG, args);
      rsyslog.died.catch(() => {});
      using pull = new Pull(client.clientOptions(server));
      pull.connect(address);

      // It binds at the first line that it's given, and drops what nobody takes.
      let first: string | undefined;
      const came = pull.receive().then((message) => first = String(message));
      while (first === undefined) {
        await log(folder, "first");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await came;
      assertEquals(first, "web: first");

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
      rsyslog.kill("SIGTERM");
      assertEquals((await rsyslog.outcome()).code, 0);
    }),
});
