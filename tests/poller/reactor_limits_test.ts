/** Very many sockets, and no descriptors left. */

import "../util.ts";
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Context, Dealer } from "../../mod.ts";
import { defaultKind } from "../../poller/create.ts";
import { descriptorLimit } from "../fds.ts";
import { held, soon } from "../waiting.ts";

const MANY = 1000;
const NEEDED = 2500;
/** select(2) takes no descriptor above 1023. */
const HOLDS_MANY = defaultKind() !== "select";

Deno.test({
  name:
    `of ${MANY} sockets that all wait, each gets what is sent to it (needs ${NEEDED} descriptors)`,
  ignore: descriptorLimit() < NEEDED || !HOLDS_MANY,
  fn: async () => {
    using context = new Context({ maxSockets: 2 * MANY + 100 });
    const crowd = Array.from({ length: MANY }, () => new Dealer({ context }));
    for (const [i, dealer] of crowd.entries()) await dealer.bind(`inproc://crowd-${i}`);
    const messages = crowd.map((dealer) => held(dealer.receive()));
    const peers = crowd.map(() => new Dealer({ context }));
    for (const [i, peer] of peers.entries()) {
      peer.connect(`inproc://crowd-${i}`);
      await peer.send(`${i}`);
    }
    for (const [i, message] of messages.entries()) {
      assertEquals((await soon(message))[0].text(), `${i}`);
    }
    for (const peer of peers) peer.close();
    for (const dealer of crowd) dealer.close();
  },
});

Deno.test({
  name: "closing a thousand sockets, each with a receive that waits, ends all of them",
  ignore: !HOLDS_MANY,
  fn: async () => {
    using context = new Context({ maxSockets: MANY + 100 });
    const number = Math.min(MANY, descriptorLimit() - 200);
    const crowd = Array.from({ length: number }, () => new Dealer({ context }));
    const ends = crowd.map((dealer) => dealer.receive().then(() => "", (error) => error.code));
    for (const dealer of crowd) dealer.close();
    assertEquals(new Set(await soon(Promise.all(ends))), new Set(["EBADF"]));
  },
});
