/** Sockets that no one uses, and whose peers come and go. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Poller, Pull, Push, type Socket } from "../../mod.ts";
import { READABLE } from "../../poller/backend.ts";
import { pipe, put, readiness } from "../fds.ts";
import { hastyLooks, KINDS, Looks, Parks } from "./support.ts";
import { join } from "../util.ts";
import { HandMadePeer } from "../zmtp.ts";
import { held, soon, turnsUntil } from "../waiting.ts";

// Connections that come and go at a socket that no one uses -----------------------------------------

const VISITORS = 1000;

/** A thousand peers come, introduce themselves, and go. */
async function comeAndGo(socket: Socket): Promise<void> {
  for (let i = 0; i < VISITORS; i += 20) {
    const peers = Array.from({ length: 20 }, () => HandMadePeer.connect(socket, "PUSH"));
    for (const peer of await Promise.all(peers)) peer.close();
  }
}

/** Claims that the socket's commands were read, and that it still works. */
async function assertEmptied(pull: Pull, looks: Looks): Promise<void> {
  await turnsUntil(() => looks.of(pull) > 0, "a look");
  await turnsUntil(() => (readiness(pull.fd) & READABLE) === 0, "silence");
  using push = new Push();
  push.connect(pull.lastEndpoint!);
  await soon(push.send("still there"));
  assertEquals((await soon(pull.receive()))[0].text(), "still there");
}

Deno.test("a thousand connections at a socket no one uses, while another waits: its mailbox is emptied", async () => {
  using pull = new Pull();
  await pull.bind("tcp://127.0.0.1:*");
  using other = new Pull();
  using push = new Push();
  await join(other, push);
  const message = held(other.receive());
  using looks = new Looks();
  await comeAndGo(pull);
  // Not once at the end, but as they come.
  assert(looks.of(pull) >= 5, `${looks.of(pull)} looks`);
  await assertEmptied(pull, looks);
  await push.send("x");
  await soon(message);
});

for (const backend of KINDS) {
  Deno.test(`a thousand connections at a socket no one uses, while only a ${backend} Poller waits`, async () => {
    using _hasty = hastyLooks();
    using pull = new Pull();
    await pull.bind("tcp://127.0.0.1:*");
    using poller = new Poller({ backend });
    using line = pipe();
    poller.add(line.read);
    const wait = held(poller.wait());
    using looks = new Looks();
    await comeAndGo(pull);
    await assertEmptied(pull, looks);
    put(line.write);
    assertEquals((await soon(wait)).length, 1);
  });
}

Deno.test("a thousand connections at a socket no one uses, while nothing waits: its mailbox is emptied", async () => {
  using _hasty = hastyLooks();
  using pull = new Pull();
  await pull.bind("tcp://127.0.0.1:*");
  await Poller.idle();
  using parks = new Parks();
  using looks = new Looks();
  await comeAndGo(pull);
  await turnsUntil(() => looks.of(pull) > 0, "a look");
  assertEquals(parks.count, 0);
  await assertEmptied(pull, looks);
});
