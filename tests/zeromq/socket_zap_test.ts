import { Buffer } from "node:buffer";
import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { capability, Context, context, curveKeyPair, Pair, Router } from "../../zeromq.ts";
import { Authenticator } from "../../security/mod.ts";
import { eachTransport } from "../socket/support.ts";
import { captured, observing, untyped, using } from "./support.ts";
import { throwsCode } from "../failures.ts";
import { soon } from "../waiting.ts";

type Reply = (request: Buffer[]) => (Buffer | string | null)[];

/** Runs with a ZAP handler in the default context. */
async function withHandler(reply: Reply, body: () => Promise<void>): Promise<void> {
  await using(new Router(), async (handler) => {
    const run = (async () => {
      await handler.bind("inproc://zeromq.zap.01");
      for await (const request of handler) await handler.send(reply(request));
    })();
    await body();
    handler.close();
    await run;
  });
}

/** Lets in who has the right password. */
const checking: Reply = ([id, delimiter, version, request, , , , , , password]) =>
  `${password}` === "pass"
    ? [id, delimiter, version, request, "200", "OK", "user", ""]
    : [id, delimiter, version, request, "400", "no", null, null];

async function withPeers(
  password: string,
  body: (server: Pair, client: Pair) => Promise<void>,
): Promise<void> {
  await observing(new Pair({ linger: 0, plainServer: true, zapDomain: "test" }), async (server) => {
    const options = { linger: 0, plainUsername: "user", plainPassword: password };
    await observing(new Pair(options), (client) => body(server, client));
  });
}

for (const over of eachTransport("tcp", "ipc")) {
  Deno.test(over("a ZAP handler that is a Router lets a client in", async (address) => {
    await withHandler(checking, () =>
      withPeers("pass", async (server, client) => {
        assertEquals([server.securityMechanism, client.securityMechanism], ["plain", "plain"]);
        await server.bind(address);
        client.connect(server.lastEndpoint!);
        await client.send("let in");
        assertEquals(`${await soon(server.receive())}`, "let in");
      }));
  }));

  Deno.test(over("both sides hear of a refusal", async (address) => {
    await withHandler(checking, () =>
      withPeers("wrong", async (server, client) => {
        const type = "handshake:error:auth";
        const refused = Promise.all([captured(server, type), captured(client, type)]);
        await server.bind(address);
        client.connect(server.lastEndpoint!);
        for (const event of await soon(refused)) {
          assertEquals(untyped(event).address, server.lastEndpoint);
          const { error } = untyped(event);
          assertEquals([error.message, { ...error }], ["Authentication failure", { status: 400 }]);
        }
      }));
  }));
}

for (const [whose, own] of [["default", context], ["own", new Context()]] as const) {
  Deno.test(`an Authenticator answers for the drop-in's sockets in their ${whose} context`, async () => {
    using authenticator = new Authenticator({ context: own });
    assertEquals(authenticator.context, own);
    authenticator.configurePlain({ user: "pass" });
    for (const password of ["pass", "wrong"]) {
      const options = { context: own, linger: 0 };
      const security = { plainServer: true, zapDomain: "test", zapEnforceDomain: true };
      await observing(new Pair({ ...options, ...security }), async (server) => {
        const names = { plainUsername: "user", plainPassword: password };
        await observing(new Pair({ ...options, ...names }), async (client) => {
          const type = password === "pass" ? "handshake" : "handshake:error:auth";
          const answered = captured(server, type);
          await server.bind("tcp://127.0.0.1:*");
          client.connect(server.lastEndpoint!);
          assertEquals((await soon<{ type: string }>(answered)).type, type);
          if (password !== "pass") return;
          await client.send("admitted");
          assertEquals(`${await soon(server.receive())}`, "admitted");
        });
      });
    }
    throwsCode(() => new Authenticator({ context: own }), "EADDRINUSE");
  });
}

Deno.test("what isn't a context of either kind is refused by an Authenticator", () => {
  for (const wrong of [{}, null, 1, Context]) {
    throws(() => new Authenticator({ context: untyped(wrong) }), { name: "TypeError" });
  }
});

const OPEN: [what: string, options: object][] = [
  ["zapEnforceDomain without a zapDomain", { zapEnforceDomain: true }],
  ...capability.curve
    ? [[
      "plainServer: false after curveServer: true",
      { curveServer: true, curveSecretKey: curveKeyPair().secretKey, plainServer: false },
    ] as [string, object]]
    : [],
];
for (const [what, options] of OPEN) {
  Deno.test(`as in zeromq.js, ${what} keeps no one out`, async () => {
    await using(new Pair({ linger: 0, ...options }), async (server) => {
      await using(new Pair({ linger: 0 }), async (client) => {
        await server.bind("tcp://127.0.0.1:*");
        client.connect(server.lastEndpoint!);
        await client.send("admitted");
        assertEquals(`${await soon(server.receive())}`, "admitted");
      });
    });
  });
}

const BROKEN: [what: string, reply: Reply, code: string][] = [
  [
    "a wrong version",
    ([id, delimiter, , request]) => [id, delimiter, "9.9", request, "200", "OK", null, null],
    "ERR_ZAP_BAD_VERSION",
  ],
  ["too few parts", ([id, delimiter]) => [id, delimiter, null, null], "ERR_ZAP_MALFORMED_REPLY"],
];
for (const [what, reply, code] of BROKEN) {
  for (const over of eachTransport("tcp", "ipc")) {
    Deno.test(over(`a handler's reply with ${what} is a protocol error`, async (address) => {
      await withHandler(reply, () =>
        withPeers("pass", async (server, client) => {
          const failed = captured(server, "handshake:error:protocol");
          await server.bind(address);
          client.connect(server.lastEndpoint!);
          const event = untyped(await soon(failed));
          assertEquals(event.address, server.lastEndpoint);
          assertEquals([event.error.message, { ...event.error }], ["ZAP protocol error", { code }]);
        }));
    }));
  }
}

if (capability.curve) {
  for (const over of eachTransport("tcp", "ipc")) {
    Deno.test(over("both sides hear of mechanisms that differ", async (address) => {
      await observing(new Pair({ linger: 0, plainServer: true }), async (server) => {
        await observing(new Pair({ linger: 0, curveServer: true }), async (client) => {
          const type = "handshake:error:protocol";
          const failed = Promise.all([captured(server, type), captured(client, type)]);
          await server.bind(address);
          client.connect(server.lastEndpoint!);
          for (const event of await soon(failed)) {
            const { error } = untyped(event);
            assertEquals(untyped(event).address, server.lastEndpoint);
            assertEquals([error.message, error.code], [
              "ZMTP protocol error",
              "ERR_ZMTP_MECHANISM_MISMATCH",
            ]);
          }
        });
      });
    }));
  }
}
