/**
 * The rules that keep wake-ups from being lost, and the process from turning in circles: the seventh to the ninth.
 * Each test fails when its rule is broken.
 */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, type Pollable, Poller, Pull, Push, Reply, Router } from "../../mod.ts";
import { type Backend, READABLE, WRITABLE } from "../../poller/backend.ts";
import { defaultKind } from "../../poller/create.ts";
import { Alarm } from "../../poller/alarm.ts";
import { reactor } from "../../poller/reactor.ts";
import { pipe, put, readiness } from "../fds.ts";
import { freshAddress, join } from "../util.ts";
import {
  Bell,
  dealers,
  eachBackend,
  fillUp,
  hastyLooks,
  keys,
  KINDS,
  Looks,
  Main,
  Parks,
  Patience,
} from "./support.ts";
import { held, soon, STUCK, turns, turnsUntil } from "../waiting.ts";
import { throwsCode } from "../failures.ts";
import { replaced, watched } from "../replacing.ts";

/** Claims that in 200 ms, of which each 50 may bring a trial, nothing turns in circles. */
async function assertQuiet(socket: Pollable): Promise<void> {
  using parks = new Parks();
  using looks = new Looks();
  using patience = new Patience(200);
  await turnsUntil(() => patience.expired, "the deadline");
  assert(parks.count <= 20, `${parks.count} parks`);
  assert(looks.of(socket) <= 40, `${looks.of(socket)} looks`);
}

// Rule 7: who was refused is tried again at the next edge, or after 50 ms, whatever ZMQ_EVENTS says.

/** A mandatory router with two peers, of which one takes nothing. */
async function routerWithFullPeer() {
  const options = { linger: 0, receiveHighWaterMark: 1, sendHighWaterMark: 1 };
  const router = new Router({ ...options, mandatory: true });
  await router.bind(freshAddress("inproc"));
  const [full, other] = ["full", "other"].map((routingId) => {
    const dealer = new Dealer({ ...options, routingId });
    dealer.connect(router.lastEndpoint!);
    return dealer;
  });
  for (const dealer of [full, other]) {
    await dealer.send("here I am");
    await soon(router.receive());
  }
  while (router.trySend(["full", "filling"]));
  const close = () => [router, full, other].forEach((socket) => socket.close());
  return { router, full, other, [Symbol.dispose]: close };
}

Deno.test("rule 7: a ROUTER that says writable and refuses isn't tried in circles", async () => {
  using sockets = await routerWithFullPeer();
  const { router, full } = sockets;
  const sent = held(router.send(["full", "waiting"]));
  assertEquals(router.writable, true);
  await assertQuiet(router);
  assert([...full.drain()].length > 0);
  await soon(sent);
});

for (const over of eachBackend()) {
  Deno.test(over("rule 7: nor while a Poller and a receive wait for it as well", async (poller) => {
    using sockets = await routerWithFullPeer();
    const { router, full, other } = sockets;
    poller.add(router, { key: "router" });
    const sent = held(router.send(["full", "waiting"]));
    const message = held(router.receive());
    const wait = held(poller.wait());
    await assertQuiet(router);
    assert([...full.drain()].length > 0);
    await soon(sent);
    await other.send("for the receive");
    assertEquals(String((await soon(message))[1]), "for the receive");
    await other.send("for the Poller");
    assertEquals(keys(await soon(wait)), ["router"]);
  }));
}

Deno.test("rule 7: a REP that says readable and has nothing isn't tried in circles", async () => {
  using reply = new Reply();
  using dealer = new Dealer({ linger: 0 });
  await join(reply, dealer, freshAddress("inproc"));
  using poller = new Poller();
  poller.add(reply);
  const message = held(reply.receive());
  assert(dealer.trySend("no envelope"));
  await assertQuiet(reply);
  assert(dealer.trySend(["", "with an envelope"]));
  assertEquals(String((await soon(message))[0]), "with an envelope");
});

Deno.test("rule 7: while a REP says readable and has nothing, the thread sleeps for 50 ms at most", async () => {
  using reply = new Reply();
  using dealer = new Dealer({ linger: 0 });
  await join(reply, dealer, freshAddress("inproc"));
  using poller = new Poller();
  poller.add(reply);
  using parks = new Parks();
  const message = held(reply.receive());
  await turnsUntil(() => parks.outstanding === 1 && parks.timeout === -1, "the long sleep");
  assert(dealer.trySend("no envelope"));
  await turnsUntil(() => parks.outstanding === 1 && parks.timeout !== -1, "the short sleep");
  assert(Math.floor(parks.timeout) <= 50, `${parks.timeout} ms`);
  assert(dealer.trySend(["", "with an envelope"]));
  await soon(message);
});

