/** What the program under test, good peers and bad ones have in common: keys, an authenticator, and how each type speaks. */

import { Certificate, type CertificateOptions, curveKeyPair } from "../../security/mod.ts";
import { BadServer, GoodPeer, outsider, record, type Speaker } from "./peers.ts";
import { insider } from "./insider.ts";
import { Random } from "./random.ts";
import {
  authenticator,
  clientOptions,
  isFit,
  type Mechanism,
  NAME,
  PASSWORD,
  serverOptions,
  type Side,
  targets,
  type Transport,
  typeName,
  want,
} from "./targets.ts";
import type { Credentials } from "./session.ts";
import { keyBytes } from "../../socket/z85.ts";
import { webOutsider } from "./websocket.ts";
import { type Taken, UnderTest } from "./under_test.ts";

export interface FuzzOptions {
  side: Side;
  mechanism: Mechanism;
  seed: number;
  seconds: number;
  /** So many connections at least, however long it takes. */
  least?: number;
  /** So many at most. */
  most?: number;
  /** Only these types. */
  types?: readonly string[];
  /** Bad peers have a password or a key. */
  insiders?: boolean;
  transport?: Transport;
}

/** What has been seen of the sockets of one side under one mechanism. */
export interface Seen {
  connections: number;
  before: Taken;
  after: Taken;
  /** What mustn't be. Empty if all is well. */
  faults: string[];
}

const MOST_MB = 200;
/** Of descriptors, when all have gone. */
const MOST_LEFT = 60;
/**
 * Over ws:// libzmq keeps those of some broken connections until the socket is closed, and those of peers that find no place at
 * a socket that has one: at most so many for each connection.
 */
const MOST_KEPT = 0.6;
/** Until the last connections have gone. */
const SETTLED = 15_000; // ms

/** All of a run, until the end of its block. */
export class Setting implements AsyncDisposable {
  readonly random: Random;
  readonly types: readonly string[];
  readonly faults: string[] = [];
  readonly side: Side;
  readonly mechanism: Mechanism;
  readonly transport: Transport;
  readonly #onePeer: boolean;
  readonly #pairs: [CertificateOptions, CertificateOptions];
  readonly #server: Certificate;
  readonly #client: Certificate;
  readonly #speakers = new Map<string, Speaker>();
  readonly #kept = new AsyncDisposableStack();

  private constructor(
    { side, mechanism, seed, types = Object.keys(targets()), transport = "tcp" }: FuzzOptions,
    onePeer: boolean,
  ) {
    this.#onePeer = onePeer;
    [this.side, this.mechanism, this.random] = [side, mechanism, new Random(seed)];
    this.transport = transport;
    this.types = types.filter((type) =>
      (targets()[type].onePeer ?? false) === onePeer && isFit(type, side, mechanism, transport)
    );
    const pair = () => {
      const { publicKey, secretKey } = curveKeyPair();
      return { publicKey, secretKey };
    };
    this.#pairs = [pair(), pair()];
    [this.#server, this.#client] = this.#pairs.map((one) => new Certificate(one));
  }

  /** Types that have one peer are for a run of their own. */
  static async open(options: FuzzOptions, onePeer = false): Promise<Setting> {
    const one = new Setting(options, onePeer);
    one.#kept.use(authenticator(one.#client));
    await Promise.all(
      one.types.map((type) => options.insiders ? one.#admit(type) : one.#listenTo(type)),
    );
    return one;
  }

  /** Has bad peers of a type say what a good one has said, to a socket of this process. */
  async #listenTo(type: string): Promise<void> {
    const target = targets()[type];
    const { socket, peer, peerOptions, service } = target;
    const [server, client] = [this.#server, this.#client];
    const bound = this.side === "bind";
    const listening = bound ? new socket(serverOptions(target, this.mechanism, server)) : new peer({
      ...serverOptions({ ...target, socket: peer }, this.mechanism, server),
      ...peerOptions,
    });
    const options = clientOptions(this.mechanism, client, server);
    const connecting = bound ? new peer({ ...options, ...peerOptions }) : new socket(options);
    if (service === "gives" && bound) want(connecting, target);
    if (service === "takes" && !bound) want(connecting, target);
    const port = portIn(await listening.bind(`${this.transport}://127.0.0.1:*`));
    const connect = (to: number) => connecting.connect(`${this.transport}://127.0.0.1:${to}`);
    const recording = await record(port, connect, bound ? "connecting" : "listening");
    for (const one of [listening, connecting]) one.close();
    this.#speakers.set(
      type,
      this.transport === "tcp" ? outsider(recording) : webOutsider(recording),
    );
  }

  /** Has bad peers of a type come in as a good one does. */
  #admit(type: string): void {
    const bound = this.side === "bind";
    const [server, client] = this.#pairs;
    const credentials: Credentials = this.mechanism === "PLAIN"
      ? { mechanism: "PLAIN", name: NAME, password: PASSWORD }
      : {
        mechanism: "CURVE",
        secretKey: keyBytes((bound ? client : server).secretKey)!,
        serverKey: keyBytes(server.publicKey)!,
      };
    const name = typeName(targets()[type].peer);
    this.#speakers.set(type, insider(name, this.side, this.transport, credentials));
  }

  /** How bad peers of a type speak. */
  speaker(type: string): Speaker {
    return this.#speakers.get(type)!;
  }

  goodPeer(type: string): GoodPeer {
    const { side, mechanism } = this;
    return new GoodPeer(type, targets()[type], side, mechanism, this.#client, this.#server);
  }

  /** For sockets of a type that connect. It's closed at the end of the run. */
  badServer(type: string): BadServer {
    return this.#kept.use(new BadServer(this.random, this.speaker(type)));
  }

  /** Starts the program. Its sockets that connect do so to these ports: bad servers', and good ones'. */
  program(ports: ReadonlyMap<string, number[]>): UnderTest {
    const addresses = Object.fromEntries(
      [...ports].map((
        [type, some],
      ) => [type, some.map((port) => `${this.transport}://127.0.0.1:${port}`)]),
    );
    return new UnderTest({
      side: this.side,
      transport: this.transport,
      mechanism: this.mechanism,
      types: [...this.types],
      certificates: this.#pairs,
      addresses,
    });
  }

  /** What the program takes once the last connections have gone; too much of it is a fault. */
  async taken(program: UnderTest, before: Taken, connections: number): Promise<Taken> {
    const end = Date.now() + SETTLED;
    const keeps = this.transport === "ws" || this.#onePeer;
    const most = MOST_LEFT + (keeps ? MOST_KEPT * connections : 0);
    const left = (taken: Taken) => taken.descriptors - before.descriptors;
    let after;
    while (left(after = await program.taken()) > most && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const more = Math.round((after.rss - before.rss) / 1e6);
    if (more > MOST_MB) this.faults.push(`it takes ${more} MB more`);
    if (this.side === "bind" && left(after) > most) {
      this.faults.push(`${left(after)} descriptors are left open`);
    }
    return after;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#kept.disposeAsync();
  }
}

export const portIn = (address: string): number => Number(/:(\d+)(?:\/|$)/.exec(address)![1]);
