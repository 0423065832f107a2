/**
 * Fuzzes sockets that have one peer, Pair and Channel. Bad peers that come and go take descriptors that only the socket's end
 * gives back, so each run has a program of its own; a good peer is served before the bad ones come, and when they've gone.
 */

import { AT_ONCE } from "./fuzz.ts";
import { attack, type BadServer } from "./peers.ts";
import { type FuzzOptions, portIn, type Seen, Setting } from "./setting.ts";
import type { UnderTest } from "./under_test.ts";

/** How long a good peer may take, and after how long it tries again, since one that finds no place isn't told. */
const [SERVED, AGAIN] = [30_000, 2000]; // ms
/** Until a socket has connected to bad servers so often. */
const MOST_TIME = 120_000; // ms

/** Has bad peers make so many connections to, or accept them from, a socket of each type. */
export async function fuzzOnePeer(
  options: Omit<FuzzOptions, "seconds"> & { least: number },
): Promise<Seen> {
  await using setting = await Setting.open({ ...options, seconds: 0 }, true);
  const { side, types, random, faults } = setting;
  const bad = new Map<string, BadServer>();
  if (side === "connect") { for (const type of types) bad.set(type, setting.badServer(type)); }
  await using program = setting.program(
    new Map([...bad].map(([type, server]) => [type, [server.port]])),
  );
  const addresses = await program.addresses;

  /** Resolves to whether a good peer finds its place. */
  const isServed = async (type: string) => {
    const server = bad.get(type);
    for (const end = Date.now() + SERVED; Date.now() < end && program.outcome === undefined;) {
      using peer = setting.goodPeer(type);
      if (server === undefined) peer.socket.connect(addresses[type]);
      else server.lead(portIn(await peer.socket.bind(`${setting.transport}://127.0.0.1:*`)));
      const served = await peer.isServed(program, AGAIN);
      server?.lead(undefined);
      if (served) return true;
    }
    return false;
  };
  const serve = async () => {
    for (const type of types) {
      if (!await isServed(type)) faults.push(`${type} doesn't serve a good peer`);
    }
  };
  try {
    await serve();
    const before = await program.taken();
    let connections = 0;
    if (side === "bind") {
      const all = options.least * types.length;
      // Where many come at once, most find no place; where one does, each is heard.
      const atOnce = random.pick([1, 2, AT_ONCE]);
      await Promise.all(Array.from({ length: atOnce }, async () => {
        while (connections < all && program.outcome === undefined) {
          const type = types[connections++ % types.length];
          await attack(portIn(addresses[type]), random, setting.speaker(type));
        }
      }));
    } else {
      connections = await connected(program, [...bad.values()], options.least);
      if (connections < options.least * types.length && program.outcome === undefined) {
        faults.push(`after ${connections} connections, it doesn't connect again`);
      }
    }
    await serve();
    const after = await setting.taken(program, before, connections);
    return { connections, before, after, faults };
  } catch (error) {
    const none = { rss: 0, descriptors: 0 };
    return { connections: 0, before: none, after: none, faults: [String(error)] };
  }
}

/** Resolves to how many connections there were, once each server has had so many. */
async function connected(program: UnderTest, servers: BadServer[], least: number): Promise<number> {
  const end = Date.now() + MOST_TIME;
  while (
    servers.some(({ connections }) => connections < least) && Date.now() < end &&
    program.outcome === undefined
  ) await new Promise((resolve) => setTimeout(resolve, 50));
  return servers.reduce((sum, { connections }) => sum + connections, 0);
}