Deno.test("rule 7: while a ROUTER refuses, the thread sleeps for 50 ms at most", async () => {
  using sockets = await routerWithFullPeer();
  const { router, full } = sockets;
  using parks = new Parks();
  const sent = held(router.send(["full", "waiting"]));
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  await turns(5);
  assert(parks.timeout > 0 && Math.floor(parks.timeout) <= 50, `${parks.timeout} ms`);
  assert([...full.drain()].length > 0);
  await soon(sent);
  using _patience = new Patience();
  await turnsUntil(() => parks.timeout === -1, "a sleep without limit");
});

Deno.test("rule 7: a source whose pending operation was refused is asked again within 50 ms, without an edge", async () => {
  using bell = new Bell();
  bell.ready = WRITABLE;
  bell.then = () => reactor().setRefused(bell, bell.served < 5);
  reactor().setRefused(bell, true);
  using patience = new Patience(STUCK);
  await turnsUntil(() => bell.served === 5 || patience.expired, "the fifth time");
  assertEquals(bell.served, 5);
});

Deno.test("rule 7: that also holds for one that becomes so while the thread sleeps without limit", async () => {
  using parks = new Parks();
  using _patience = new Patience();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  assertEquals(parks.timeout, -1);
  using bell = new Bell();
  bell.then = () => reactor().setRefused(bell, true);
  reactor().markStale(bell);
  await turnsUntil(() => bell.served === 3, "the third time");
  assert(parks.timeout > 0 && Math.floor(parks.timeout) <= 50, `${parks.timeout} ms`);
});

Deno.test("rule 7: and while turns that leave no time to sleep follow each other", async () => {
  using refused = new Bell();
  using busy = new Bell();
  using fired = new Bell();
  using _patience = new Patience();
  refused.then = () => reactor().setRefused(refused, true);
  busy.then = () => reactor().postpone(busy);
  reactor().setRefused(refused, true);
  reactor().postpone(busy);
  using parks = new Parks();
  await turnsUntil(() => refused.served >= 3, "the third time");
  fired.ring(READABLE);
  await turnsUntil(() => fired.served > 0, "the look at what fired");
  assertEquals(parks.count, 0);
  busy.then = undefined;
  await turnsUntil(() => parks.count > 0, "the sleep");
});

for (const kind of KINDS) {
  Deno.test(`rule 7: also while only a ${kind} Poller's thread is parked, without limit`, async () => {
    await Poller.idle();
    using bell = new Bell();
    using poller = new Poller({ backend: kind });
    using parks = new Parks();
    const wait = held(poller.wait());
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
    bell.then = () => reactor().setRefused(bell, true);
    reactor().markStale(bell);
    await turnsUntil(() => bell.served === 3, "the third time");
    // An idle look would do it as well, but only once a second.
    assert(parks.timeout > 0 && Math.floor(parks.timeout) <= 50, `${parks.timeout} ms`);
    poller.wake();
    assertEquals(await soon(wait), []);
  });
}

// Rule 8: an edge on a socket that no one waits for is read too, but it begins no wait. ------------

Deno.test("rule 8: while another waits, a socket that no one uses is looked at when something happens", async () => {
  using unused = new Pull();
  await unused.bind(freshAddress("tcp"));
  using looks = new Looks();
  using _patience = new Patience();
  for (let round = 0; round < 3; round++) {
    looks.reset();
    using push = new Push({ linger: 0 });
    push.connect(unused.lastEndpoint!);
    await turnsUntil(() => looks.of(unused) > 0, "the look");
    await turnsUntil(() => (readiness(unused.fd) & READABLE) === 0, "silence");
  }
});

for (const backend of KINDS) {
  Deno.test(`rule 8: also while only a ${backend} Poller waits, for something else`, async () => {
    using _hasty = hastyLooks();
    using unused = new Pull();
    await unused.bind(freshAddress("tcp"));
    using poller = new Poller({ backend });
    using line = pipe();
    poller.add(line.read);
    const wait = held(poller.wait());
    await turns(5);
    using looks = new Looks();
    using push = new Push({ linger: 0 });
    push.connect(unused.lastEndpoint!);
    await turnsUntil(() => looks.of(unused) > 0, "the look");
    await turnsUntil(() => (readiness(unused.fd) & READABLE) === 0, "silence");
    put(line.write);
    assertEquals((await soon(wait)).length, 1);
  });
}

