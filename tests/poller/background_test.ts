/** Sockets that are served though no one waits for them, as the library's own are. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, Pair, Poller, Pull, Push } from "../../mod.ts";
import { BACKGROUND_INTERVAL } from "../../poller/background.ts";
import { serveOthers } from "../../poller/blocked.ts";
import { takeBudget } from "../../poller/budget.ts";
import { Alarm } from "../../poller/alarm.ts";
import { reactor } from "../../poller/reactor.ts";
import { type Handle, handleOf } from "../../socket/handle.ts";
import { Bell, KINDS, Looks, Parks, Patience } from "./support.ts";
import { freshAddress, join } from "../util.ts";
import { soon, turns, turnsUntil } from "../waiting.ts";
import { throwsCode } from "../failures.ts";
import { watched } from "../replacing.ts";
import { run } from "../program.ts";
import { Reported } from "../reported.ts";

/** A pair of which one end takes down what comes, without ever receiving. */
async function backgroundPair(address = freshAddress("inproc")) {
  const one = new Pair({ linger: 0 });
  const peer = new Pair({ linger: 0 });
  await join(one, peer, address);
  const seen: string[] = [];
  const handle = handleOf(one) as Handle;
  handle.setBackgroundHandler(() => {
    for (const message of one.drain()) seen.push(message.join("|"));
  });
  return { one, peer, handle, seen, [Symbol.dispose]: () => [one, peer].forEach((s) => s.close()) };
}

Deno.test("while another socket's receive waits, a background source is served by its edge", async () => {
  using sockets = await backgroundPair(freshAddress("tcp"));
  const { peer, seen } = sockets;
  using parks = new Parks();
  using _patience = new Patience();
  for (let i = 0; i < 5; i++) {
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
    await peer.send(`${i}`);
    await turnsUntil(() => seen.length === i + 1, "the message");
  }
  assertEquals(seen, ["0", "1", "2", "3", "4"]);
});

for (const backend of KINDS) {
  Deno.test(`a background socket is served while a ${backend} Poller waits`, async () => {
    using sockets = await backgroundPair(freshAddress("tcp"));
    using poller = new Poller({ backend });
    const wait = poller.wait();
    await sockets.peer.send("hello");
    await turnsUntil(() => sockets.seen.length === 1, "the message");
    poller.wake();
    await soon(wait);
  });
}

Deno.test("while nothing waits, a background socket is served within a few dozen ms, and no thread waits", async () => {
  using sockets = await backgroundPair(freshAddress("tcp"));
  using parks = new Parks();
  const times: number[] = [];
  for (let i = 0; i < 10; i++) {
    await sockets.peer.send(`${i}`);
    const begun = performance.now();
    await turnsUntil(() => sockets.seen.length === i + 1, "the message");
    times.push(performance.now() - begun);
  }
  // The idle timer of other sockets would take a second each time; on a busy machine some of these may be late, too.
  assert(Math.min(...times) < 20 * BACKGROUND_INTERVAL, `${times} ms`);
  assertEquals(parks.count, 0);
});

Deno.test("what had come before is seen without anything else happening", async () => {
  using pull = new Pull();
  using push = new Push();
  await join(pull, push);
  await push.send("early");
  while (!pull.readable);
  let seen = 0;
  (handleOf(pull) as Handle).setBackgroundHandler(() => seen += [...pull.drain()].length);
  await turns(2);
  assertEquals(seen, 1);
});

Deno.test("what other calls on a background socket use up is looked at again", async () => {
  using sockets = await backgroundPair();
  const { one, peer, seen } = sockets;
  for (let i = 0; i < 20; i++) {
    assert(peer.trySend(`${i}`));
    assert(one.readable); // takes the edge
    assert(one.trySend("back"));
    await turns(2);
    assertEquals(seen.length, i + 1);
    peer.tryReceive();
  }
});

Deno.test("a callback that leaves messages is called again in later turns, until none is left", async () => {
  using one = new Pair({ linger: 0 });
  using peer = new Pair({ linger: 0 });
  await join(one, peer, freshAddress("inproc"));
  const seen: string[] = [];
  (handleOf(one) as Handle).setBackgroundHandler(() => seen.push(String(one.tryReceive())));
  for (const text of ["one", "two", "three"]) assert(peer.trySend(text));
  for (let i = 1; i <= 3; i++) {
    await turnsUntil(() => seen.length >= i, "the message");
    assertEquals(seen.length, i); // one a turn
  }
  await turns(5);
  assertEquals(seen, ["one", "two", "three"]);
});

