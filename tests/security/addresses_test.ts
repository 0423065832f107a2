/** Addresses and networks that an authenticator lets in or keeps out. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { Context, Pull, Push } from "../../mod.ts";
import { Authenticator } from "../../security/mod.ts";
import { freshAddress, join, withFolder } from "../util.ts";
import { portOf, received } from "../socket/support.ts";
import { letIn, refused, statusOf } from "./support.ts";
import { soon } from "../waiting.ts";

/** Whether this machine has the loopback address of IPv6. */
const hasIpv6 = (() => {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
})();

Deno.test("addresses: who isn't allowed, or is denied, stays out", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const comesIn = async (address: string, domain?: string) => {
    return await statusOf(context, "NULL", [], { address, domain }) === "200";
  };
  const claim = async (yes: string[], no: string[]) => {
    for (const address of yes) assert(await comesIn(address), `${address} comes in`);
    for (const address of no) assert(!await comesIn(address), `${address} stays out`);
  };
  await claim([], ["127.0.0.1"]);
  authenticator.allow("127.0.0.1");
  await claim(["127.0.0.1", "::ffff:127.0.0.1"], ["127.0.0.2", "::1", "", "127.0.0.1.example"]);
  authenticator.allow(["10.0.0.0/9", "192.168.1.128/25", "::1", "fd00::/8", "2001:db8::/33"]);
  authenticator.allow(["1:2:3:4:5:6:7::", "1::3:4:5:6:7:8", "::2:3:4:5:6:7:8"]);
  await claim(["1:2:3:4:5:6:7:0", "1:0:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"], ["1:2:3:4:5:6:7:8"]);
  await claim(
    ["10.0.0.0", "10.127.255.255", "192.168.1.255", "::1", "fdff::1", "2001:db8:7fff::1"],
    ["10.128.0.0", "11.0.0.0", "192.168.1.127", "::2", "fe00::", "2001:db8:8000::1"],
  );
  await claim(["fd00::1%eth0", "::ffff:10.1.2.3"], ["localhost:0:0:1", "::ffff:11.0.0.0"]);
  authenticator.allow("64:ff9b::10.1.2.3");
  await claim(["64:ff9b::a01:203", "64:ff9b::10.1.2.3"], ["64:ff9b::a02:203"]);
  authenticator.deny(["10.5.0.0/16", "fd00::dead"]);
  await claim(["10.4.0.0", "fd00::beef"], ["10.5.0.0", "10.5.255.255", "fd00::dead"]);
  authenticator.allow("ipc");
  await claim(["localhost:1000:1000:7", "10.4.0.0"], ["localhost", "localhost:1", "somewhere"]);
  authenticator.deny("ipc");
  await claim(["10.4.0.0"], ["localhost:1000:1000:7"]);
});

Deno.test("addresses: of those whose address isn't known, ipc lets in only who has come over it", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  authenticator.allow("ipc");
  const of = (address: string) => statusOf(context, "NULL", [], { address });
  for (const other of ["", "localhost", "localhost:1", "localhost:1:2:3:4", "somewhere"]) {
    assertEquals(await of(other), "400", other);
  }
  assertEquals(await of("localhost:1000:1000:7"), "200");
});

Deno.test("addresses: a network of one family holds no one of the other", async () => {
  for (const [network, other] of [["0.0.0.0/0", "::1"], ["::/0", "127.0.0.1"]]) {
    using context = new Context();
    using authenticator = new Authenticator({ context });
    authenticator.allow(network);
    assertEquals(await statusOf(context, "NULL", [], { address: other }), "400");
    const address = network.split("/")[0];
    assertEquals(await statusOf(context, "NULL", [], { address }), "200");
  }
});

Deno.test("addresses: with a list of whom to keep out alone, others come to their mechanism's check", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  authenticator.deny("10.0.0.0/8");
  authenticator.configurePlain({ ada: "lovelace" });
  const of = (mechanism: string, address: string, ...credentials: string[]) =>
    statusOf(context, mechanism, credentials, { address });
  assertEquals(await of("PLAIN", "11.0.0.1", "ada", "lovelace"), "200");
  assertEquals(await of("PLAIN", "10.0.0.1", "ada", "lovelace"), "400");
  assertEquals(await of("PLAIN", "11.0.0.1", "ada", "babbage"), "400");
  assertEquals(await of("NULL", "11.0.0.1"), "400");
  // Who can't be told from those that are meant.
  assertEquals(await of("PLAIN", "", "ada", "lovelace"), "400");
  authenticator.configureNull("any");
  assertEquals(await of("NULL", "11.0.0.1"), "200");
});

Deno.test("addresses: an allowed one isn't enough where a mechanism asks for more", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  authenticator.allow("127.0.0.1");
  assertEquals(await statusOf(context, "NULL"), "200");
  assertEquals(await statusOf(context, "PLAIN", ["ada", "lovelace"]), "400");
  assertEquals(await statusOf(context, "CURVE", [new Uint8Array(32)]), "400");
  assertEquals(await statusOf(context, "GSSAPI", ["ada@HOME"]), "400");
  authenticator.configureNull(() => false);
  assertEquals(await statusOf(context, "NULL"), "400");
});