Deno.test("rule 8: while nothing waits, it's looked at within a second, and no thread waits", async () => {
  await Poller.idle();
  using parks = new Parks();
  using looks = new Looks();
  using bell = new Bell();
  using unused = new Pull();
  await unused.bind(freshAddress("tcp"));
  using push = new Push({ linger: 0 });
  push.connect(unused.lastEndpoint!);
  bell.ring(READABLE);
  await turnsUntil(() => looks.of(unused) > 0 && bell.asked > 0, "the look");
  await turnsUntil(() => (readiness(unused.fd) & READABLE) === 0, "silence");
  assertEquals(parks.count, 0);
});

Deno.test("rule 8: that goes on after someone has waited, also while Pollers of other kinds wait", async () => {
  using _hasty = hastyLooks();
  using bell = new Bell();
  const pollers = KINDS.filter((kind) => kind !== defaultKind()).map((kind) =>
    new Poller({ backend: kind })
  );
  // Longer than a look takes to come, so that the timer has seen that the reactor's own thread waits.
  using patience = new Patience(100);
  const waits = pollers.map((poller) => held(poller.wait()));
  await turnsUntil(() => patience.expired, "the deadline");
  await Poller.idle();
  bell.asked = 0;
  bell.ring(READABLE);
  await turnsUntil(() => bell.asked > 0, "the look");
  for (const poller of pollers) poller.wake();
  await soon(Promise.all(waits));
  for (const poller of pollers) poller.close();
});

Deno.test("rule 8: looks go on after one that has found nothing", async () => {
  await Poller.idle();
  using _hasty = hastyLooks();
  using bell = new Bell();
  const { waitSync } = Main.prototype;
  let looks = 0;
  using _counted = replaced(Main.prototype, "waitSync", function (this: Backend<unknown>, ...all) {
    looks++;
    waitSync.apply(this, all);
  });
  await turnsUntil(() => looks === 1, "the first look");
  const { asked } = bell;
  bell.ring(READABLE);
  await turnsUntil(() => bell.asked > asked, "the next look");
});

Deno.test("rule 8: while there is a background source, looks follow each other soon, whatever they find", async () => {
  await Poller.idle();
  using bell = new Bell();
  const { waitSync } = Main.prototype;
  let looks = 0;
  let over = false;
  using _counted = replaced(Main.prototype, "waitSync", function (this: Backend<unknown>, ...all) {
    looks++;
    waitSync.apply(this, all);
  });
  reactor().addBackground(bell);
  const alarm = new Alarm(() => over = true);
  // At one look a second it would come first.
  alarm.set(performance.now() + 2500);
  await turnsUntil(() => looks >= 5 || over, "the looks");
  alarm.stop();
  reactor().removeBackground(bell);
  assertEquals(over, false);
});

Deno.test("rule 8: while a thread is parked, no look is scheduled", async () => {
  using parks = new Parks();
  using _patience = new Patience();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  let scheduled = 0;
  const { setEarlier } = Alarm.prototype;
  using _counted = replaced(Alarm.prototype, "setEarlier", function (this: Alarm, at) {
    scheduled++;
    setEarlier.call(this, at);
  });
  using _bell = new Bell();
  assertEquals(scheduled, 0);
});

Deno.test("rule 8: the timer comes with the first source and goes with the last", async () => {
  await Poller.idle();
  const armed = new Set<Alarm>();
  using _set = watched(Alarm.prototype, "setEarlier", function () {
    armed.add(this);
  });
  using _stop = watched(Alarm.prototype, "stop", function () {
    armed.delete(this);
  });
  const bells = [new Bell(), new Bell()];
  assertEquals(armed.size, 1);
  bells[0][Symbol.dispose]();
  assertEquals(armed.size, 1);
  bells[1][Symbol.dispose]();
  assertEquals(armed.size, 0);
  // Nor does a cycle bring it back.
  await Poller.idle();
  await turns(2);
  assertEquals(armed.size, 0);
});

// Rule 9: a wait on this thread never uses the reactor's set, and leaves what it consumed stale.

