/** What ZeroMQ's sockets make of what comes over the wire: subscriptions, heartbeats, older peers, and answers of a ZAP handler. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import {
  capability,
  Context,
  Dealer,
  type MessageLike,
  Pull,
  Push,
  Reply,
  Router,
  XPublisher,
} from "../mod.ts";
import { Client } from "../socket/draft.ts";
import { curveKeyPair } from "./socket/curve.ts";
import { eachTransportOfDrafts } from "./socket/drafts.ts";
import { finish, next } from "./socket/observing.ts";
import { portOf, received } from "./socket/support.ts";
import { join } from "./util.ts";
import { HandMadePeer, longFrame, shortFrame } from "./zmtp.ts";

const TCP = "tcp://127.0.0.1:*";
const COMMAND = 4;
const utf8 = new TextEncoder();

/** A command, with what follows its name. */
function command(name: string, ...rest: number[]): Uint8Array<ArrayBuffer> {
  const body = [name.length, ...utf8.encode(name), ...rest];
  return new Uint8Array([COMMAND, body.length, ...body]);
}

/** Reads so many bytes, or up to the end. */
async function read(connection: Deno.TcpConn, length: number): Promise<number[]> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const count = await connection.read(bytes.subarray(at));
    if (count === null) break;
    at += count;
  }
  return [...bytes.subarray(0, at)];
}

// Subscriptions -------------------------------------------------------------------------------------

const A = "A".charCodeAt(0);
const SUBSCRIPTIONS: Record<string, [on: Uint8Array, off: Uint8Array]> = {
  "commands, as in ZMTP 3.1": [command("SUBSCRIBE", A), command("CANCEL", A)],
  "messages, as in ZMTP 3.0": [
    shortFrame(new Uint8Array([1, A])),
    shortFrame(new Uint8Array([0, A])),
  ],
};

for (const [how, [on, off]] of Object.entries(SUBSCRIPTIONS)) {
  Deno.test(`a peer may subscribe and unsubscribe by ${how}`, async () => {
    using publisher = new XPublisher();
    await publisher.bind(TCP);
    using peer = await HandMadePeer.connect(publisher, "SUB");
    await peer.write(on);
    assertEquals(await received(publisher), ["\x01A"]);
    await publisher.send("another");
    await publisher.send("A1");
    assertEquals(await read(peer.connection, 4), [...shortFrame("A1")]);
    await peer.write(off);
    assertEquals(await received(publisher), ["\x00A"]);
  });
}

// Heartbeats ----------------------------------------------------------------------------------------

Deno.test("a peer's PING is answered with its context, and the peer is dropped once its time to live is over", async () => {
  const router = new Router();
  const { events } = router;
  await router.bind(TCP);
  using peer = await HandMadePeer.connect(router, "DEALER");
  await peer.write(command("PING", 0, 1, 7, 8, 9)); // to live for a tenth of a second
  const pong = command("PONG", 7, 8, 9);
  assertEquals(await read(peer.connection, pong.length), [...pong]);
  await next(events, "disconnect");
  await finish(router);
});

// Older peers ---------------------------------------------------------------------------------------

/** What a DEALER of that version says before its first message, and "Hello" as it sends that. */
const OLDER: Record<string, [greeting: number[], hello: number[]]> = {
  "ZMTP 1.0": [[1, 0], [6, 0, ...utf8.encode("Hello")]],
  "ZMTP 2.0": [
    [255, 0, 0, 0, 0, 0, 0, 0, 1, 127, 1, 5, 0, 0],
    [0, 5, ...utf8.encode("Hello")],
  ],
};

for (const [name, [greeting, hello]] of Object.entries(OLDER)) {
  Deno.test(`a peer that speaks ${name} is heard where no security is asked for`, async () => {
    using dealer = new Dealer({ linger: 0 });
    await dealer.bind(TCP);
    const port = portOf(dealer);
    using peer = new HandMadePeer(await Deno.connect({ hostname: "127.0.0.1", port }));
    await peer.write(new Uint8Array([...greeting, ...hello]));
    assertEquals(await received(dealer), ["Hello"]);
  });
}

// Answers of a ZAP handler --------------------------------------------------------------------------

