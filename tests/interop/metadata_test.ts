/** Metadata and authentication between us and pyzmq, in both directions. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import {
  capability,
  metadataOf,
  Pull,
  type PullOptions,
  Push,
  type PushOptions,
} from "../../mod.ts";
import { Program } from "../program.ts";
import { curveKeyPair } from "../socket/curve.ts";
import { type AuthHandler, ZapHandler } from "../socket/zap.ts";
import "../util.ts";
import { peerTest } from "./peer.ts";
import { soon } from "../waiting.ts";

const SCRIPT = new URL("metadata_peer.py", import.meta.url).pathname;
const METADATA = 95;

/** pyzmq, and what it says. */
class Peer implements AsyncDisposable {
  readonly #program: Program;

  constructor(...args: string[]) {
    this.#program = new Program("/usr/bin/python3", ["-B", SCRIPT, ...args]);
  }

  async said<T>(): Promise<T> {
    return JSON.parse(await this.#program.line());
  }

  /** Asks it for the next message's properties. */
  async asked(): Promise<Record<string, string | null>> {
    await this.#program.say("next");
    return await this.said();
  }

  async end(): Promise<void> {
    await this.#program.hush();
    const { code, stderr } = await this.#program.outcome();
    assertEquals(`${stderr}exit status ${code}`, "exit status 0");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }
}

interface Keys {
  address: string;
  serverKey: string;
  publicKey: string;
  secretKey: string;
}

/** How a peer of ours is admitted, by mechanism, and under which name. */
const IDENTITIES: [
  mechanism: string,
  enter: (keys: Keys) => PushOptions,
  user: (keys: Keys) => string,
][] = [
  ["NONE", () => ({}), () => "anonymous"],
  ["PLAIN", () => ({ plainUsername: "ada", plainPassword: "lovelace" }), () => "ada"],
  [
    "CURVE",
    ({ serverKey, publicKey, secretKey }) => ({
      curveServerKey: serverKey,
      curvePublicKey: publicKey,
      curveSecretKey: secretKey,
    }),
    ({ publicKey }) => publicKey,
  ],
];

for (const [mechanism, enter, user] of IDENTITIES) {
  Deno.test(
    peerTest(
      "pyzmq",
      `its authenticator lets us in, and it reads who we are and what we say of us (${mechanism})`,
      async () => {
        const names = ["User-Id", "Peer-Address", "Socket-Type", "X-Room", "X-Other"];
        await using peer = new Peer("read", mechanism, ...names);
        const keys = await peer.said<Keys>();
        using push = new Push(enter(keys));
        push.setOption(METADATA, "X-Room:kitchen");
        push.connect(keys.address);
        await push.send("hello");
        assertEquals(await peer.asked(), {
          "User-Id": user(keys),
          "Peer-Address": "127.0.0.1",
          "Socket-Type": "PUSH",
          "X-Room": "kitchen",
          "X-Other": null,
        });
        await peer.end();
      },
      mechanism === "CURVE" && !capability.curve,
    ),
  );
}

Deno.test(peerTest("pyzmq", "we read what it says of itself", async () => {
  using pull = new Pull({
    receivedProperties: ["X-Room", "X-Other", "Socket-Type", "Peer-Address"],
  });
  await pull.bind("tcp://127.0.0.1:*");
  await using peer = new Peer("send", pull.lastEndpoint!, "METADATA=X-Room:küche");
  assertEquals(await peer.said(), true);
  assertEquals({ ...metadataOf(await soon(pull.receive())) }, {
    "X-Room": "küche",
    "Socket-Type": "PUSH",
    "Peer-Address": "127.0.0.1",
  });
  await peer.end();
}));

const NAMES = ["User-Id", "Peer-Address"];

/** A server of ours and its handler, which admits what `admit` names. */
async function serve(options: PullOptions, admit: AuthHandler) {
  const zap = await ZapHandler.start(admit);
  const pull = new Pull({ zapDomain: "home", receivedProperties: NAMES, ...options });
  await pull.bind("tcp://127.0.0.1:*");
  return {
    zap,
    pull,
    address: pull.lastEndpoint!,
    async [Symbol.asyncDispose]() {
      pull.close();
      await zap[Symbol.asyncDispose]();
    },
  };
}

Deno.test(
  peerTest(
    "pyzmq",
    "our PLAIN server lets it in by its password, and knows who it is",
    async () => {
      await using server = await serve({ plainServer: true, zapEnforceDomain: true }, (request) => {
        const [name, password] = request.credentials.map((frame) => frame.text());
        return password === "lovelace" ? `${name}@${request.domain}` : undefined;
      });
      const { zap, pull, address } = server;
      await using stranger = new Peer(
        "send",
        address,
        "PLAIN_USERNAME=ada",
        "PLAIN_PASSWORD=guess",
      );
      assertEquals(await stranger.said(), false);
      await using peer = new Peer("send", address, "PLAIN_USERNAME=ada", "PLAIN_PASSWORD=lovelace");
      assertEquals(await peer.said(), true);
      assertEquals({ ...metadataOf(await soon(pull.receive())) }, {
        "User-Id": "ada@home",
        "Peer-Address": "127.0.0.1",
      });
      assertEquals(zap.requests[0].mechanism, "PLAIN");
      assertEquals(zap.requests[0].credentials.map(String), ["ada", "guess"]);
      await Promise.all([stranger.end(), peer.end()]);
    },
  ),
);

Deno.test(
  peerTest("pyzmq", "our CURVE server lets it in by its key, and knows who it is", async () => {
    const [ours, its, other] = [curveKeyPair(), curveKeyPair(), curveKeyPair()];
    await using server = await serve(
      { curveServer: true, curveSecretKey: ours.secretKey },
      ({ credentials }) => credentials[0].toHex() === its.publicBytes.toHex() ? "grace" : undefined,
    );
    const { zap, pull, address } = server;
    const options = ({ publicKey, secretKey }: typeof its) => [
      `CURVE_SERVERKEY=${ours.publicKey}`,
      `CURVE_PUBLICKEY=${publicKey}`,
      `CURVE_SECRETKEY=${secretKey}`,
    ];
    await using stranger = new Peer("send", address, ...options(other));
    assertEquals(await stranger.said(), false);
    await using peer = new Peer("send", address, ...options(its));
    assertEquals(await peer.said(), true);
    assertEquals({ ...metadataOf(await soon(pull.receive())) }, {
      "User-Id": "grace",
      "Peer-Address": "127.0.0.1",
    });
    assertEquals(zap.requests[0].mechanism, "CURVE");
    await Promise.all([stranger.end(), peer.end()]);
  }, !capability.curve),
);
