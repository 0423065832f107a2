/** Peers of a socket under test: good ones, whose service is checked, and those that mean it ill. */

import type { Certificate } from "../../security/mod.ts";
import { conversation, type Recording, type Step } from "./conversation.ts";
import type { Random } from "./random.ts";
import { GOOD } from "./plan.ts";
import {
  clientOptions,
  type Mechanism,
  prepare,
  serverOptions,
  type Side,
  type Target,
  trySend,
  want,
} from "./targets.ts";
import type { UnderTest } from "./under_test.ts";

/** How long a good peer may take, among all the others. */
const SERVED = 20_000; // ms
const TRY = 250; // ms

/** A good peer, which speaks for its certificate. */
export class GoodPeer implements Disposable {
  // deno-lint-ignore no-explicit-any -- of any class
  readonly socket: any;
  #said = 0;
  /** What it heard last. */
  #heard: readonly unknown[] | undefined;

  constructor(
    readonly type: string,
    readonly target: Target,
    side: Side,
    mechanism: Mechanism,
    own: Certificate,
    server: Certificate,
  ) {
    const options = side === "bind"
      ? clientOptions(mechanism, own, server)
      : serverOptions({ ...target, socket: target.peer }, mechanism, server);
    this.socket = new target.peer({ ...options, ...target.peerOptions });
    prepare(this.socket);
    if (target.service === "gives") want(this.socket, target);
  }

  /** Resolves to whether it's served within some ms. */
  async isServed(program: UnderTest, within: number = SERVED): Promise<boolean> {
    const text = `${GOOD} ${this.type} ${++this.#said}`;
    const end = Date.now() + within;
    const heard = program.heard(this.type, text).then(() => true as const);
    for (let served = false; Date.now() < end && program.outcome === undefined;) {
      try {
        served = await this.#try(text, heard);
      } catch {
        // Its connection is down, or its request has no answer: it tries again.
      }
      if (served) return true;
    }
    return false;
  }

  async #try(text: string, heard: Promise<true>): Promise<boolean> {
    const { socket, target: { service } } = this;
    const later = new Promise<false>((resolve) => setTimeout(resolve, TRY, false));
    if (service === "gives") return await socket.receive({ timeout: TRY }) !== undefined;
    if (service === "asks") {
      const question = await socket.receive({ timeout: TRY });
      if (question !== undefined) await socket.send(text, { timeout: TRY });
      return await Promise.race([heard, later]);
    }
    if (this.type === "Peer" && this.#heard === undefined) await this.#hear();
    trySend(socket, this.target, text, this.#heard);
    if (service === "takes") return await Promise.race([heard, later]);
    while (await this.#hear()) if (String(this.#heard![0]) === text) return true;
    return false;
  }

  async #hear(): Promise<boolean> {
    const message = await this.socket.receive({ timeout: TRY });
    if (message !== undefined) this.#heard = message;
    return message !== undefined;
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}

/** Says what it has to on a connection, listens for a moment, and goes. */
export async function talk(
  connection: Deno.TcpConn,
  steps: readonly Step[],
  listen: number,
): Promise<void> {
  const read = (async () => {
    const buffer = new Uint8Array(4096);
    while (await connection.read(buffer) !== null);
  })().catch(() => {});
  try {
    for (const step of steps) {
      if ("pause" in step) await pause(step.pause);
      else {for (let at = 0; at < step.write.length;) {
          at += await connection.write(step.write.subarray(at));
        }}
    }
    await Promise.race([read, pause(listen)]);
  } catch {
    // It was sent away.
  }
  connection.close();
  await read;
}

const pause = (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time));

/** What a bad peer does on a connection, at random, until it closes it. */
export type Speaker = (connection: Deno.TcpConn, random: Random) => Promise<void>;

/** Who has no key, and says what another peer has said, or nonsense. */
export function outsider(recording: Recording): Speaker {
  return (connection, random) =>
    talk(connection, conversation(random, recording), random.size(100));
}

/** Connects to a port, and means ill. */
export async function attack(port: number, random: Random, speak: Speaker): Promise<void> {
  const own = random.fork();
  let connection;
  try {
    connection = await Deno.connect({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (
      !(error instanceof Deno.errors.ConnectionRefused ||
        error instanceof Deno.errors.ConnectionReset)
    ) throw error;
    return; // the backlog is full
  }
  await speak(connection, own);
}

/** A server to which sockets under test connect, and that means ill, until the end of its block. */
export class BadServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #led = new Set<Deno.Conn>();
  #good: number | undefined;
  connections = 0;

  constructor(random: Random, speak: Speaker) {
    (async () => {
      for await (const connection of this.#listener) {
        if (this.#good !== undefined) {
          this.#connect(connection, this.#good).catch(() => connection.close());
          continue;
        }
        this.connections++;
        speak(connection, random.fork());
      }
    })();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Leads connections to a server that is in order, or no longer: those that were led there end. */
  lead(good: number | undefined): void {
    this.#good = good;
    for (const one of this.#led) one.close();
    this.#led.clear();
  }

  async #connect(client: Deno.TcpConn, port: number): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    if (this.#good === undefined) {
      server.close();
      throw new Error("It's bad again");
    }
    for (const one of [client, server]) this.#led.add(one);
    passOn(client, server);
    passOn(server, client);
  }

  [Symbol.dispose](): void {
    this.lead(undefined);
    this.#listener.close();
  }
}

/** Copies what one connection says to another, and to a function, until one of them ends. */
async function passOn(
  from: Deno.Conn,
  to: Deno.Conn,
  hear: (bytes: Uint8Array) => void = () => {},
): Promise<void> {
  const buffer = new Uint8Array(4096);
  try {
    for (let length; (length = await from.read(buffer)) !== null;) {
      const bytes = buffer.slice(0, length);
      hear(bytes);
      for (let at = 0; at < length;) at += await to.write(bytes.subarray(at));
    }
    await to.closeWrite();
  } catch {
    // One of them has been closed.
  }
}

/** What one side of a connection between two sockets in order says: the one that connects, or the one that listens. */
export async function record(
  port: number,
  connect: (port: number) => void,
  side: "connecting" | "listening",
): Promise<Recording> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  connect(listener.addr.port);
  using client = await listener.accept();
  using server = await Deno.connect({ hostname: "127.0.0.1", port });
  const said: number[] = [];
  const begun = Promise.withResolvers<void>();
  const keep = (bytes: Uint8Array) => {
    said.push(...bytes);
    begun.resolve();
  };
  passOn(client, server, side === "connecting" ? keep : undefined);
  passOn(server, client, side === "listening" ? keep : undefined);
  await begun.promise;
  await pause(RECORDED);
  return Uint8Array.from(said);
}

/** Long enough for the rest of a handshake and a message; if it isn't, less is recorded. */
const RECORDED = 200; // ms