type Answer = (version: MessageLike, id: MessageLike) => unknown[];
const UNFIT = new Uint8Array([5, 1, 2]); // a name of five bytes, of which two are there
const ANSWERS: Record<string, [answer: Answer, code: string]> = {
  "a status that says to try later": [
    (version, id) => [version, id, "300", "later", "", ""],
    "ERR_ZAP_STATUS_300",
  ],
  "a status of the handler's own failure": [
    (version, id) => [version, id, "500", "oops", "", ""],
    "ERR_ZAP_STATUS_500",
  ],
  "a status that there isn't": [
    (version, id) => [version, id, "999", "what", "", ""],
    "ERR_ZAP_INVALID_STATUS_CODE",
  ],
  "a status of two digits": [
    (version, id) => [version, id, "20", "what", "", ""],
    "ERR_ZAP_INVALID_STATUS_CODE",
  ],
  "another version": [
    (_, id) => ["2.0", id, "200", "OK", "user", ""],
    "ERR_ZAP_BAD_VERSION",
  ],
  "another request's id": [
    (version) => [version, "another", "200", "OK", "user", ""],
    "ERR_ZAP_BAD_REQUEST_ID",
  ],
  "a part too few": [
    (version, id) => [version, id, "200", "OK", "user"],
    "ERR_ZAP_MALFORMED_REPLY",
  ],
  "a part too many": [
    (version, id) => [version, id, "200", "OK", "user", "", ""],
    "ERR_ZAP_MALFORMED_REPLY",
  ],
  "properties that are cut off": [
    (version, id) => [version, id, "200", "OK", "user", UNFIT],
    "ERR_ZAP_INVALID_METADATA",
  ],
};

/** Options of a server and of its client, for each mechanism. */
const MECHANISMS: [server: object, client: object][] = [
  [{}, {}],
  [{ plainServer: true }, { plainUsername: "name", plainPassword: "password" }],
];
if (capability.curve) {
  const [server, client] = [curveKeyPair(), curveKeyPair()];
  MECHANISMS.push([{ curveServer: true, curveSecretKey: server.secretKey }, {
    curveServerKey: server.publicKey,
    curvePublicKey: client.publicKey,
    curveSecretKey: client.secretKey,
  }]);
}

for (const [what, [answer, code]] of Object.entries(ANSWERS)) {
  Deno.test(`ZAP: an answer with ${what} keeps the peer out, and an event says so`, async () => {
    for (const [serverOptions, clientOptions] of MECHANISMS) {
      const context = new Context();
      const handler = new Reply({ context });
      await handler.bind("inproc://zeromq.zap.01");
      const pull = new Pull({ context, zapDomain: "domain", ...serverOptions });
      const { events } = pull;
      await pull.bind(TCP);
      const push = new Push({ context, linger: 0, reconnectInterval: -1, ...clientOptions });
      push.connect(pull.lastEndpoint!);
      await push.send("let me in");
      const [version, id] = await handler.receive();
      await handler.send(answer(version, id) as MessageLike);
      const type = code.includes("STATUS_") && !code.includes("INVALID")
        ? "handshake:error:auth"
        : "handshake:error:protocol";
      assertEquals((await next(events, type)).error.code, code);
      assertEquals(pull.tryReceive(), undefined);
      push.close();
      handler.close();
      await finish(pull);
      context.close();
    }
  });
}

// Draft sockets -------------------------------------------------------------------------------------

for (const over of eachTransportOfDrafts("tcp")) {
  Deno.test(over("a peer that never gets through its handshake isn't told by notify", async () => {
    using router = new Router({ notify: ["connect", "disconnect"] });
    const { events } = router;
    await router.bind(TCP);
    const port = portOf(router);
    {
      using peer = new HandMadePeer(await Deno.connect({ hostname: "127.0.0.1", port }));
      await peer.write(utf8.encode("not a handshake"));
    }
    await next(events, "disconnect");
    using dealer = new Dealer({ routingId: "dealer" });
    dealer.connect(router.lastEndpoint!);
    assertEquals(await received(router), ["dealer", ""]);
    events.close();
  }));

  Deno.test(
    over(
      "a peer that goes in the middle of a message is told by notify, by a message of its own",
      async () => {
        using router = new Router({ notify: ["disconnect"], maxMessageSize: 64 });
        await router.bind(TCP);
        using peer = await HandMadePeer.connect(router, "DEALER");
        await peer.write(shortFrame("whole"));
        const [name] = await received(router);
        await peer.write(shortFrame("first", true));
        await peer.write(longFrame(new Uint8Array(65)));
        assertEquals(await received(router), [name, ""]);
      },
    ),
  );
}

for (const over of eachTransportOfDrafts("inproc")) {
  Deno.test(
    over("a Client drops messages of several parts, and takes the next one", async (address) => {
      using client = new Client();
      using dealer = new Dealer();
      await join(client, dealer, address);
      await dealer.send(["1", "2", "3"]);
      await dealer.send(["4", "5"]);
      await dealer.send("6");
      assertEquals(await received(client), ["6"]);
    }),
  );
}
