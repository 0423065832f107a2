/** The preset for sockets that face others. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { inspect } from "node:util";
import {
  Dealer,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type RouterOptions,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import {
  Channel,
  Client,
  Datagram,
  Dish,
  Gather,
  Peer,
  Radio,
  Scatter,
  Server,
} from "../../socket/draft.ts";
import { Authenticator, Certificate, hardenedOptions } from "../../security/mod.ts";
import { curve } from "../socket/curve.ts";
import { Relay } from "../socket/relay.ts";
import { soon } from "../waiting.ts";
import { letIn, refused } from "./support.ts";

const DOMAIN = { domain: "orders" };

const COMMON = {
  curveServer: true,
  zapDomain: "orders",
  zapEnforceDomain: true,
  maxMessageSize: 65_569,
  handshakeInterval: 2000,
  backlog: 512,
  heartbeatInterval: 0,
  tcpKeepalive: 1,
  tcpKeepaliveIdle: 30,
  tcpKeepaliveInterval: 10,
  tcpKeepaliveCount: 3,
  linger: 1000,
};

/** What options have by name, without that by which they print. */
function named(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options));
}

/** The largest payload for which the option is still a safe integer: CURVE adds 33 bytes. */
const MOST_SIZE = Number.MAX_SAFE_INTEGER - 33;

Deno.test(curve("hardened options are those that the class has, and no others", () => {
  const server = Certificate.create();
  const common = { ...COMMON, curveSecretKey: server.secretKey };
  const unmarked = { ...common, receiveHighWaterMark: 0 };
  const limited = { ...unmarked, maxMessageParts: 64, maxMultipartSize: 1024 * 1024 };
  for (const Class of [Dealer, Pull, Router, Subscriber, XPublisher, XSubscriber]) {
    const options = hardenedOptions<object>(Class, server, DOMAIN);
    assertEquals(named(options), limited);
    new Class(options).close();
  }
  for (const Class of [Publisher, Push]) {
    const options = hardenedOptions<object>(Class, server, DOMAIN);
    assertEquals(named(options), common);
    new Class(options).close();
  }
  for (const Class of [Client, Gather, Peer, Server]) {
    assertEquals(named(hardenedOptions<object>(Class, server, DOMAIN)), unmarked);
  }
  assertEquals(named(hardenedOptions(Scatter, server, DOMAIN)), common);
  assertEquals(named(hardenedOptions(Radio, server, DOMAIN)), { ...common, maxMessageSize: 293 });
  assertEquals(named(hardenedOptions(class extends Pull {}, server, DOMAIN)), limited);
}));