Deno.test("receives that wait on a background socket come first", async () => {
  using sockets = await backgroundPair();
  const { one, peer, seen } = sockets;
  const message = one.receive();
  assert(peer.trySend("for the receive"));
  assert(peer.trySend("for the callback"));
  assertEquals(String(await soon(message)), "for the receive");
  await turnsUntil(() => seen.length === 1, "the other message");
  assertEquals(seen, ["for the callback"]);
});

Deno.test("a background socket's sends that wait go out as well", async () => {
  const options = { linger: 0, sendHighWaterMark: 1, receiveHighWaterMark: 1 };
  using one = new Dealer(options);
  using peer = new Dealer(options);
  await join(one, peer, freshAddress("inproc"));
  let seen = 0;
  (handleOf(one) as Handle).setBackgroundHandler(() => seen += [...one.drain()].length);
  while (one.trySend("filling"));
  const sent = one.send("waiting");
  assert(peer.trySend("in"));
  await turnsUntil(() => seen === 1, "the message");
  assert([...peer.drain()].length > 0);
  await soon(sent);
});

Deno.test("a callback may close its socket", async () => {
  using one = new Pair({ linger: 0 });
  using peer = new Pair({ linger: 0 });
  await join(one, peer, freshAddress("inproc"));
  let calls = 0;
  using looks = new Looks();
  (handleOf(one) as Handle).setBackgroundHandler(() => {
    calls++;
    one.close();
    looks.reset();
  });
  assert(peer.trySend("x"));
  await turnsUntil(() => one.closed, "the end");
  await turns(3);
  assertEquals([calls, looks.of(one)], [1, 0]);
});

Deno.test("a callback that throws is reported, and the socket is shown to it again", async () => {
  using one = new Pair({ linger: 0 });
  using peer = new Pair({ linger: 0 });
  await join(one, peer, freshAddress("inproc"));
  const mistake = new Error("a mistake");
  using reported = new Reported();
  let calls = 0;
  (handleOf(one) as Handle).setBackgroundHandler(() => {
    if (++calls === 1) throw mistake;
    for (const _ of one.drain());
  });
  assert(peer.trySend("x"));
  await turnsUntil(() => calls === 2, "the second call");
  assertEquals(reported.errors, [mistake]);
});

Deno.test("setBackgroundHandler(undefined), and closing, take a background socket's place away", async () => {
  const before = handleOf(new Pair()) as Handle;
  assertEquals(before.dependents, 0);
  using sockets = await backgroundPair();
  const { one, peer, handle, seen } = sockets;
  assertEquals(handle.dependents, 1);
  handle.setBackgroundHandler(() => {});
  assertEquals(handle.dependents, 1);
  handle.setBackgroundHandler(undefined);
  handle.setBackgroundHandler(undefined);
  assertEquals([handle.dependents, handle.backgroundUses], [0, 0]);
  assert(peer.trySend("x"));
  await turns(3);
  assertEquals(seen, []);
  handle.setBackgroundHandler(() => {});
  one.close();
  assertEquals([handle.dependents, handle.backgroundUses], [0, 0]);
  throwsCode(() => handle.setBackgroundHandler(() => {}), "EBADF");
  before.close();
});

for (const how of ["receiveSync", "waitSync"] as const) {
  Deno.test(`while ${how} blocks the thread, background sockets are served`, async () => {
    using sockets = await backgroundPair(freshAddress("inproc"));
    const { one, peer, handle } = sockets;
    // Who answers from within the callback, and thus lets go on what blocks.
    handle.setBackgroundHandler(() => {
      for (const [message] of one.drain()) one.trySend(`${message}!`);
    });
    await turns(2);
    assert(peer.trySend("hello"));
    if (how === "waitSync") {
      using poller = new Poller();
      poller.add(peer);
      assertEquals(poller.waitSync({ timeout: 10_000 }).length, 1);
      assertEquals(String(peer.tryReceive()), "hello!");
    } else {
      assertEquals(String(peer.receiveSync({ timeout: 10_000 })), "hello!");
    }
  });
}

