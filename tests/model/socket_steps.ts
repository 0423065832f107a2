/** Commands that open, join, part and close sockets and contexts, and that let time pass. */

import { Context } from "../../mod.ts";
import { TRANSPORTS } from "../util.ts";
import { pause, turn } from "../waiting.ts";
import { settle } from "./ending.ts";
import { type KindName, KINDS, type Peer, SHORT_LINGER } from "./peers.ts";
import { pick, type Step, step } from "./steps.ts";
import { Violation } from "./watched.ts";
import type { World } from "./world.ts";

const PATTERNS: readonly KindName[] = ["Pull", "Subscriber", "Reply", "Router", "Pair"];
const MARKS = [1000, 1, 2, 5];
const TOPICS = ["", "a"] as const;
/** As many sockets as a sequence has open: more only hide each other. */
const MANY = 8;

function openPeers(world: World): Peer[] {
  return world.peers.filter(({ open }) => open);
}

/** Two new sockets, one bound and one connected. */
export const LINK: Step = step(
  "link",
  4,
  { pattern: 4, transport: 2, side: 1, mark: 3, order: 3, topic: 1, context: 1 },
  async (world, { pattern, transport: which, side, mark, order, topic, context: index }) => {
    const context = pick(world.contexts, index);
    if (context === undefined || openPeers(world).length > MANY - 2) return;
    const kind = KINDS[PATTERNS[pattern]];
    const kinds = side === 0 ? [kind, KINDS[kind.other]] : [KINDS[kind.other], kind];
    const transport = TRANSPORTS[which];
    // Before anything is bound there, a socket can be connected to names that are known.
    const early = order === 3 && transport === "inproc" && kind.name !== "Subscriber";
    const [bound, connected] = kinds.map((one) => world.open(one, context, MARKS[mark]));
    world.say(
      `${bound.name} bound, and ${connected.name} connected${early ? " before" : ""}: ` +
        `${transport}, mark ${MARKS[mark]}` +
        (kind.name === "Subscriber" ? `, topic "${TOPICS[topic]}"` : ""),
    );
    const wanted = world.freshAddress(transport);
    if (early) connected.socket.connect(wanted);
    const { address } = await world.bind(bound, transport, wanted);
    if (!early) connected.socket.connect(address);
    const joined = world.linked(connected, bound, address, transport);
    if (kind.name === "Subscriber") await world.subscribed(joined, TOPICS[topic]);
  },
);

/** A new socket, connected to what is bound already. */
const another = step(
  "another",
  2,
  { endpoint: 7, mark: 3, topic: 1 },
  async (world, { endpoint: index, mark, topic }) => {
    if (openPeers(world).length > MANY - 1) return;
    const endpoints = world.peers.flatMap(({ open, bound, kind }) =>
      open && kind.exclusive !== true ? bound : []
    );
    const endpoint = pick(endpoints, index);
    if (endpoint === undefined) return;
    const { peer: bound, address, transport } = endpoint;
    const connected = world.open(KINDS[bound.kind.other], bound.context, MARKS[mark]);
    const subscribes = [bound, connected].some(({ kind }) => kind.name === "Subscriber");
    world.say(`${connected.name} connected to ${bound.name}, mark ${MARKS[mark]}`);
    connected.socket.connect(address);
    const joined = world.linked(connected, bound, address, transport);
    if (subscribes) {
      const subscriber = bound.kind.toAll ? connected : bound;
      await world.subscribed(joined, bound.kind.toAll ? TOPICS[topic] : subscriber.topic as "a");
    }
  },
);

/** A socket that is bound to one more address. */
const bindMore = step(
  "bind more",
  1,
  { peer: 7, transport: 2 },
  async (world, { peer: index, transport }) => {
    const peer = pick(openPeers(world).filter(({ kind }) => !kind.exclusive), index);
    if (peer === undefined) return;
    const which = TRANSPORTS[transport];
    world.say(`${peer.name} bound once more: ${which}`);
    await world.bind(peer, which, world.freshAddress(which));
  },
);

const disconnect = step("disconnect", 1, { link: 7 }, (world, { link: index }) => {
  const links = openPeers(world).flatMap((peer) =>
    peer.links.filter((link) => link.connected === peer && link.state === "up")
  );
  const link = pick(links, index);
  if (link === undefined) return;
  const { connected, bound } = link;
  if (!world.mayLetGo(connected) || !world.mayLetGo(bound)) return;
  world.say(`${connected.name} disconnected from ${bound.name}`);
  world.loosen(link);
  connected.abandon(() => connected.socket.disconnect(link.address));
});

const unbind = step("unbind", 1, { endpoint: 7 }, async (world, { endpoint: index }) => {
  const endpoint = pick(openPeers(world).flatMap(({ bound }) => bound), index);
  if (endpoint === undefined) return;
  const { peer, address } = endpoint;
  const links = peer.links.filter((link) => link.address === address);
  if (links.some((link) => !world.mayLetGo(link.other(peer))) || !world.mayLetGo(peer)) {
    return;
  }
  world.say(`${peer.name} unbound`);
  for (const link of links) world.loosen(link);
  peer.bound.splice(peer.bound.indexOf(endpoint), 1);
  await peer.abandon(() => peer.socket.unbind(address));
});

