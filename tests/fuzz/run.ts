/**
 * Fuzzes the library's sockets: `./dev fuzz [MINUTES] [--seed=N]`.
 *
 * Peers that mean ill talk to sockets of each type that bind, and to ones that connect, under each mechanism, in a process of
 * their own. It must not end, good peers must be served, and what it takes of the machine must stay bounded. The seed repeats
 * what is said, but not when it arrives. Which classes are left out stands in `conversation.ts` and `targets.ts`.
 */

import { parseArgs } from "node:util";
import { Certificate, type CertificateOptions, curveKeyPair } from "../../security/mod.ts";
import type { Recording } from "./conversation.ts";
import { capability, version } from "../../mod.ts";
import { fuzzCertificates, fuzzDatagrams, fuzzProxies } from "./others.ts";
import { attack, BadServer, GoodPeer, record } from "./peers.ts";
import { Random } from "./random.ts";
import {
  authenticator,
  clientOptions,
  isFit,
  type Mechanism,
  MECHANISMS,
  type Side,
  targets,
  want,
} from "./targets.ts";
import { type Taken, UnderTest } from "./under_test.ts";

/** What has been seen of the sockets of one side under one mechanism. */
export interface Seen {
  side: Side;
  mechanism: Mechanism;
  connections: number;
  before: Taken;
  after: Taken;
  /** What mustn't be. Empty if all is well. */
  faults: string[];
}

export interface FuzzOptions {
  side: Side;
  mechanism: Mechanism;
  seed: number;
  seconds: number;
  /** So many connections at least, however long it takes. */
  least?: number;
  /** Only these types. */
  types?: readonly string[];
}

/** Peers that mean ill, at the same time. */
const AT_ONCE = 16;
const MOST_MB = 200;
const PART = 20; // s
/** Of descriptors, when all have gone. */
const MOST_LEFT = 60;
/** Until the last connections have gone. */
const SETTLED = 15_000; // ms

/** Fuzzes sockets for some seconds. */
export async function fuzz(
  { side, mechanism, seed, seconds, least = 0, types: only }: FuzzOptions,
): Promise<Seen> {
  const random = new Random(seed);
  const pairs: CertificateOptions[] = [curveKeyPair(), curveKeyPair()]
    .map(({ publicKey, secretKey }) => ({ publicKey, secretKey }));
  const [server, client] = pairs.map((one) => new Certificate(one));
  const types = (only ?? Object.keys(targets()))
    .filter((type) => isFit(type, side, mechanism));
  const faults: string[] = [];
  await using _authenticator = authenticator(client);
  const peers = types.map((type) =>
    new GoodPeer(type, targets()[type], side, mechanism, client, server)
  );
  using _peers = new DisposableStack();
  for (const peer of peers) _peers.use(peer);

  const plan = {
    side,
    mechanism,
    types,
    certificates: pairs as [CertificateOptions, CertificateOptions],
  };
  const recordings = new Map<string, Recording>();
  const bad = new Map<string, BadServer>();
  const addresses: Record<string, string[]> = {};
  if (side === "connect") {
    for (const { type, target, socket } of peers) {
      const good = await socket.bind("tcp://127.0.0.1:*");
      const other = new target.socket(clientOptions(mechanism, client, server));
      if (target.service === "takes") want(other, target);
      recordings.set(type, await record(portIn(good), (to) => other.connect(to), "listening"));
      other.close();
      bad.set(type, _peers.use(new BadServer(random, recordings.get(type)!)));
      addresses[type] = [bad.get(type)!.address, good];
    }
  }
  await using program = new UnderTest({ ...plan, addresses });
  const ports = new Map<string, number>();
  if (side === "bind") {
    for (const [type, address] of Object.entries(await program.addresses)) {
      ports.set(type, portIn(address));
      const { target, socket } = peers.find((peer) => peer.type === type)!;
      const options = clientOptions(mechanism, client, server);
      const other = new target.peer({ ...options, ...target.peerOptions });
      if (target.service === "gives") want(other, target);
      recordings.set(type, await record(portIn(address), (to) => other.connect(to), "connecting"));
      other.close();
      socket.connect(address);
    }
  } else await program.addresses;

  const serve = async () => {
    for (const peer of peers) {
      if (program.outcome === undefined && !await peer.isServed(program)) {
        faults.push(`${peer.type} doesn't serve a good peer`);
      }
    }
  };
  try {
    await serve();
    const before = await program.taken();
    let connections = 0;
    const end = Date.now() + seconds * 1000;
    const all = () => [...bad.values()].reduce((sum, one) => sum + one.connections, connections);
    const goesOn = () => (Date.now() < end || all() < least) && program.outcome === undefined;
    const attackers = side === "connect" ? [] : Array.from({ length: AT_ONCE }, async () => {
      while (goesOn()) {
        const type = random.pick(types);
        await attack(ports.get(type)!, random, recordings.get(type)!);
        connections++;
      }
    });
    do await serve(); while (goesOn());
    await Promise.all(attackers);
    const after = await settled(program, before);
    if (after.rss - before.rss > MOST_MB * 1e6) {
      faults.push(`it takes ${mb(after.rss - before.rss)} MB more`);
    }
    if (side === "bind" && after.descriptors - before.descriptors > MOST_LEFT) {
      faults.push(`${after.descriptors - before.descriptors} descriptors are left open`);
    }
    return { side, mechanism, connections: all(), before, after, faults };
  } catch (error) {
    const none = { rss: 0, descriptors: 0 };
    return { side, mechanism, connections: 0, before: none, after: none, faults: [String(error)] };
  }
}

