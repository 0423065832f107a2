/** The bridge between XMPP and ZeroMQ, with prosody as the server and a person at slixmpp. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Push, Subscriber } from "../../mod.ts";
import { freePort } from "../ports.ts";
import { works } from "../program.ts";
import { withFolder } from "../util.ts";
import { example } from "./examples.ts";
import { Running } from "./support.ts";

const PYTHON = "/usr/bin/python3";
const PERSON = fileURLToPath(new URL("xmpp_peer.py", import.meta.url));
const CLIENT = "npm:@xmpp/client@0.14.0";

const missing = await whatIsMissing();

async function whatIsMissing(): Promise<string | undefined> {
  if (!await works("sh", "-c", "command -v prosody")) return "prosody isn't installed";
  if (!await works(PYTHON, "-c", "import slixmpp")) return "slixmpp isn't installed";
  return await works(Deno.execPath(), "cache", "-q", CLIENT) ? undefined : `${CLIENT} can't be had`;
}

/** An XMPP server of its own, with the accounts bridge and ada. */
class Server {
  readonly #config: string;

  constructor(folder: string, readonly port: number) {
    this.#config = `${folder}/prosody.cfg.lua`;
    const lines = [
      "run_as_root = true",
      `data_path = "${folder}/data"`,
      `pidfile = "${folder}/prosody.pid"`,
      'interfaces = { "127.0.0.1" }',
      `c2s_ports = { ${port} }`,
      "s2s_ports = {}",
      'modules_enabled = { "saslauth", "offline", "ping" }',
      'modules_disabled = { "s2s", "tls" }',
      "c2s_require_encryption = false",
      "allow_unencrypted_plain_auth = true",
      'authentication = "internal_hashed"',
      `log = { info = "${folder}/prosody.log" }`,
      'VirtualHost "localhost"',
    ];
    Deno.mkdirSync(`${folder}/data`);
    Deno.writeTextFileSync(this.#config, lines.join("\n"));
  }

  async register(user: string): Promise<void> {
    const args = ["--config", this.#config, "register", user, "localhost", "secret"];
    await new Deno.Command("prosodyctl", { args, stdout: "null", stderr: "null" }).output();
  }

  start(): Running {
    return new Running(["prosody", "--config", this.#config, "-F"]);
  }
}

/** Starts the example, and a person who chats with it. */
async function started(
  folder: string,
): Promise<{ server: Server; bridge: Running; ada: Running; addresses: string[] }> {
  const server = new Server(folder, freePort());
  for (const user of ["bridge", "ada"]) await server.register(user);
  const addresses = ["tcp://127.0.0.1:*", "tcp://127.0.0.1:*"];
  const service = `xmpp://127.0.0.1:${server.port}`;
  const bridge = example("xmpp_bridge.ts", service, "bridge@localhost", ...addresses);
  const bound = (await bridge.printed("bound to ")).split(" ");
  const person = [PYTHON, PERSON, `${server.port}`, "ada@localhost", "bridge@localhost"];
  return { server, bridge, ada: new Running(person), addresses: bound };
}

function bridgeTest(claim: string, body: (folder: string) => Promise<void>): void {
  const reason = missing === undefined ? "" : ` [SKIPPED: ${missing}]`;
  const name = `xmpp_bridge: ${claim}${reason}`;
  Deno.test({ name, ignore: missing !== undefined, fn: () => withFolder(body) });
}

bridgeTest(
  "over restarts of the XMPP server all that was pushed arrives, in order",
  async (folder) => {
    const { server, ...running } = await started(folder);
    await using bridge = running.bridge;
    await using ada = running.ada;
    await using push = new Push({ linger: 0 });
    push.connect(running.addresses[1]);
    for (let round = 0; round < 2; round++) {
      // It isn't there when the bridge begins, and is ended in mid-traffic.
      await using prosody = server.start();
      for (let i = 0; i < 500; i++) await push.send(["ada@localhost", `number ${500 * round + i}`]);
      await ada.printed(`number ${500 * round + (round === 1 ? 499 : 20)}`);
      prosody.kill("SIGTERM");
      await prosody.ended();
    }
    ada.kill("SIGTERM");
    const came = new Set((await ada.lines()).filter((line) => line !== "online"));
    assertEquals([...came], Array.from({ length: 1000 }, (_, i) => `number ${i}`));
    bridge.kill("SIGTERM");
    assertEquals((await bridge.ended()).status, 0);
  },
);

bridgeTest("chat is published with its sender, in order", async (folder) => {
  const { server, ...running } = await started(folder);
  await using _bridge = running.bridge;
  await using ada = running.ada;
  await using subscriber = new Subscriber();
  subscriber.connect(running.addresses[0]);
  subscriber.subscribe("");
  await using _prosody = server.start();
  await running.bridge.printed("online");
  for (let i = 0; i < 100; i++) await ada.write(`line ${i}\n`);
  for (let i = 0; i < 100; i++) {
    assertEquals((await subscriber.receive()).map(String), ["ada@localhost", `line ${i}`]);
  }
});

bridgeTest(
  "no signal but SIGKILL ended it while there was no XMPP server for what it had",
  async () => {
    const addresses = ["tcp://127.0.0.1:*", "tcp://127.0.0.1:*"];
    const service = `xmpp://127.0.0.1:${freePort()}`;
    await using bridge = example("xmpp_bridge.ts", service, "bridge@localhost", ...addresses);
    const [, address] = (await bridge.printed("bound to ")).split(" ");
    using push = new Push({ linger: 0 });
    push.connect(address);
    await push.send(["ada@localhost", "hello"]);
    await bridge.said("connect ECONNREFUSED"); // by now it has the message, or it has it soon
    const again = setInterval(() => bridge.kill("SIGTERM"), 100);
    const { status } = await bridge.ended();
    clearInterval(again);
    assertEquals([0, 1].includes(status), true, `${status}`);
  },
);

bridgeTest("it says to whom a message couldn't be delivered", async (folder) => {
  const { server, ...running } = await started(folder);
  await using bridge = running.bridge;
  await using _ada = running.ada;
  await using push = new Push({ linger: 0 });
  push.connect(running.addresses[1]);
  await using _prosody = server.start();
  await bridge.printed("online");
  await push.send(["charles@localhost", "hello"]);
  await bridge.said("charles@localhost didn't get a message");
});

bridgeTest("what the XMPP server would refuse holds nothing up", async (folder) => {
  const { server, ...running } = await started(folder);
  await using _bridge = running.bridge;
  await using ada = running.ada;
  await using push = new Push({ linger: 0 });
  push.connect(running.addresses[1]);
  await using _prosody = server.start();
  await running.bridge.printed("online");
  await ada.printed("online");
  await push.send("ada@localhost");
  await push.send(["ada@localhost", "a control \x01 character"]);
  await push.send(["ada@localhost", "the last"]);
  await ada.printed("the last");
  assertEquals(await ada.printed("a control "), "\uFFFD character");
});