const close = step("close", 2, { peer: 7 }, async (world, { peer: index }) => {
  const peer = pick(openPeers(world), index);
  if (peer === undefined || !world.mayLetGo(peer)) return;
  world.say(`${peer.name} closed`);
  await world.close(peer);
});

/** Whatever is called on a closed socket says so, and closing it again does nothing. */
const useClosed = step("use closed", 1, { peer: 7 }, async (world, { peer: index }) => {
  const peer = pick(world.peers.filter(({ state }) => state === "closed"), index);
  if (peer === undefined) return;
  world.say(`${peer.name}, which is closed, used`);
  const { socket, kind } = peer;
  const calls = [
    ...(kind.receives ? [() => socket.receive(), () => socket.tryReceive()] : []),
    ...(kind.sends ? [() => socket.send(["x", "y"]), () => socket.trySend(["x", "y"])] : []),
    () => socket.wait(),
    () => socket.bind("inproc://late"),
    () => socket.lastEndpoint,
  ];
  for (const call of calls) {
    let outcome: unknown;
    try {
      outcome = `returns ${await call()}`;
    } catch (error) {
      if ((error as { code?: string }).code === "EBADF") continue;
      outcome = error;
    }
    throw new Violation(`${call} on a closed socket: ${outcome}`);
  }
  socket.close();
  const ready = [kind.receives && socket.readable, kind.sends && socket.writable];
  if (ready.includes(true)) throw new Violation(`${peer.name} is closed, and ready: ${ready}`);
});

const openContext = step("context", 1, {}, (world) => {
  if (world.contexts.length > 1) return;
  world.say("a second context opened");
  world.contexts.push(new Context({ exitLinger: 0 }));
});

const closeContext = step("close context", 1, { context: 1 }, async (world, { context: index }) => {
  const context = pick(world.contexts, index);
  const members = world.peers.filter((peer) => peer.context === context && peer.state !== "closed");
  if (context === undefined || !members.every((peer) => world.mayLetGo(peer))) return;
  world.say(`the context of ${members.map(({ name }) => name)} closed`);
  const waiting = members.flatMap(({ receives, sends, waits }) => [
    ...receives,
    ...sends,
    ...waits,
  ]);
  for (const peer of members) {
    peer.socket.linger = SHORT_LINGER;
    world.forget(peer, false);
    for (const one of world.pollers) one.forget(peer, world.turns);
  }
  world.contexts.splice(world.contexts.indexOf(context), 1, new Context({ exitLinger: 0 }));
  context.close();
  await world.assertSettled(waiting, "the context was closed");
});

const shutdown = step("shutdown", 1, { context: 1 }, (world, { context: index }) => {
  const context = pick(world.contexts, index);
  const members = world.peers.filter((peer) => peer.context === context && peer.open);
  if (members.length === 0 || !members.every((peer) => world.mayLetGo(peer))) return;
  world.say(`the context of ${members.map(({ name }) => name)} shut down`);
  for (const peer of members) {
    peer.socket.linger = SHORT_LINGER;
    world.forget(peer, false);
    peer.state = "shut";
  }
  world.contexts.splice(world.contexts.indexOf(context!), 1, new Context({ exitLinger: 0 }));
  world.retired.push(context!);
  context!.shutdown();
});

/** Reading options changes nothing, and takes no one's wake-up. */
const readOptions = step(
  "read options",
  3,
  { peer: 7, option: 3 },
  (world, { peer: index, option }) => {
    const peer = pick(openPeers(world), index);
    if (peer === undefined) return;
    const { socket, kind } = peer;
    const EVENTS = 15;
    const [name, read] = ([
      ["readable", () => kind.receives && socket.readable],
      ["writable", () => kind.sends && socket.writable],
      ["lastEndpoint", () => socket.lastEndpoint],
      ["the option of events", () => socket.getOption(EVENTS, "int")],
    ] as const)[option];
    const certain = kind.receives && world.certainNow(peer);
    const value = read();
    world.say(`${peer.name}: ${name} read, ${value}`);
    if (name === "readable" && certain && value !== true) {
      throw new Violation(`${peer.name} has a message, and isn't readable`);
    }
    if (name === "readable" && value === true && peer.receives.length === 0) {
      peer.seenReadable = true;
    }
  },
);

const letTurn = step("turn", 4, { turns: 2 }, async (world, { turns }) => {
  world.say(turns === 0 ? "a turn" : `${turns + 1} turns`);
  for (let i = 0; i <= turns; i++) await turn();
  world.turns++;
});

const letPass = step("pause", 1, { ms: 3 }, async (world, { ms }) => {
  world.say(`${ms + 1} ms`);
  await pause(ms + 1);
  world.turns++;
});

const settled = step("settle", 3, {}, async (world) => {
  world.say("what must settle has settled");
  await settle(world);
});

/** All of them. */
export const SOCKET_STEPS: readonly Step[] = [
  LINK,
  another,
  bindMore,
  disconnect,
  unbind,
  close,
  useClosed,
  openContext,
  closeContext,
  shutdown,
  readOptions,
  letTurn,
  letPass,
  settled,
];