Deno.test("addresses: a domain's own list comes on top of the common one", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const of = (address: string, domain: string) =>
    statusOf(context, "NULL", [], { address, domain });
  authenticator.allow("10.0.0.0/8");
  authenticator.allow("10.1.0.0/16", { domain: "home" });
  authenticator.deny("10.2.0.0/16", { domain: "away" });
  assertEquals(await of("10.1.0.1", "home"), "200");
  assertEquals(await of("10.2.0.1", "home"), "400");
  assertEquals(await of("10.1.0.1", "away"), "200");
  assertEquals(await of("10.2.0.1", "away"), "400");
  assertEquals(await of("10.2.0.1", "elsewhere"), "200");
  // What the common list says holds in a domain that has its own.
  assertEquals(await of("11.0.0.1", "away"), "400");
  authenticator.deny("10.1.0.9");
  assertEquals([await of("10.1.0.9", "home"), await of("10.1.0.1", "home")], ["400", "200"]);
});

Deno.test("addresses: a domain's rules of other kinds let no one in who has no mechanism", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  authenticator.deny("10.0.0.1", { domain: "home" });
  authenticator.configurePlain({ ada: "lovelace" }, { domain: "home" });
  assertEquals(await statusOf(context, "NULL", [], { address: "10.0.0.2" }), "400");
});

Deno.test("addresses: what isn't one is a TypeError that names it, and changes nothing", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  const wrong = [
    ...[
      "",
      "localhost",
      "*",
      "1.2.3",
      "1.2.3.4.5",
      "256.0.0.1",
      "01.2.3.4",
      "1.2.3.4/33",
      "1.2.3.4/",
    ],
    ...["1.2.3.4/-1", "1.2.3.4:80", ":::", "1::2::3", "1:2:3:4:5:6:7:8:9", "12345::", "::/129"],
    ...[
      "::ffff:0:0/95",
      "::1.2.3",
      "1:2:3:4:5:6:7:8::",
      "1::2:3:4:5:6:7:8",
      "tcp://1.2.3.4",
      " 1.2.3.4",
    ],
    ...[5, null, undefined, {}, ["1.2.3.4"]],
  ] as never[];
  for (const one of wrong) {
    for (const add of ["allow", "deny"] as const) {
      if (!Array.isArray(one)) throws(() => authenticator[add](one), { name: "TypeError" });
      throws(() => authenticator[add](["127.0.0.1", one]), { name: "TypeError" });
    }
  }
  throws(() => authenticator.allow("localhost"), { message: /^"localhost" isn't an address/ });
  assertEquals(await statusOf(context, "NULL"), "400");
});

Deno.test("addresses: a link-local address that was allowed on one interface let peers in on all", async () => {
  using context = new Context();
  using authenticator = new Authenticator({ context });
  for (const rule of ["fe80::1%eth0", "fe80::1%2", "fe80::%eth0/64", "fe80::1%"]) {
    throws(() => authenticator.allow(rule), { name: "TypeError", message: /without a zone/ });
  }
  assertEquals(await statusOf(context, "NULL", [], { address: "fe80::1%eth1" }), "400");
  authenticator.allow("fe80::1");
  assertEquals(await statusOf(context, "NULL", [], { address: "fe80::1%eth1" }), "200");
});

Deno.test("addresses: peers over tcp, and over ipc", () =>
  withFolder(async (folder) => {
    using context = new Context();
    const denied = Promise.withResolvers<string>();
    using authenticator = new Authenticator({
      context,
      onDenied: ({ address }) => denied.resolve(address),
    });
    authenticator.allow("127.0.0.0/8");
    const server = { context, zapDomain: "home" };
    await letIn(server, { context });
    using pull = new Pull(server);
    using other = new Push({ context, linger: 0 });
    await join(pull, other, freshAddress("ipc", folder));
    await other.send("refused");
    assertEquals(await soon(denied.promise), `localhost:${Deno.uid()}:${Deno.gid()}:${Deno.pid}`);
    authenticator.allow("ipc");
    using push = new Push({ context });
    push.connect(pull.lastEndpoint!);
    await push.send("over ipc");
    assertEquals(await received(pull), ["over ipc"]);
    authenticator.deny("127.0.0.1");
    await refused(server, { context });
  }));

Deno.test({
  name: "addresses: an IPv4 peer of a socket that speaks both is known by its IPv4 address",
  ignore: !hasIpv6,
  fn: async () => {
    using context = new Context({ ipv6: true });
    using authenticator = new Authenticator({ context });
    authenticator.allow("127.0.0.1");
    using pull = new Pull({ context, zapDomain: "home" });
    await pull.bind("tcp://*:*");
    const port = portOf(pull);
    using push = new Push({ context });
    push.connect(`tcp://127.0.0.1:${port}`);
    await push.send("IPv4");
    assertEquals(await received(pull), ["IPv4"]);
    authenticator.allow("::1");
    authenticator.deny("127.0.0.1");
    using other = new Push({ context });
    other.connect(`tcp://[::1]:${port}`);
    await other.send("IPv6");
    assertEquals(await received(pull), ["IPv6"]);
  },
});
