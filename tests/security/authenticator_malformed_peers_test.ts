/** Peers at a server's port that speak the protocol wrongly: none gets a message through, and the server goes on. */

import "./support.ts";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { capability, Pull, type PullOptions, Push, type PushOptions } from "../../mod.ts";
import * as zeromq from "../../zeromq.ts";
import { Authenticator, Certificate } from "../../security/mod.ts";
import { freshAddress } from "../util.ts";
import { portOf, received } from "../socket/support.ts";
import { shortFrame } from "../zmtp.ts";
import { pause, soon } from "../waiting.ts";

const HOME = { zapDomain: "home", zapEnforceDomain: true };
/** Who says nothing is let wait so long, in ms. */
const IMPATIENT = { handshakeInterval: 200 };

/** A server with a mechanism, and a client that it knows. */
interface Place {
  name: string;
  server: PullOptions;
  client: PushOptions;
}

function* places(): Generator<Place> {
  const known = { plainUsername: "ada", plainPassword: "lovelace" };
  yield { name: "PLAIN", server: { plainServer: true, ...HOME }, client: known };
  if (!capability.curve) return;
  const [server, client] = [Certificate.create(), Certificate.create()];
  yield {
    name: "CURVE",
    server: { ...server.serverOptions(), ...HOME },
    client: client.clientOptions(server),
  };
}

/** The first 64 bytes of a ZMTP connection. */
function greeting(mechanism: string, { version = 3, asServer = 0 } = {}): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = version;
  bytes.set(new TextEncoder().encode(mechanism), 12);
  bytes[32] = asServer;
  return bytes;
}

/** A message from a PUSH that speaks ZMTP as it was before there were mechanisms: 1.0 or 2.0. */
function legacy(version: 1 | 2, text: string): Uint8Array {
  const body = new TextEncoder().encode(text);
  if (version === 1) return new Uint8Array([1, 0, body.length + 1, 0, ...body]);
  const PUSH = 8;
  const signature = [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f];
  return new Uint8Array([...signature, 1, PUSH, 0, 0, 0, body.length, ...body]);
}

/** A command with nothing but its name, and whatever follows. */
function command(name: string, ...rest: number[]): Uint8Array {
  const body = [name.length, ...new TextEncoder().encode(name), ...rest];
  return new Uint8Array([4, body.length, ...body]);
}

/** Reads until the other side closes. */
async function drained(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4096);
  try {
    while (await connection.read(buffer) !== null);
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}

/** Says some things, one after the other, to a server; it must close the connection. */
async function say(pull: Pull, ...things: Uint8Array[]): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: portOf(pull) });
  const ended = drained(connection);
  try {
    for (const bytes of things) {
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    }
  } catch (error) {
    const { BrokenPipe, ConnectionReset } = Deno.errors;
    if (!(error instanceof BrokenPipe || error instanceof ConnectionReset)) throw error;
  }
  await soon(ended);
}

/** Claims that the server has got nothing so far, and that the client whom it knows is heard. */
async function goesOn(pull: Pull, client: PushOptions): Promise<void> {
  using push = new Push(client);
  push.connect(pull.lastEndpoint!);
  await push.send("from a friend");
  assertEquals(await received(pull), ["from a friend"]);
  assertEquals(pull.tryReceive(), undefined);
}

/** An authenticator that knows the places' clients. */
function authenticator({ client }: Place): Authenticator {
  const one = new Authenticator();
  one.configurePlain({ ada: "lovelace" });
  if (client.curvePublicKey !== undefined) one.configureCurve([client.curvePublicKey]);
  return one;
}

