/** Fuzzes sockets that have any number of peers: good ones are served all the time, beside the bad ones. */

import { attack, type BadServer } from "./peers.ts";
import { type FuzzOptions, portIn, type Seen, Setting } from "./setting.ts";

/** Peers that mean ill, at the same time. */
export const AT_ONCE = 16;

/** Fuzzes sockets for some seconds. */
export async function fuzz(options: FuzzOptions): Promise<Seen> {
  const { seconds, least = 0, most = Infinity } = options;
  await using setting = await Setting.open(options);
  const { side, types, random, faults } = setting;
  using kept = new DisposableStack();
  const peers = types.map((type) => kept.use(setting.goodPeer(type)));
  const bad: BadServer[] = [];
  const ports = new Map<string, number[]>();
  if (side === "connect") {
    for (const { type, socket } of peers) {
      const good = portIn(await socket.bind(`${setting.transport}://127.0.0.1:*`));
      const server = setting.badServer(type);
      bad.push(server);
      ports.set(type, [server.port, good]);
    }
  }
  await using program = setting.program(ports);
  const addresses = await program.addresses;
  if (side === "bind") { for (const { type, socket } of peers) socket.connect(addresses[type]); }

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
    const all = () => bad.reduce((sum, one) => sum + one.connections, connections);
    const goesOn = () =>
      (Date.now() < end || all() < least) && all() < most && program.outcome === undefined;
    const attackers = side === "connect" ? [] : Array.from({ length: AT_ONCE }, async () => {
      while (goesOn()) {
        const type = random.pick(types);
        await attack(portIn(addresses[type]), random, setting.speaker(type));
        connections++;
      }
    });
    do await serve(); while (goesOn());
    await Promise.all(attackers);
    const after = await setting.taken(program, before, all());
    return { connections: all(), before, after, faults };
  } catch (error) {
    const none = { rss: 0, descriptors: 0 };
    return { connections: 0, before: none, after: none, faults: [String(error)] };
  }
}