Deno.test("the next look at idle sockets comes sooner while there is a background source, and not after that", async () => {
  await Poller.idle();
  let delays: number[] = [];
  let stopped = 0;
  using _set = watched(Alarm.prototype, "setEarlier", (at) => {
    if (at !== Infinity) delays.push(Math.round(at - performance.now()));
  });
  using _stop = watched(Alarm.prototype, "stop", () => void stopped++);
  const taken = () => {
    const taken = [...new Set(delays)];
    delays = [];
    return taken;
  };
  using one = new Pair();
  using other = new Pair();
  assertEquals(taken(), [1000]);
  (handleOf(one) as Handle).setBackgroundHandler(() => {});
  (handleOf(other) as Handle).setBackgroundHandler(() => {});
  assertEquals(taken(), [BACKGROUND_INTERVAL]);
  one.close();
  (handleOf(other) as Handle).setBackgroundHandler(undefined);
  delays = [];
  await turnsUntil(
    () => delays.length > 0,
    "the look that was scheduled, which schedules the next",
  );
  assertEquals(taken(), [1000]);
  other.close();
  assertEquals(stopped, 1);
});

Deno.test("a background socket isn't asked while nothing happens on it", async () => {
  using sockets = await backgroundPair();
  await turns(3);
  using looks = new Looks();
  using patience = new Patience(4 * BACKGROUND_INTERVAL);
  await turnsUntil(() => patience.expired, "the deadline");
  reactor().recheck();
  assertEquals(looks.of(sockets.one), 0);
});

Deno.test("rule 9: a wait that blocks its thread is cut short while there is a background source", () => {
  assertEquals([10, 60_000].map(serveOthers), [10, 60_000]);
  using bell = new Bell();
  reactor().addBackground(bell);
  assertEquals([10, 60_000].map(serveOthers), [10, BACKGROUND_INTERVAL]);
  reactor().removeBackground(bell);
});

Deno.test("rule 9: a program that only blocked let some ten peers in, and then none, since no tick began a new budget", async () => {
  using sockets = await backgroundPair();
  const { one, peer, handle, seen } = sockets;
  using pull = new Pull();
  using push = new Push({ linger: 0 });
  await join(pull, push, freshAddress("inproc"));
  // As an authenticator does; and what blocks goes on.
  handle.setBackgroundHandler(() => {
    for (let message; takeBudget() && (message = one.tryReceive()) !== undefined;) {
      seen.push(String(message));
      assert(push.trySend("go on"));
    }
  });
  await turns(2);
  using poller = new Poller();
  poller.add(pull);
  while (takeBudget());
  assert(peer.trySend("one"));
  pull.receiveSync({ timeout: 10_000 });
  while (takeBudget());
  assert(peer.trySend("two"));
  assertEquals(poller.waitSync({ timeout: 10_000 }).length, 1);
  assertEquals(seen, ["one", "two"]);
});

const CALLS: Record<string, (pull: Pull, poller: Poller) => void> = {
  receiveSync: (pull) => void pull.receiveSync({ timeout: 10_000 }),
  visit: (pull) => void pull.visit(() => {}, { limit: 1, timeout: 10_000 }),
  waitSync: (pull) => void (pull.waitSync() && pull.tryReceive()),
  "Poller.waitSync": (pull, poller) => void (poller.waitSync().length > 0 && pull.tryReceive()),
};
for (const [how, call] of Object.entries(CALLS)) {
  Deno.test(`rule 9: while one peer's messages came without a pause, ${how} let no other peer in`, async () => {
    using sockets = await backgroundPair();
    using pull = new Pull();
    using push = new Push({ linger: 0 });
    await join(pull, push, freshAddress("inproc"));
    using poller = new Poller();
    poller.add(pull);
    await turns(2);
    assert(push.trySend("first"));
    assert(sockets.peer.trySend("hello"));
    const end = performance.now() + 2 * BACKGROUND_INTERVAL;
    for (let isOver = false; !isOver;) {
      isOver = performance.now() >= end; // so one call comes after it, however slow the machine is
      assert(push.trySend("further"));
      call(pull, poller);
    }
    assertEquals(sockets.seen, ["hello"]);
  });
}

Deno.test("an error of a background source once ended another socket's receiveSync", async () => {
  using pair = await backgroundPair();
  using bell = new Bell();
  reactor().addBackground(bell);
  bell.then = () => {
    throw new Error("injected");
  };
  using reported = new Reported();
  throwsCode(() => pair.peer.receiveSync({ timeout: 1 }), "EAGAIN");
  reactor().removeBackground(bell);
  bell.then = undefined;
  assertEquals(new Set(reported.errors.map(String)), new Set(["Error: injected"]));
});

Deno.test("a background socket doesn't keep the process alive", async () => {
  const { code, stdout } = await run(`
    import { Pull } from "$MOD";
    import { handleOf } from "$ROOT/socket/handle.ts";
    const pull = new Pull();
    await pull.bind("tcp://127.0.0.1:*");
    handleOf(pull).setBackgroundHandler(() => {});
    console.log("done");
  `);
  assertEquals([code, stdout], [0, "done\n"]);
});
