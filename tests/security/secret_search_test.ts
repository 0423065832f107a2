/** Everything public that has to do with a secret, printed in every way, and searched for it in every form. */

import "../zeromq/support.ts";
import { ok as assert } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { format, inspect } from "node:util";
import { Context, Dealer, Pull, Push, Router } from "../../mod.ts";
import {
  Authenticator,
  Certificate,
  CertificateFolder,
  curveKeyPair,
  curvePublicKey,
  hardenedOptions,
  z85Decode,
} from "../../security/mod.ts";
import * as zeromq from "../../zeromq.ts";
import v5 from "../../zeromq_v5_compat.ts";
import { soon, turnsUntil } from "../waiting.ts";
import { certificates } from "./support.ts";

const PASSWORD = "correct-horse-battery-staple";
const GUESS = "a-password-that-was-guessed";
const PEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1xRqLm\n";

/** The forms in which a secret may stand in a text: whole, its ends, and its bytes as they're written. */
function formsOf(secret: string, bytes = new TextEncoder().encode(secret)): string[] {
  const forms = [secret.slice(0, 12), secret.slice(-12)];
  for (const some of [bytes, new TextEncoder().encode(secret)]) {
    const buffer = Buffer.from(some.buffer, some.byteOffset, 12);
    forms.push(buffer.toString("base64"), buffer.toString("hex"), [...buffer].join());
    forms.push([...buffer].map((byte) => byte.toString(16).padStart(2, "0")).join(" "));
  }
  return forms;
}

