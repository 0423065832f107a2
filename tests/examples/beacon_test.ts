/** The example of peers that find each other by broadcasts. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { on, once } from "node:events";
import { Pull } from "../../mod.ts";
import "../util.ts";
import { soon } from "../waiting.ts";
import { example } from "./examples.ts";
import type { Running } from "./support.ts";

/** Loopback has an address for broadcasts on Linux alone. */
const ignore = Deno.build.os !== "linux";
const EVERYONE = "127.255.255.255";
const ANY = "tcp://127.0.0.1:*";
const WHOLE = { status: 0, errors: "" };

/** A socket at a port that no one else had: others may listen at it, too. */
async function radio(): Promise<{ socket: Socket; port: number } & AsyncDisposable> {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  socket.bind(0);
  await once(socket, "listening");
  socket.setBroadcast(true);
  return {
    socket,
    port: socket.address().port,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}

Deno.test(
  "beacon: peers find each other, all that is typed comes to all others, in order, and one that is killed is noticed",
  { ignore },
  async () => {
    await using air = await radio();
    await using processes = new AsyncDisposableStack();
    const start = (name: string): [string, Running] => [
      name,
      processes.use(example("beacon.ts", name, EVERYONE, `${air.port}`, ANY, "1500")),
    ];
    const peers = new Map(["ada", "bob", "carol"].map(start));
    for (const [name, peer] of peers) {
      for (const other of peers.keys()) if (other !== name) await peer.printed(`${other} has come`);
    }
    const said = (name: string) => Array.from({ length: 100 }, (_, i) => `${name}'s line ${i}`);
    for (const [name, peer] of peers) {
      await peer.write(said(name).map((line) => `${line}\n`).join(""));
    }
    for (const [name, peer] of peers) {
      for (const other of peers.keys()) {
        if (other !== name) await peer.printed(`${other}: ${said(other).at(-1)}`);
      }
    }

    peers.get("carol")!.kill("SIGKILL");
    await peers.get("carol")!.ended();
    for (const name of ["ada", "bob"]) await peers.get(name)!.printed("carol has gone");
    peers.set(...start("dave"));
    for (const name of ["ada", "bob"]) await peers.get(name)!.printed("dave has come");
    for (const [name, peer] of peers) {
      peer.kill("SIGTERM");
      if (name !== "carol") assertEquals(await peer.ended(), WHOLE);
      const lines = await peer.lines();
      for (const other of ["ada", "bob", "carol"]) {
        if (other === name || name === "dave") continue;
        const heard = lines.filter((line) => line.startsWith(`${other}: `));
        assertEquals(heard, said(other).map((line) => `${other}: ${line}`));
      }
    }
  },
);

Deno.test(
  "beacon: a new peer is answered at once, one that ends says so, and what isn't a beacon does no harm",
  { ignore },
  async () => {
    await using air = await radio();
    const rarely = ["x".repeat(50), EVERYONE, `${air.port}`, ANY, "60000"];
    await using peer = example("beacon.ts", ...rarely);
    const messages = on(air.socket, "message");
    const heard = async () => String((await soon(messages.next())).value![0]);
    const beacon = /^beacon [-\da-f]{36} ([1-9]\d*) x{50}$/;
    const first = await heard();
    const port = first.match(beacon)![1];
    const say = (text: string) => air.socket.send(text, air.port, EVERYONE);
    const id = crypto.randomUUID();
    await using inbox = new Pull();
    const own = (await inbox.bind(ANY)).match(/\d+$/)![0];
    for (
      const text of [
        "",
        "beacon",
        `beacon ${id} 99999 eve`,
        `beacon ${id} 0 eve`,
        `beacon ${id} ${own} eve`,
      ]
    ) {
      say(text);
      assertEquals(await heard(), text);
    }
    await peer.printed("eve has come");
    await peer.write("hello\n");
    assertEquals((await soon(inbox.receive())).map(String), [rarely[0], "hello"]);
    assertEquals((await heard()).match(beacon)![1], port);
    say(`beacon ${id} 0 eve`);
    await peer.printed("eve has gone");
    peer.kill("SIGINT");
    const text = first.replace(` ${port} `, " 0 ");
    for (let last = ""; last !== text;) last = await heard();
    assertEquals(await peer.ended(), WHOLE);
    assertEquals(await peer.lines(), ["eve has come", "eve has gone"]);
  },
);
