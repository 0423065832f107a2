/** Our keys, certificates and authenticator with pyzmq's, in both directions. */

import "../security/support.ts";
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import {
  capability,
  metadataOf,
  Pull,
  type PullOptions,
  Push,
  type PushOptions,
} from "../../mod.ts";
import { Authenticator, Certificate, CertificateFolder } from "../../security/mod.ts";
import { Program } from "../program.ts";
import { Relay } from "../socket/relay.ts";
import { freshAddress, withFolder } from "../util.ts";
import { peerTest } from "./peer.ts";
import { pause, soon } from "../waiting.ts";

const SCRIPT = new URL("security_peer.py", import.meta.url).pathname;

function pyzmq(...args: string[]): Program {
  return new Program("/usr/bin/python3", ["-B", SCRIPT, ...args]);
}

/** Lets it come to its end, and returns what it said. */
async function ended(program: Program): Promise<string> {
  const { code, stdout, stderr } = await program.outcome();
  assertEquals(`${stderr}exit status ${code}`, "exit status 0");
  return stdout;
}

/** Makes a test that needs pyzmq, and is given a folder. */
function withPyzmq(
  name: string,
  body: (folder: string) => Promise<void>,
  ignore = false,
): Deno.TestDefinition {
  return peerTest("pyzmq", name, () => withFolder(body), ignore);
}

const NO_CURVE = !capability.curve;
const ADA = { plainUsername: "ada", plainPassword: "lovelace" };

/** Claims which of our clients get through to pyzmq's server, and as whom; all others are refused. */
async function claimServer(
  server: readonly string[],
  friends: readonly [options: PushOptions, userId: string][],
  strangers: readonly PushOptions[],
): Promise<void> {
  await using program = pyzmq("serve", ...server);
  const address = JSON.parse(await program.line());
  for (const options of strangers) {
    await using relay = new Relay({ lastEndpoint: address } as Pull);
    using push = new Push({ ...options, linger: 0, reconnectInterval: -1 });
    push.connect(relay.address);
    await push.send("from outside");
    await soon(relay.ended);
  }
  for (const [options, userId] of friends) {
    using push = new Push(options);
    push.connect(address);
    await push.send("from a friend");
    assertEquals(JSON.parse(await program.line()), ["from a friend", userId]);
  }
  await program.hush();
  assertEquals(await ended(program), "");
}

Deno.test(withPyzmq(
  "its authenticator lets our clients in with CURVE, by certificates that we saved",
  async (folder) => {
    const [server, ada, bob, eve] = Array.from({ length: 4 }, () => Certificate.create());
    await server.save(`${folder}/server.key`);
    await Deno.mkdir(`${folder}/clients`);
    await ada.save(`${folder}/clients/ada.key`);
    await bob.toPublic().save(`${folder}/clients/bob.key`);
    await claimServer(
      ["CURVE", "127.0.0.1", `${folder}/server.key_secret`, `${folder}/clients`],
      [
        [ada.clientOptions(server), ada.publicKey],
        [bob.clientOptions(server), bob.publicKey],
      ],
      [eve.clientOptions(server), ada.clientOptions(eve), ADA, {}],
    );
  },
  NO_CURVE,
));

Deno.test(
  withPyzmq(
    "its authenticator lets our clients in with PLAIN, and without a mechanism",
    async () => {
      await claimServer(["PLAIN", "127.0.0.1"], [[ADA, "ada"]], [
        { ...ADA, plainPassword: "x" },
        {},
      ]);
      await claimServer(["NULL", "127.0.0.1"], [[{}, "anonymous"]], [ADA]);
    },
  ),
);

