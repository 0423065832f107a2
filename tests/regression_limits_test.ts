/** Very many sockets, and no descriptors left. */

import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { Context, Dealer, Poller, Pull, Push } from "../mod.ts";
import { defaultKind } from "../poller/create.ts";
import { descriptorLimit, openDescriptors, openedSince } from "./fds.ts";
import { KINDS, LINUX } from "./poller/support.ts";
import { freshAddress, join } from "./util.ts";
import { held, soon } from "./waiting.ts";
import { run } from "./program.ts";

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

/** As many Pollers that share a socket may wait at once, by Linux's epoll. */
const MOST_POLLERS = 500;
const FEW_DESCRIPTORS = descriptorLimit() < 2 * MOST_POLLERS;
const epollOnly = { ignore: !LINUX || FEW_DESCRIPTORS };

/** So many Pollers that have a socket. */
function pollersOf(socket: Pull, number: number): Poller[] {
  return Array.from({ length: number }, () => {
    const poller = new Poller({ backend: "epoll" });
    poller.add(socket);
    return poller;
  });
}

Deno.test(
  "a socket in more than 500 Pollers that had waited failed with a bare EINVAL",
  epollOnly,
  async () => {
    using pull = new Pull();
    using push = new Push();
    await join(pull, push, freshAddress("inproc"));
    const pollers = pollersOf(pull, MOST_POLLERS + 10);
    const wait = async (poller: Poller) => {
      const waiting = poller.wait();
      poller.wake();
      assertEquals(await soon(waiting), []);
    };
    for (const poller of pollers) await wait(poller);
    // And for each the next wait is like the first: it ends by what comes.
    for (const poller of [pollers[0], pollers[MOST_POLLERS - 1], pollers.at(-1)!]) {
      const waiting = poller.wait();
      await push.send("x");
      assertEquals((await soon(waiting)).map(({ source }) => source), [pull]);
      pull.tryReceive();
    }
    for (const poller of pollers) poller.close();
  },
);

Deno.test(
  "a socket that 500 Pollers had waited for couldn't be added to a Poller that had waited as well",
  epollOnly,
  async () => {
    using pull = new Pull();
    using other = new Pull();
    using later = new Poller({ backend: "epoll" });
    later.add(other);
    const pollers = pollersOf(pull, MOST_POLLERS);
    for (const poller of [later, ...pollers]) {
      const waiting = poller.wait();
      poller.wake();
      await soon(waiting);
    }
    later.add(pull);
    assertEquals(later.size, 2);
    for (const poller of pollers) poller.close();
  },
);

Deno.test(
  "the wait of a 501st Poller beside 500 that wait for the same socket says what the limit is",
  epollOnly,
  async () => {
    using pull = new Pull();
    using push = new Push();
    await join(pull, push, freshAddress("inproc"));
    const pollers = pollersOf(pull, MOST_POLLERS);
    const waits = pollers.map((poller) => held(poller.wait()));
    using one = new Poller({ backend: "epoll" });
    one.add(pull);
    const limit = { code: "EINVAL", call: "epoll_ctl", message: /At most 500 Pollers .*"poll"/ };
    await rejects(soon(one.wait()), limit);
    using waiting = new Poller({ backend: "epoll" });
    const wait = held(waiting.wait());
    throws(() => waiting.add(pull), limit);
    assertEquals(waiting.size, 0);
    // What was refused can be tried again, and does no harm to those that wait.
    pollers[0].wake();
    assertEquals(await soon(waits[0]), []);
    waits[0] = held(one.wait());
    await push.send("x");
    for (const ready of await soon(Promise.all(waits))) assertEquals(ready.length, 1);
    waiting.wake();
    assertEquals(await soon(wait), []);
    for (const poller of pollers) poller.close();
  },
);

Deno.test("a set that is added to itself isn't said to be in too many", epollOnly, () => {
  using poller = new Poller({ backend: "epoll" });
  const before = openDescriptors();
  using fresh = new Poller({ backend: "epoll" });
  const [own] = openedSince(before).map((text) => parseInt(text));
  throws(() => fresh.add(own), { code: "EINVAL", message: /invalid argument/ });
  poller.add(own);
});

/** Has no descriptor opened for a while: of those that are allowed then, all are in use for good. */
const EXHAUSTING = `
  import { openSync } from "node:fs";
  import { descriptorLimit, limitDescriptors } from "$ROOT/tests/fds.ts";
  // Half a second after its start Deno needs descriptors itself, for signals, and panics without.
  const nothing = () => {};
  Deno.addSignalListener("SIGUSR2", nothing);
  Deno.removeSignalListener("SIGUSR2", nothing);
  const most = descriptorLimit();
  while (openSync("/dev/null", "r") < 10);
  const exhaust = () => limitDescriptors(10);
  const giveBack = () => limitDescriptors(most);
  const codeOf = (body) => {
    try {
      body();
      return "none";
    } catch (error) {
      return error instanceof ZmqError ? error.code : String(error);
    }
  };
`;

for (const kind of KINDS) {
  Deno.test({
    name:
      `${kind}: without descriptors, sockets and Pollers fail with EMFILE, and work again later`,
    ignore: !LINUX,
    fn: async () => {
      const outcome = await run(
        `import { Poller, Pull, Push, ZmqError } from "$MOD";
        ${EXHAUSTING}
        const pull = new Pull();
        const push = new Push();
        await pull.bind("inproc://still-works");
        push.connect("inproc://still-works");
        exhaust();
        console.log("socket", codeOf(() => new Pull()));
        console.log("epoll Poller", codeOf(() => new Poller({ backend: "epoll" }).close()));
        // The first wait of all needs no descriptor that isn't there.
        const message = pull.receive();
        setTimeout(() => push.sendSync("x"), 10);
        console.log(String(await message));
        giveBack();
        new Pull().close();
        for (const backend of ["poll", "epoll"]) {
          using poller = new Poller({ backend });
          poller.add(pull);
          push.sendSync("x");
          console.log((await poller.wait()).length);
          pull.tryReceive();
        }
        `,
        { env: { ZMQ_POLLER: kind, DENO_NO_UPDATE_CHECK: "1" } },
      );
      assertEquals([outcome.stderr, outcome.code, outcome.signal], ["", 0, null]);
      assertEquals(outcome.stdout, "socket EMFILE\nepoll Poller EMFILE\nx\n1\n1\n");
    },
  });

  Deno.test({
    name: `${kind}: a Poller whose wait couldn't begin for want of descriptors can wait later`,
    ignore: !LINUX,
    fn: async () => {
      const outcome = await run(
        `import { Poller, Pull, ZmqError } from "$MOD";
        ${EXHAUSTING}
        new Pull().close(); // opens the reactor's own set
        const backend = "${kind}" === "epoll" ? "poll" : "epoll";
        using poller = new Poller({ backend });
        exhaust();
        console.log((await poller.wait().catch((error) => error)).code);
        giveBack();
        console.log((await poller.wait({ timeout: 1 })).length);
        `,
        { env: { ZMQ_POLLER: kind, DENO_NO_UPDATE_CHECK: "1" } },
      );
      assertEquals([outcome.stderr, outcome.code, outcome.signal], ["", 0, null]);
      assertEquals(outcome.stdout, "EMFILE\n0\n");
    },
  });
}
