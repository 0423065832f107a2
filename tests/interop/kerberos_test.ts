/** GSSAPI with a Kerberos server of the test's own: who is let in, as whom, and what can be read on the way. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { capability } from "../../mod.ts";
import { Program, run } from "../program.ts";
import { freePort } from "../ports.ts";
import { withFolder } from "../util.ts";
import { pause } from "../waiting.ts";

/** MIT's programs. Debian: krb5-kdc, krb5-admin-server. */
const PROGRAMS = ["/usr/sbin/krb5kdc", "/usr/sbin/kdb5_util", "/usr/sbin/kadmin.local"];

const missing = PROGRAMS.filter((path) => {
  try {
    return !Deno.statSync(path).isFile;
  } catch {
    return true;
  }
});

const REALM = "TEST.EXAMPLE";

/** Where Kerberos finds its files. */
interface Place {
  folder: string;
  port: string;
  env: Record<string, string>;
}

async function configure(folder: string): Promise<Place> {
  const port = `${freePort()}`;
  await Deno.writeTextFile(
    `${folder}/krb5.conf`,
    `
[libdefaults]
  default_realm = ${REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  udp_preference_limit = 1
[realms]
  ${REALM} = {
    kdc = 127.0.0.1:${port}
  }
`,
  );
  await Deno.writeTextFile(
    `${folder}/kdc.conf`,
    `
[kdcdefaults]
  kdc_listen = 127.0.0.1:${port}
  kdc_tcp_listen = 127.0.0.1:${port}
[realms]
  ${REALM} = {
    database_name = ${folder}/principal
    key_stash_file = ${folder}/stash
    acl_file = ${folder}/acl
  }
`,
  );
  const keys = `${folder}/keytab`;
  return {
    folder,
    port,
    env: {
      KRB5_CONFIG: `${folder}/krb5.conf`,
      KRB5_KDC_PROFILE: `${folder}/kdc.conf`,
      KRB5_KTNAME: keys,
      KRB5_CLIENT_KTNAME: keys,
      KRB5CCNAME: `DIR:${folder}`,
    },
  };
}

async function execute({ env }: Place, command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, env }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Starts a Kerberos server that knows these principals, whose keys all lie in one file. */
async function startKerberos(place: Place, ...principals: string[]): Promise<Program> {
  await execute(place, "/usr/sbin/kdb5_util", "create", "-s", "-P", "master", "-r", REALM);
  for (const principal of principals) {
    await execute(place, "/usr/sbin/kadmin.local", "-q", `addprinc -randkey ${principal}`);
    const keys = `ktadd -k ${place.folder}/keytab ${principal}`;
    await execute(place, "/usr/sbin/kadmin.local", "-q", keys);
  }
  const program = new Program(
    "/usr/sbin/krb5kdc",
    ["-n", "-P", `${place.folder}/pid`],
    place.env,
  );
  const died = program.died;
  died.catch(() => {});
  const listens = async () => {
    for (;;) {
      try {
        return (await Deno.connect({ hostname: "127.0.0.1", port: Number(place.port) })).close();
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        await pause(10);
      }
    }
  };
  await Promise.race([listens(), died]);
  return program;
}

/** Says who was let in and refused, and whether messages can be read on their way. */
const PROGRAM = `
import { metadataOf, Pull, Push } from "$MOD";
import { Authenticator } from "$ROOT/security/mod.ts";
import { Relay } from "$ROOT/tests/socket/relay.ts";

const name = (principal) => ({
  gssapiPrincipal: principal, gssapiPrincipalNameType: "krb5Principal",
});
const client = (principal) => ({
  ...name(principal), gssapiServicePrincipal: "server", gssapiServicePrincipalNameType: "krb5Principal",
});
using authenticator = new Authenticator();
authenticator.configureGssapi(["ada@${REALM}"]);
for (const gssapiPlainText of [false, true]) {
  using pull = new Pull({
    ...name("server"), gssapiServer: true, gssapiPlainText,
    zapDomain: "home", zapEnforceDomain: true, receivedProperties: ["User-Id"], receiveTimeout: 10_000,
  });
  await pull.bind("tcp://127.0.0.1:*");
  for (const principal of ["eve", "ada"]) {
    await using relay = new Relay(pull);
    using push = new Push({ ...client(principal), gssapiPlainText, linger: 0, reconnectInterval: -1 });
    push.connect(relay.address);
    await push.send("a secret");
    if (principal === "eve") {
      await relay.ended;
      console.log("eve:", pull.tryReceive() ?? "refused");
    } else {
      const message = await pull.receive();
      const readable = relay.sent.includes("a secret");
      console.log(String(message), metadataOf(message)["User-Id"], readable);
    }
  }
}
{
  using pull = new Pull({ ...name("server"), gssapiServer: true });
  await pull.bind("tcp://127.0.0.1:*");
  for (const options of [{}, { plainUsername: "ada", plainPassword: "x" }]) {
    await using relay = new Relay(pull);
    using push = new Push({ ...options, linger: 0, reconnectInterval: -1 });
    push.connect(relay.address);
    await push.send("x");
    await relay.ended;
    console.log("other mechanism:", pull.tryReceive() ?? "refused");
  }
}
`;

Deno.test({
  name: "Kerberos: with GSSAPI, principals that the authenticator knows come in, and no one else",
  ignore: missing.length > 0 || !capability.gssapi,
  fn: () =>
    withFolder(async (folder) => {
      const place = await configure(folder);
      await using _ = await startKerberos(place, "server", "ada", "eve");
      const { code, stdout, stderr } = await run(PROGRAM, { env: place.env });
      assertEquals([code, stderr], [0, ""], stdout);
      assertEquals(stdout.trim().split("\n"), [
        "eve: refused",
        `a secret ada@${REALM} false`,
        "eve: refused",
        `a secret ada@${REALM} true`,
        "other mechanism: refused",
        "other mechanism: refused",
      ]);
    }),
});
