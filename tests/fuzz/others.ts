/** What isn't ZMTP over tcp: certificates' files, datagrams and SOCKS proxies. Each returns how much there was, and faults. */

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { Pull } from "../../mod.ts";
import { Certificate, CertificateFolder } from "../../security/mod.ts";
import { conversation } from "./conversation.ts";
import { talk } from "./peers.ts";
import { GOOD } from "./plan.ts";
import type { Random } from "./random.ts";
import { UnderTest } from "./under_test.ts";

export interface OtherSeen {
  count: number;
  faults: string[];
}

/** A file's content that takes longer to read than this is a fault: it stops the thread. */
const SLOW = 1000; // ms
/** How long a good peer may take. */
const SERVED = 10_000; // ms
const TEXT = new TextEncoder();

/** Certificates' files that are broken in one way or another are refused, soon, and a folder without them is loaded. */
export async function fuzzCertificates(random: Random, seconds: number): Promise<OtherSeen> {
  const faults: string[] = [];
  const folder = await Deno.makeTempDir({ prefix: "zmq-" });
  const path = `${folder}/ada.key`;
  const end = Date.now() + seconds * 1000;
  let count = 0;
  try {
    await Certificate.create({ name: "Ada" }).toPublic().save(path);
    const whole = await Deno.readFile(path);
    for (; Date.now() < end && faults.length === 0; count++) {
      await Deno.writeFile(path, brokenFile(random, whole));
      const begin = Date.now();
      try {
        await Certificate.load(path);
      } catch (error) {
        if (!(error instanceof SyntaxError)) faults.push(`a broken file is refused by ${error}`);
      }
      await CertificateFolder.open(folder, { skipBroken: true })
        .catch((error) => faults.push(`a broken file has its folder refused: ${error}`));
      if (Date.now() - begin > SLOW) faults.push("a broken file takes long");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return { count, faults };
}

function brokenFile(random: Random, whole: Uint8Array): Uint8Array {
  const at = random.below(whole.length);
  const [before, after] = [whole.subarray(0, at), whole.subarray(at)];
  const filler = random.pick([
    " ",
    "\t",
    "\0",
    "\n",
    '"',
    "=",
    "#",
    "    a\n",
    "\ufeff",
    "é",
    "\r\n",
  ]);
  const middle = random.pick([
    () => random.bytes(random.size(200)),
    () => TEXT.encode(filler.repeat(random.size(200_000))),
    () => whole,
    () => whole.subarray(random.below(whole.length)),
  ])();
  return random.chance(0.2) ? before : new Uint8Array([...before, ...middle, ...after]);
}

/**
 * A Dish over udp:// hears a good group among datagrams of noise. Groups of more than 127 bytes are left out: they are a
 * weakness of libzmq's own.
 */
export async function fuzzDatagrams(random: Random, seconds: number): Promise<OtherSeen> {
  const faults: string[] = [];
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await using program = new UnderTest({ kind: "udp", address: `udp://127.0.0.1:${port}` });
  await program.addresses;
  const sender = createSocket("udp4");
  const end = Date.now() + seconds * 1000;
  let count = 0;
  while (Date.now() < end && program.outcome === undefined) {
    for (let i = 0; i < 200; i++, count++) {
      const bytes = random.bytes(random.size(2000));
      if (bytes.length > 0) bytes[0] &= 127;
      sender.send(bytes, port, "127.0.0.1");
    }
    const text = `${GOOD} ${count}`;
    const heard = program.heard("udp", text).then(() => true);
    if (!await until(heard, () => sender.send([Uint8Array.of(4), GOOD, text], port, "127.0.0.1"))) {
      faults.push(program.outcome ?? "a Dish over udp:// doesn't hear a good datagram");
      break;
    }
  }
  sender.close();
  return { count, faults };
}

/**
 * A Push whose connections go through a proxy that is silent, stops in the middle, or leads to a bad server gets through when
 * the proxy is a good one. Proxies that refuse or end a connection are left out: they are a weakness of libzmq's own.
 */
export async function fuzzProxies(random: Random, seconds: number): Promise<OtherSeen> {
  const faults: string[] = [];
  using pull = new Pull({ receiveHighWaterMark: 0 });
  const good = await pull.bind("tcp://127.0.0.1:*");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let honest = false;
  let count = 0;
  (async () => {
    for await (const connection of listener) {
      count++;
      const accepted = Uint8Array.of(5, 0, 5, 0, 0, 1, 127, 0, 0, 1, 0, 0);
      if (honest) proxy(connection, Number(/\d+$/.exec(good)![0]), accepted).catch(() => {});
      else {
        const said = random.chance(0.5)
          ? accepted.slice(0, random.below(accepted.length))
          : accepted;
        const steps = said === accepted ? conversation(random, random.bytes(200)) : [];
        talk(connection, [{ write: said }, ...steps], 1000);
      }
    }
  })();
  await using program = new UnderTest({
    kind: "socks",
    address: good,
    proxy: `127.0.0.1:${listener.addr.port}`,
  });
  await program.addresses;
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end && program.outcome === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  honest = true;
  const heard = pull.receive({ timeout: SERVED }).then(() => true, () => false);
  if (program.outcome !== undefined || !await heard) {
    faults.push(program.outcome ?? "a Push doesn't get through a good proxy");
  }
  listener.close();
  return { count, faults };
}

/** An honest proxy's part of one connection. */
async function proxy(client: Deno.TcpConn, port: number, answers: Uint8Array): Promise<void> {
  const buffer = new Uint8Array(1000);
  await client.read(buffer);
  await client.write(answers.subarray(0, 2));
  await client.read(buffer);
  await client.write(answers.subarray(2));
  const server = await Deno.connect({ hostname: "127.0.0.1", port });
  await Promise.all([
    client.readable.pipeTo(server.writable),
    server.readable.pipeTo(client.writable),
  ]);
}

/** Tries again and again until a promise is there. */
async function until(promise: Promise<boolean>, attempt: () => void): Promise<boolean> {
  for (const end = Date.now() + SERVED; Date.now() < end;) {
    attempt();
    const later = new Promise<false>((resolve) => setTimeout(resolve, 50, false));
    if (await Promise.race([promise, later])) return true;
  }
  return false;
}