/** Fuzzes sockets for longer: those that connect have fresh programs, since their connections to bad servers add up. */
async function fuzzInParts(options: Omit<FuzzOptions, "seconds">, seconds: number): Promise<Seen> {
  const parts = options.side === "bind" ? 1 : Math.ceil(seconds / PART);
  let connections = 0;
  for (let part = 0;; part++) {
    const seed = options.seed + part;
    const seen = await fuzz({ ...options, seed, seconds: seconds / parts });
    connections += seen.connections;
    if (part === parts - 1 || seen.faults.length > 0) return { ...seen, connections };
  }
}

/** What the program takes once the last connections have gone. */
async function settled(program: UnderTest, before: Taken): Promise<Taken> {
  const end = Date.now() + SETTLED;
  for (;;) {
    const taken = await program.taken();
    if (taken.descriptors - before.descriptors <= MOST_LEFT || Date.now() > end) return taken;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const portIn = (address: string) => Number(/:(\d+)$/.exec(address)![1]);
const mb = (bytes: number) => Math.round(bytes / 1e6);

/** The kinds of input that aren't ZMTP over tcp, by name. */
const OTHERS = {
  "certificates' files": fuzzCertificates,
  ...capability.draft ? { "udp:// datagrams": fuzzDatagrams } : {},
  "SOCKS proxies": fuzzProxies,
};

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: "string" },
      types: { type: "string" },
      side: { type: "string" },
      mechanism: { type: "string" },
    },
  });
  const { side: onlySide, mechanism: only, types } = values;
  const seed = Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  const pairs = (["bind", "connect"] as const)
    .flatMap((side) => MECHANISMS.map((mechanism) => ({ side, mechanism })))
    .filter(({ side, mechanism }) =>
      side === (onlySide ?? side) && mechanism === (only ?? mechanism)
    )
    .filter(({ side, mechanism }) => side === "bind" || mechanism !== "hardened");
  const others = onlySide || only || types ? [] : Object.entries(OTHERS);
  const minutes = Number(positionals[0] ?? 5);
  // What isn't ZMTP over tcp gets a tenth of the time each.
  const seconds = minutes * 60 * (1 - others.length / 10) / pairs.length;
  console.log(`libzmq ${version}, seed ${seed}`);
  let faulty = false;
  const tell = (what: string, faults: readonly string[]) => {
    console.log(`${what}: ${faults.join("; ") || "all well"}`);
    faulty ||= faults.length > 0;
  };
  for (const pair of pairs) {
    const options = { ...pair, seed, types: types?.split(",") };
    const { connections, before, after, faults } = await fuzzInParts(options, seconds);
    tell(
      `${pair.side}, ${pair.mechanism}: ${connections} connections, RSS ${mb(before.rss)} to ` +
        `${mb(after.rss)} MB, descriptors ${before.descriptors} to ${after.descriptors}`,
      faults,
    );
  }
  for (const [name, fuzzOther] of others) {
    const { count, faults } = await fuzzOther(new Random(seed), minutes * 6);
    tell(`${count} ${name}`, faults);
  }
  Deno.exit(faulty ? 1 : 0);
}
