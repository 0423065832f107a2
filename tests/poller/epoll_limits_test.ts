/** As many Pollers as one socket can be in at once, and what is said beyond that. */

import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { Poller, Pull, Push } from "../../mod.ts";
import { descriptorLimit, openDescriptors, openedSince } from "../fds.ts";
import { LINUX } from "./support.ts";
import { freshAddress, join } from "../util.ts";
import { held, soon } from "../waiting.ts";

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