Deno.test(
  withPyzmq("a certificate of ours is the same to it, and one of its to us", async (folder) => {
    const ours = Certificate.create({ name: "Ada", motto: `"first"` });
    await ours.save(`${folder}/ours.key`);
    for (const [file, secretKey] of [["ours.key", null], ["ours.key_secret", ours.secretKey]]) {
      await using program = pyzmq("load", `${folder}/${file}`);
      assertEquals(JSON.parse(await ended(program)), [ours.publicKey, secretKey]);
    }
    await make(folder, "its");
    const [open, secret] = [
      await Certificate.load(`${folder}/its.key`),
      // It makes its files as the process' mask says.
      await Certificate.load(`${folder}/its.key_secret`, { othersMayRead: true }),
    ];
    assertEquals([open.secretKey, open.publicKey], [null, secret.publicKey]);
    assertEquals(secret.metadata, { name: "its" });
    await using program = pyzmq("load", `${folder}/its.key_secret`);
    assertEquals(JSON.parse(await ended(program)), [secret.publicKey, secret.secretKey]);
  }, NO_CURVE),
);

/** Has pyzmq make certificates. */
async function make(folder: string, ...names: string[]): Promise<void> {
  await using program = pyzmq("certificates", folder, ...names);
  await ended(program);
}

/** Claims whether a client of pyzmq's gets through to our server, and as whom. */
async function claimClient(
  server: PullOptions,
  args: readonly string[],
  userId: string | undefined,
): Promise<void> {
  using pull = new Pull({
    ...server,
    zapDomain: "test",
    zapEnforceDomain: true,
    receivedProperties: ["User-Id"],
  });
  await pull.bind(freshAddress("tcp"));
  await using client = pyzmq("send", pull.lastEndpoint!, ...args);
  if (userId !== undefined) {
    const message = await soon(pull.receive());
    assertEquals(String(message), "from pyzmq");
    assertEquals(metadataOf(message)?.["User-Id"], userId);
  }
  assertEquals(JSON.parse(await ended(client)), userId === undefined ? "refused" : "let in");
  assertEquals(pull.tryReceive(), undefined);
}

Deno.test(withPyzmq(
  "our authenticator lets its clients in with CURVE, by certificates that it made",
  async (folder) => {
    await make(folder, "server", "stranger");
    await Deno.mkdir(`${folder}/clients`);
    await make(`${folder}/clients`, "ada", "bob");
    await using authenticator = new Authenticator();
    authenticator.allow("127.0.0.1");
    authenticator.configureCurve(await CertificateFolder.open(`${folder}/clients`), {
      domain: "test",
    });
    await Deno.chmod(`${folder}/server.key_secret`, 0o600);
    const server = (await Certificate.load(`${folder}/server.key_secret`)).serverOptions();
    for (const name of ["ada", "bob"]) {
      const { publicKey } = await Certificate.load(`${folder}/clients/${name}.key`);
      const own = `${folder}/clients/${name}.key_secret`;
      await claimClient(server, ["CURVE", own, `${folder}/server.key`], publicKey);
    }
    const stranger = ["CURVE", `${folder}/stranger.key_secret`, `${folder}/server.key`];
    await claimClient(server, stranger, undefined);
    authenticator.deny("127.0.0.1");
    const ada = ["CURVE", `${folder}/clients/ada.key_secret`, `${folder}/server.key`];
    await claimClient(server, ada, undefined);
  },
  NO_CURVE,
));

Deno.test(
  withPyzmq(
    "our authenticator lets its clients in with PLAIN, and without a mechanism",
    async () => {
      await using authenticator = new Authenticator();
      authenticator.configurePlain(async ({ username, password }) => {
        await pause(10);
        return username === "ada" && password === "lovelace" && "countess";
      });
      const server = { plainServer: true };
      await claimClient(server, ["PLAIN", "ada", "lovelace"], "countess");
      await claimClient(server, ["PLAIN", "ada", "babbage"], undefined);
      await claimClient({}, ["NULL"], undefined);
      authenticator.allow("127.0.0.0/8");
      await claimClient({}, ["NULL"], "");
    },
  ),
);