for (const place of places()) {
  const { name, server, client } = place;

  /** Registers a test with a server of this mechanism. */
  const test = (claim: string, body: (pull: Pull) => Promise<void>) =>
    Deno.test(`${name}: ${claim}`, async () => {
      await using _ = authenticator(place);
      using pull = new Pull({ ...server, ...IMPATIENT });
      await pull.bind(freshAddress("tcp"));
      await body(pull);
      await goesOn(pull, client);
    });

  test("who says nothing, or stops in the middle, is disconnected in time", async (pull) => {
    const whole = greeting(name);
    const lengths = [0, 1, 10, 11, 12, 32, 63, 64];
    await Promise.all(lengths.map((length) => say(pull, whole.subarray(0, length))));
    await say(pull, whole, command("HELLO").subarray(0, 4));
  });

  test("other mechanisms than the server's don't come in", async (pull) => {
    const message = shortFrame("from outside");
    const ready = command("READY");
    for (
      const other of ["NULL", "PLAIN", "CURVE", "GSSAPI", "", "curve", "plain", "X".repeat(20)]
    ) {
      if (other !== name) await say(pull, greeting(other), ready, message);
    }
    for (const version of [0, 1, 2]) await say(pull, greeting("NULL", { version }), message);
    await say(pull, greeting(name, { asServer: 1 }), message);
  });

  test("peers from before there were mechanisms don't come in", async (pull) => {
    for (const version of [1, 2] as const) {
      {
        // One that asks for no mechanism hears such a peer.
        using open = new Pull();
        await open.bind(freshAddress("tcp"));
        using connection = await Deno.connect({ hostname: "127.0.0.1", port: portOf(open) });
        await connection.write(legacy(version, "from long ago"));
        assertEquals(await received(open), ["from long ago"]);
      }
      await say(pull, legacy(version, "from outside"));
    }
  });

  test("messages and commands out of turn don't come in", async (pull) => {
    const message = shortFrame("from outside");
    await say(pull, greeting(name), message, message);
    for (const first of ["READY", "INITIATE", "WELCOME", "MESSAGE", "ERROR", "HELLO", "PING", ""]) {
      await say(pull, greeting(name), command(first), message);
      await say(pull, greeting(name), command(first, ...new Array(100).fill(7)), message);
      await say(pull, greeting(name), command("HELLO", 0, 0), command(first), message);
    }
  });

  test("two hundred handshakes of random bytes don't come in", async (pull) => {
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const attempts = Array.from({ length: 200 }, (_, at) => {
      switch (at % 4) {
        case 0:
          return say(pull, random(1 + at));
        case 1:
          return say(pull, greeting(name), random(1 + at));
        case 2:
          return say(pull, greeting(name), shortFrame(random(at)), shortFrame(random(9)));
        default:
          return say(pull, greeting(name), command("HELLO", ...random(at)), random(50));
      }
    });
    await Promise.all(attempts);
  });

  // PLAIN can't but let it in: name and password go over the wire as they are.
  if (name === "PLAIN") continue;
  test("a recorded handshake of a friend's can't be played again", async (pull) => {
    const recorded = await record(pull, client);
    assert(recorded.length > 300, String(recorded.length));
    await say(pull, recorded);
    await say(pull, recorded.subarray(0, 64), recorded.subarray(64));
    await say(pull, recorded, recorded);
  });
}

/** What a client of the server's sends from its greeting to its message. */
async function record(pull: Pull, client: PushOptions): Promise<Uint8Array> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using push = new Push({ ...client, linger: 0 });
  push.connect(`tcp://127.0.0.1:${listener.addr.port}`);
  await push.send("from a friend");
  using from = await listener.accept();
  using to = await Deno.connect({ hostname: "127.0.0.1", port: portOf(pull) });
  const recorded: number[] = [];
  const copy = async (source: Deno.Conn, target: Deno.Conn, log?: number[]) => {
    const buffer = new Uint8Array(65536);
    try {
      for (let count; (count = await source.read(buffer)) !== null;) {
        log?.push(...buffer.subarray(0, count));
        await target.write(buffer.subarray(0, count));
      }
    } catch {
      // closed below
    }
  };
  const copies = [copy(from, to, recorded), copy(to, from)];
  assertEquals(await received(pull), ["from a friend"]);
  push.close();
  from.close();
  to.close();
  await Promise.all(copies);
  return new Uint8Array(recorded);
}

Deno.test({
  name: "CURVE: who lacks a key, or has one that isn't his, doesn't come in",
  ignore: !capability.curve,
  fn: async () => {
    const [, place] = [...places()];
    const { curveServerKey, curvePublicKey, curveSecretKey } = place.client;
    const [server, eve] = [Certificate.create(), Certificate.create()];
    await using _ = authenticator(place);
    using pull = new Pull({ ...place.server, ...IMPATIENT });
    await pull.bind(freshAddress("tcp"));
    const denied: PushOptions[] = [
      eve.clientOptions(curveServerKey!),
      eve.clientOptions(server),
      { curveServerKey, curvePublicKey, curveSecretKey: eve.secretKey! },
      { curveServerKey, curvePublicKey: eve.publicKey, curveSecretKey },
      { curveServerKey: server.publicKey, curvePublicKey, curveSecretKey },
      {},
      { plainUsername: "ada", plainPassword: "lovelace" },
    ];
    const sockets = await Promise.all(denied.map(async (options) => {
      const push = new Push({ ...options, linger: 0 });
      push.connect(pull.lastEndpoint!);
      await push.send("from outside");
      return push;
    }));
    // Sockets of "." without a key of their own aren't connected at all.
    const keyless = [{ curveServerKey }, { curveServerKey, curvePublicKey }].map((options) => {
      const push = new zeromq.Push({ ...options as zeromq.SocketOptions<zeromq.Push>, linger: 0 });
      push.connect(pull.lastEndpoint!);
      return push;
    });
    for (const push of keyless) await push.send("from outside");
    await goesOn(pull, place.client);
    for (let times = 0; times < 5; times++) {
      await goesOn(pull, place.client);
      await pause(50);
    }
    for (const push of [...sockets, ...keyless]) push.close();
  },
});