Deno.test("rule 9: receiveSync gets its message while the reactor's thread sleeps", async () => {
  using other = new Pull();
  using pull = new Pull();
  using push = new Push();
  await join(pull, push);
  using parks = new Parks();
  const controller = new AbortController();
  const elsewhere = held(other.receive({ signal: controller.signal }));
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  throwsCode(() => pull.receiveSync({ timeout: 20 }), "EAGAIN");
  for (let i = 0; i < 10; i++) {
    push.sendSync(`${i}`);
    assertEquals(String(pull.receiveSync({ timeout: STUCK })[0]), `${i}`);
  }
  controller.abort("enough");
  assertEquals(await soon(elsewhere.catch((reason) => reason)), "enough");
});

for (const over of eachBackend()) {
  Deno.test(
    over(
      "rule 9: waitSync gets its events while the reactor's thread sleeps",
      async (poller, kind) => {
        using other = new Pull();
        using pull = new Pull();
        using push = new Push();
        await join(pull, push);
        using line = pipe();
        poller.add(pull, { key: "pull" });
        poller.add(line.read, { key: "pipe" });
        using parks = new Parks();
        const controller = new AbortController();
        const elsewhere = held(other.receive({ signal: controller.signal }));
        await turnsUntil(() => parks.outstanding === 1, "the sleep");
        assertEquals(poller.waitSync({ timeout: 20 }), []);
        push.sendSync("x");
        assertEquals(keys(poller.waitSync({ timeout: STUCK })), ["pull"]);
        pull.tryReceive();
        put(line.write);
        assertEquals(keys(poller.waitSync({ timeout: STUCK })), ["pipe"]);
        controller.abort(kind);
        assertEquals(await soon(elsewhere.catch((reason) => reason)), kind);
      },
    ),
  );
}

/**
 * Makes calls when a thread has returned for something else and none is parked yet, so that what they consume makes no
 * edge any more. No call has left a socket stale before.
 */
async function beforeParking(calls: () => void): Promise<void> {
  using bell = new Bell();
  using parks = new Parks();
  using _patience = new Patience();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  let made = false;
  bell.then = () => {
    bell.then = undefined;
    assertEquals(parks.outstanding, 0);
    calls();
    made = true;
  };
  bell.ring(READABLE);
  await turnsUntil(() => made, "the calls");
}

for (
  const [how, options] of [["with a limit", { timeout: STUCK }], [
    "without one",
    undefined,
  ]] as const
) {
  Deno.test(`rule 9: what receiveSync consumes, ${how}, doesn't leave a pending send asleep`, async () => {
    using sockets = await dealers();
    const { one, peer } = sockets;
    fillUp(one);
    const sent = held(one.send("waiting"));
    await beforeParking(() => {
      assert([...peer.drain()].length > 0);
      assert(peer.trySend("for receiveSync"));
      assertEquals(String(one.receiveSync(options)[0]), "for receiveSync");
    });
    await soon(sent);
  });
}

Deno.test("rule 9: what sendSync consumes doesn't leave a pending receive asleep", async () => {
  using sockets = await dealers();
  const { one, peer } = sockets;
  const message = held(one.receive());
  await beforeParking(() => {
    assert(peer.trySend("for the receive"));
    one.sendSync("out", { timeout: STUCK });
  });
  assertEquals(String((await soon(message))[0]), "for the receive");
});

for (const over of eachBackend()) {
  Deno.test(
    over(
      "rule 9: what waitSync consumes doesn't leave a pending receive asleep",
      async (poller) => {
        using sockets = await dealers();
        using others = await dealers();
        const { one, peer } = sockets;
        poller.add(one);
        using parks = new Parks();
        const message = held(one.receive());
        const elsewhere = held(others.one.receive());
        await turnsUntil(() => parks.outstanding === 1, "the sleep");
        assert(others.peer.trySend("wakes the thread"));
        await soon(elsewhere);
        // The thread is about to sleep again, and no call was made on the socket since it was looked at.
        assert(peer.trySend("for the receive"));
        poller.waitSync({ timeout: 1 });
        assertEquals(String((await soon(message))[0]), "for the receive");
      },
    ),
  );

  Deno.test(
    over("rule 9: what waitSync consumes doesn't leave a pending send asleep", async (poller) => {
      using sockets = await dealers();
      const { one, peer } = sockets;
      fillUp(one);
      poller.add(one);
      const sent = held(one.send("waiting"));
      assertEquals(await poller.wait({ timeout: 1 }), []);
      assert([...peer.drain()].length > 0);
      poller.waitSync({ timeout: 1 });
      await soon(sent);
    }),
  );
}
