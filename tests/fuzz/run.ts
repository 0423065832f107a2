/**
 * Fuzzes the library's sockets: `./dev fuzz [MINUTES] [--seed=N]`.
 *
 * Peers that mean ill talk to sockets of each type that bind, and to ones that connect, under each mechanism, in a process of
 * their own. It must not end, good peers must be served, and what it takes of the machine must stay bounded. The seed repeats
 * what is said, but not when it arrives. Which classes are left out stands in `conversation.ts`, `websocket.ts` and
 * `targets.ts`.
 */

import { parseArgs } from "node:util";
import { capability, version } from "../../mod.ts";
import { fuzz } from "./fuzz.ts";
import { fuzzOnePeer } from "./one_peer.ts";
import { fuzzCertificates, fuzzDatagrams, fuzzProxies } from "./others.ts";
import { Random } from "./random.ts";
import type { FuzzOptions, Seen } from "./setting.ts";
import { type Mechanism, MECHANISMS, type Side } from "./targets.ts";

/** A program whose sockets connect is replaced after so long, since connections to bad servers add up. */
const PART = 20; // s
/** Connections of bad peers to a socket that has one peer, until it's replaced. */
const ONE_PEER = 300;
/** The same over ws://, where libzmq keeps descriptors of broken connections. */
const WEB = 1000;

/** What can be fuzzed of the sockets of one side under one mechanism. */
const PARTS: Readonly<Record<string, (options: FuzzOptions) => Promise<Seen>>> = {
  outsiders: (options) => inRounds(options, options.side === "bind" ? options.seconds : PART, fuzz),
  insiders: (options) =>
    inRounds(
      options,
      options.side === "bind" ? options.seconds : PART,
      (one) => fuzz({ ...one, insiders: true }),
    ),
  ws: (options) => inRounds(options, PART, (one) => fuzz({ ...one, most: WEB, transport: "ws" })),
  "ws-insiders": (options) =>
    inRounds(
      options,
      PART,
      (one) => fuzz({ ...one, most: WEB, transport: "ws", insiders: true }),
    ),
  "one-peer": (options) => inRounds(options, 0, (one) => fuzzOnePeer({ ...one, least: ONE_PEER })),
  "one-peer-insiders": (options) =>
    inRounds(options, 0, (one) => fuzzOnePeer({ ...one, least: ONE_PEER, insiders: true })),
};

/** The kinds of input that aren't ZMTP over tcp, by name. */
const OTHERS = {
  "certificates' files": fuzzCertificates,
  ...capability.draft ? { "udp:// datagrams": fuzzDatagrams } : {},
  "SOCKS proxies": fuzzProxies,
};

/** Whether sockets of that side can be fuzzed so. */
function isPossible(part: string, side: Side, mechanism: Mechanism): boolean {
  if (!capability.curve && ["CURVE", "hardened"].includes(mechanism)) return false;
  if (part.startsWith("ws") && !capability.ws) return false;
  // Without a mechanism, all are insiders.
  if (part.endsWith("insiders") && mechanism === "NULL") return false;
  // The preset is for servers, and refuses sockets that have one peer.
  return mechanism !== "hardened" || side === "bind" && !part.startsWith("one-peer");
}

/** Fuzzes for some seconds, each time in another program. */
async function inRounds(
  options: FuzzOptions,
  seconds: number,
  fuzzOnce: (options: FuzzOptions) => Promise<Seen>,
): Promise<Seen> {
  const end = Date.now() + options.seconds * 1000;
  let worst: Seen | undefined;
  let connections = 0;
  for (let seed = options.seed;; seed++) {
    const seen = await fuzzOnce({ ...options, seed, seconds: Math.min(seconds, options.seconds) });
    connections += seen.connections;
    if (worst === undefined || grown(seen) > grown(worst)) worst = seen;
    if (seen.faults.length > 0 || Date.now() >= end) {
      return { ...seen.faults.length > 0 ? seen : worst, connections };
    }
  }
}

const grown = ({ before, after }: Seen) => after.rss - before.rss;
const mb = (bytes: number) => Math.round(bytes / 1e6);

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: "string" },
      types: { type: "string" },
      side: { type: "string" },
      mechanism: { type: "string" },
      part: { type: "string" },
    },
  });
  const { part: onlyPart, side: onlySide, mechanism: only, types } = values;
  const seed = Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  const rows = Object.keys(PARTS)
    .flatMap((part) => (["bind", "connect"] as const).map((side) => ({ part, side })))
    .flatMap((row) => MECHANISMS.map((mechanism) => ({ ...row, mechanism })))
    .filter(({ part, side, mechanism }) =>
      part === (onlyPart ?? part) && side === (onlySide ?? side) &&
      mechanism === (only ?? mechanism) && isPossible(part, side, mechanism)
    );
  const others = onlyPart || onlySide || only || types ? [] : Object.entries(OTHERS);
  const minutes = Number(positionals[0] ?? 5);
  if (!(minutes > 0) || positionals.length > 1) {
    throw new RangeError("A fuzz takes a number of minutes, and nothing behind it");
  }
  // What isn't ZMTP over tcp gets a tenth of the time each.
  const seconds = minutes * 60 * (1 - others.length / 10) / rows.length;
  console.log(`libzmq ${version}, seed ${seed}`);
  let faulty = false;
  const tell = (what: string, faults: readonly string[]) => {
    console.log(`${what}: ${faults.join("; ") || "all well"}`);
    faulty ||= faults.length > 0;
  };
  for (const { part, side, mechanism } of rows) {
    const options = { side, mechanism, seed, seconds, types: types?.split(",") };
    const { connections, before, after, faults } = await PARTS[part](options);
    tell(
      `${part}, ${side}, ${mechanism}: ${connections} connections, RSS ${mb(before.rss)} to ` +
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