Deno.test(curve("hardened options take options of the class, and nothing that undoes them", () => {
  const server = Certificate.create();
  const options = hardenedOptions(Router, server, { ...DOMAIN, backlog: 9, mandatory: true });
  assertEquals([options.backlog, options.mandatory, options.linger], [9, true, 1000]);
  const none = { ...DOMAIN, receiveHighWaterMark: undefined, linger: undefined };
  const { receiveHighWaterMark, linger } = hardenedOptions(Router, server, none);
  assertEquals([receiveHighWaterMark, linger], [0, 1000]);
  const wrong: [message: RegExp, options: object][] = [
    [/needs a domain/, {}],
    [/needs a domain/, { domain: "" }],
    ...[
      ...["curveServer", "curveSecretKey", "curvePublicKey", "curveServerKey", "plainServer"],
      ...["plainUsername", "plainPassword", "gssapiServer", "gssapiPrincipal"],
      ...["gssapiServicePrincipal", "zapDomain", "zapEnforceDomain"],
    ].map((name): [RegExp, object] => [RegExp(`${name} follows`), { ...DOMAIN, [name]: false }]),
    [/must not have the option receiveHighWaterMark/, { ...DOMAIN, receiveHighWaterMark: 1000 }],
    [/must not have the option conflate/, { ...DOMAIN, conflate: true }],
    [/must have no heartbeatInterval/, { ...DOMAIN, trusted: true, heartbeatInterval: 9 }],
    [/trusted must be a boolean/, { ...DOMAIN, trusted: "yes" }],
    [/maxMessageSize must be a number/, { ...DOMAIN, maxMessageSize: "1" }],
    [/maxMessageSize must be a whole number/, { ...DOMAIN, maxMessageSize: -1 }],
    [/maxMessageSize must be a whole number/, { ...DOMAIN, maxMessageSize: MOST_SIZE + 1 }],
  ];
  for (const [message, options] of wrong) {
    throws(() => hardenedOptions(Router, server, options as typeof DOMAIN), { message });
  }
  const most = hardenedOptions(Router, server, { ...DOMAIN, maxMessageSize: MOST_SIZE });
  assertEquals(most.maxMessageSize, Number.MAX_SAFE_INTEGER);
  const { maxMultipartSize } = hardenedOptions(Router, server, { ...DOMAIN, maxMessageSize: 100 });
  assertEquals(maxMultipartSize, 1600);
  throws(() => hardenedOptions(Radio, server, { ...DOMAIN, maxMessageSize: 9 }), /Radio/);
  throws(() => hardenedOptions(Router, server.toPublic(), DOMAIN), /no secret key/);
  throws(() => hardenedOptions(Date, server, DOMAIN), /a class of this library's sockets/);
  const trusted = { ...DOMAIN, trusted: true, receiveHighWaterMark: 5 };
  assertEquals(hardenedOptions(Router, server, trusted).receiveHighWaterMark, 5);
}));

Deno.test(
  curve(
    "a class that receives nothing may have heartbeats, whether its clients are trusted or not",
    () => {
      const server = Certificate.create();
      for (const trusted of [false, true]) {
        const options = hardenedOptions(Push, server, { ...DOMAIN, trusted, heartbeatInterval: 9 });
        assertEquals(options.heartbeatInterval, 9);
      }
    },
  ),
);

Deno.test(curve("an option that was undefined took the preset's value away", () => {
  const server = Certificate.create();
  const preset = named(hardenedOptions(Router, server, DOMAIN));
  const undefineds = Object.fromEntries(Object.keys(COMMON).map((name) => [name, undefined]));
  for (const name of ["curveServer", "zapDomain", "zapEnforceDomain"]) delete undefineds[name];
  const options = { ...DOMAIN, ...undefineds, receiveHighWaterMark: undefined };
  assertEquals(named(hardenedOptions(Router, server, options)), preset);
}));

/** What doesn't compile; never called. */
export const REFUSED = (server: Certificate): void => {
  const options: RouterOptions = hardenedOptions(Router, server, { ...DOMAIN, mandatory: true });
  // @ts-expect-error -- a Push has no such option
  hardenedOptions(Push, server, { ...DOMAIN, mandatory: true });
  // @ts-expect-error -- nor a receive mark
  hardenedOptions(Push, server, { ...DOMAIN, receiveHighWaterMark: 1 });
  // @ts-expect-error -- there is no domain
  hardenedOptions(Pull, server, options);
};

Deno.test(curve("classes that must not face others are refused by name, with the reason", () => {
  const server = Certificate.create();
  const name = (Class: { name: string }) => new RegExp(`^TypeError: A ${Class.name} must not face`);
  for (const Class of [Stream, Datagram, Request, Dish]) {
    for (const trusted of [false, true]) {
      throws(() => hardenedOptions<object>(Class, server, { ...DOMAIN, trusted }), name(Class));
    }
  }
  for (const Class of [Pair, Channel, Reply]) {
    throws(() => hardenedOptions<object>(Class, server, DOMAIN), name(Class));
    assert(hardenedOptions<object>(Class, server, { ...DOMAIN, trusted: true }));
  }
}));

Deno.test(
  curve(
    "with hardened options, those whom the authenticator admits come in, and no one else",
    async () => {
      const [server, ada, eve] = [1, 2, 3].map(() => Certificate.create());
      // Where there is no one to ask, libzmq lets the handshake's time run out.
      const options = hardenedOptions(Pull, server, { ...DOMAIN, handshakeInterval: 300 });
      await refused(options, ada.clientOptions(server.publicKey));
      await using authenticator = new Authenticator();
      authenticator.configureCurve([ada], DOMAIN);
      await letIn(options, ada.clientOptions(server.publicKey));
      await refused(options, eve.clientOptions(server.publicKey));
      await refused(options, {});
    },
  ),
);

Deno.test(
  curve(
    "a hardened socket takes as many bytes as its maxMessageSize says, and not one more",
    async () => {
      const [server, ada] = [Certificate.create(), Certificate.create()];
      await using authenticator = new Authenticator();
      authenticator.configureCurve([ada], DOMAIN);
      for (const size of [300, 1]) {
        using pull = new Pull(hardenedOptions(Pull, server, { ...DOMAIN, maxMessageSize: size }));
        const most = Math.max(size, 247); // what a handshake takes
        using push = new Push({ linger: 0, ...ada.clientOptions(server.publicKey) });
        await using relay = await relayed(pull, push);
        await push.send(new Uint8Array(most));
        assertEquals((await soon(pull.receive()))[0].length, most);
        await push.send(new Uint8Array(most + 1));
        await soon(relay.ended);
      }
    },
  ),
);

Deno.test(curve("hardened options are printed without their key", () => {
  const server = Certificate.create();
  const options = hardenedOptions(Router, server, DOMAIN);
  for (const text of [Deno.inspect(options), inspect(options)]) {
    assert(!text.includes(server.secretKey!) && text.includes("<hidden>"), text);
  }
}));

/** Connects a client through a relay, whose end is that of its connection. */
async function relayed(pull: Pull, push: Push): Promise<Relay> {
  await pull.bind("tcp://127.0.0.1:*");
  const relay = new Relay(pull);
  push.reconnectInterval = -1;
  push.connect(relay.address);
  return relay;
}