/** How a text shows one of these secrets; undefined where it doesn't. */
function shownIn(text: string, secrets: readonly string[]): string | undefined {
  // deno-lint-ignore no-control-regex -- colors
  const flat = text.replaceAll(/\x1b\[\d+m/g, "").replaceAll(/\s+/g, "").toLowerCase();
  return secrets.find((one) => flat.includes(one.replaceAll(/\s+/g, "").toLowerCase()));
}

type Printer = (thing: never) => string;

const ALL = {
  depth: 20,
  showHidden: true,
  getters: true,
  showProxy: true,
  colors: true,
  iterableLimit: Infinity,
  maxArrayLength: Infinity,
  maxStringLength: Infinity,
  strAbbreviateSize: Infinity,
};

/** Those that hide the secrets of everything. */
const PRINTERS: readonly Printer[] = [
  (thing) => Deno.inspect(thing) + Deno.inspect([{ thing }], ALL),
  (thing) => inspect(thing) + inspect(new Map([[thing, { thing }]]), ALL),
  (thing) => Deno.inspect(new Error("x", { cause: thing }), ALL),
  (thing) => inspect(new AggregateError([thing], "x", { cause: thing }), ALL),
  (thing) => format("%o %O %s", thing, thing, thing),
  (thing) => String(thing) + Object.prototype.toString.call(thing),
];

/** Those that read the properties, of which pairs and options are made. */
const READERS: readonly Printer[] = [
  (thing) => inspect(thing, { ...ALL, getters: false, customInspect: false }),
  (thing) => JSON.stringify(thing) + format("%j", thing),
  (thing) => inspect(Object.entries(thing), ALL),
  (thing) => {
    try {
      return inspect(structuredClone(thing), ALL);
    } catch (error) {
      return inspect(error, ALL);
    }
  },
];

function searched(
  things: Readonly<Record<string, unknown>>,
  printers: readonly Printer[],
  secrets: readonly string[],
): void {
  for (const [name, thing] of Object.entries(things)) {
    for (const print of printers) {
      const text = print(thing as never);
      const shown = shownIn(text, secrets);
      assert(shown === undefined, `${name} by ${print}: ${shown} in ${text.slice(0, 2000)}`);
    }
  }
}

Deno.test(certificates("a secret stood in what was printed of what has it", async () => {
  const [server, client] = [Certificate.create({ name: "it" }), Certificate.create()];
  const pair = curveKeyPair();
  const keys = [server.secretKey!, client.secretKey!, pair.secretKey];
  const secrets = [
    ...keys.flatMap((key) => formsOf(key, z85Decode(key))),
    ...[PASSWORD, GUESS, PEM.slice(28)].flatMap((one) => formsOf(one)),
  ];
  const others = { socksPassword: PASSWORD, wssKeyPem: PEM, linger: 0 };
  const plain = { ...others, plainPassword: PASSWORD };
  const options = {
    pair,
    "a spread pair": { ...pair },
    "a server's options": server.serverOptions(plain),
    "a client's options": client.clientOptions(server, plain),
    "spread options": { ...server.serverOptions(plain) },
    "hardened options": hardenedOptions(Router, server, { domain: "home", ...others }),
  };
  searched(options, PRINTERS, secrets);
  for (const thing of Object.values(options)) {
    assert(shownIn(JSON.stringify(thing), secrets), "the search finds nothing");
  }

  using context = new Context();
  const requests: unknown[] = [];
  const events: unknown[] = [];
  const authenticator = new Authenticator({
    context,
    onDenied: (...args) => requests.push(args),
    onError: (...args) => requests.push(args),
  });
  authenticator.configureCurve([client]);
  authenticator.configurePlain({ ada: PASSWORD });
  authenticator.configurePlain((request) => {
    requests.push(request);
    throw new Error(`No ${request.username}`, { cause: request });
  }, { domain: "else" });
  using pull = new Pull(server.serverOptions({ context, zapDomain: "home" }));
  using push = new Push(client.clientOptions(server, { context, linger: 0 }));
  using names = new Pull({ context, plainServer: true, zapDomain: "home" });
  using fails = new Pull({ context, plainServer: true, zapDomain: "else" });
  const login = { context, linger: 0, plainUsername: "ada", plainPassword: GUESS };
  using eve = new Push({ ...login, socksPassword: PASSWORD });
  using bob = new Push(login);
  const observers = [pull, names, fails, eve, bob].map(({ events }) => events);
  for (const observer of observers) observer.on("handshake:error:auth", (one) => events.push(one));
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  eve.connect(await names.bind("tcp://127.0.0.1:*"));
  bob.connect(await fails.bind("tcp://127.0.0.1:*"));
  await push.send("x");
  const message = await soon(pull.receive());
  await turnsUntil(() => requests.length >= 3 && events.length >= 2, "the refusals");
  const older = v5.socket("push", { plain_password: PASSWORD, curve_secretkey: client.secretKey });
  const dropIns = [
    new zeromq.Pull({ curveServer: true, curveSecretKey: server.secretKey! }),
    new zeromq.Push({ plainUsername: "ada", plainPassword: PASSWORD }),
  ];
  const things = { server, authenticator, requests, events, pull, names, eve, context, message };
  searched({ ...things, observers, dropIns, older }, [...PRINTERS, ...READERS], secrets);
  for (const socket of [...dropIns, older]) socket.close();
  authenticator.close();
}));

Deno.test(
  certificates("an error for a key or a password with a slip in it showed it", async (folder) => {
    const server = Certificate.create();
    const key = server.secretKey!;
    const bytes = z85Decode(key);
    const secrets = formsOf(key, bytes);
    using context = new Context();
    using authenticator = new Authenticator({ context });
    const slips: unknown[] = [
      ...[`${key}x`, key.slice(1), `${key.slice(1)}~`, `${key.slice(2)}é`, `${key}\0`],
      ...[bytes.subarray(1), Buffer.from(key), [key], { key }, { [key]: 1 }, Symbol(key)],
    ];
    const classes = [Dealer, zeromq.Dealer] as unknown as (new (options?: object) => {
      setOption?(number: number, value: unknown): void;
      close(): void;
    })[];
    const uses: ((slip: never) => unknown)[] = [
      ...[Dealer, zeromq.Dealer].flatMap((SocketClass) => {
        const Class = SocketClass as unknown as typeof classes[0];
        const names = ["curveSecretKey", "curvePublicKey", "plainPassword", "socksPassword"];
        return names.flatMap((name) => [
          (slip: never) => new Class({ [name]: slip }).close(),
          (slip: never) => {
            const socket = new Class();
            try {
              Object.assign(socket, { [name]: slip });
            } finally {
              socket.close();
            }
          },
        ]);
      }),
      ...[48, 49, 46].map((number) => (slip: never) => {
        using socket = new Dealer();
        socket.setOption(number, slip);
      }),
      ...[curvePublicKey, z85Decode],
      ...["secretKey", "publicKey"].map((name) => (slip: never) =>
        new Certificate({ [name]: slip })
      ),
      (slip) => server.serverOptions({ curveSecretKey: slip }),
      (slip) => server.clientOptions(slip),
      (slip) => new Dealer(server.clientOptions(server, { socksPassword: slip })).close(),
      (slip) => authenticator.configureCurve([slip]),
      (slip) => authenticator.configurePlain({ ada: slip }),
      (slip) => v5.socket("push", { curve_secretkey: slip }).close(),
      (slip) => new Dealer({ [slip]: 1 }).close(),
    ];
    let errors = 0;
    const search = (error: unknown) => {
      errors++;
      searched({ error }, PRINTERS.slice(0, 2), secrets);
      searched({ stack: (error as Error).stack }, PRINTERS.slice(0, 1), secrets);
    };
    for (const use of uses) {
      for (const slip of slips) {
        try {
          use(slip as never);
        } catch (error) {
          search(error);
        }
      }
    }
    const lines = [
      ...[`secret-key = "${key}x"`, `secret-key = ${key}"`, `secret-key "${key}"`, `"${key}"`],
      ...[
        `secret-key = "${key}"\n    secret-key = "${key}"`,
        `nested\n        secret-key = "${key}"`,
      ],
      ...[`secret-key = "${key}`, `${key} = "x"`],
    ];
    for (const [at, line] of lines.entries()) {
      const path = `${folder}/${at}.key`;
      await Deno.writeTextFile(path, `curve\n    ${line}\n`, { mode: 0o600 });
      await Certificate.load(path).catch(search);
    }
    const opened = await CertificateFolder.open(folder, { skipBroken: true });
    searched({ opened, broken: opened.broken }, PRINTERS, secrets);
    assert(errors > 100, `${errors} errors`);
  }),
);
