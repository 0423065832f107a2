/** Errors within the reactor: each ends the wait that it belongs to, and no other. */

import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { Pair, Poller, Pull } from "../../mod.ts";
import { type Backend, READABLE } from "../../poller/backend.ts";
import { defaultKind } from "../../poller/create.ts";
import { Deadlines } from "../../poller/deadlines.ts";
import { Pool } from "../../poller/pool.ts";
import { reactor } from "../../poller/reactor.ts";
import { openSources } from "../../poller/source.ts";
import { handleOf } from "../../socket/handle.ts";
import { pipe, put } from "../fds.ts";
import { freshAddress, join } from "../util.ts";
import {
  all,
  Bell,
  dealers,
  eachBackend,
  fillUp,
  hastyLooks,
  keys,
  Main,
  Parks,
  Patience,
  Strategy,
} from "./support.ts";
import { held, soon, turns, turnsUntil } from "../waiting.ts";
import { replaced } from "../replacing.ts";

const injected = () => {
  throw new Error("injected");
};

Deno.test("an error of a source ends what waits for it, and nothing else", async () => {
  using one = new Bell();
  using other = new Bell();
  using broken = new Poller();
  using whole = new Poller();
  broken.add(one);
  whole.add(other);
  const wait = held(broken.wait());
  const elsewhere = held(whole.wait());
  await turns(3);
  const { serve } = one;
  one.serve = injected;
  one.ring(READABLE);
  assertEquals((await soon(wait.catch((error) => error))).message, "injected");
  one.serve = serve;
  other.ring(READABLE);
  assertEquals((await soon(elsewhere)).length, 1);
});

Deno.test("an error of a socket ends what waits for it in both directions, and in Pollers", async () => {
  using sockets = await dealers();
  const { one } = sockets;
  fillUp(one);
  using poller = new Poller();
  poller.add(one);
  const waits: Promise<unknown>[] = [one.receive(), one.send("waiting"), poller.wait()];
  const ends = waits.map((wait) => wait.then(() => "no error", (error) => error.message));
  await turns(3);
  const handle = handleOf(one);
  using _broken = replaced(handle, "serve", injected);
  reactor().markStale(handle);
  assertEquals(await soon(Promise.all(ends)), ["injected", "injected", "injected"]);
});

Deno.test("an error of a stale source leaves none of the others unseen", async () => {
  using bad = new Bell();
  using good = new Bell();
  using poller = new Poller();
  poller.add(bad);
  const wait = held(poller.wait());
  await turns(3);
  bad.serve = injected;
  reactor().markStale(bad);
  reactor().markStale(good);
  const before = good.served;
  assertEquals((await soon(wait.catch((error) => error))).message, "injected");
  await turnsUntil(() => good.served > before, "the look");
});

Deno.test("an error of a Poller ends its own wait, and not another's", async () => {
  using _patience = new Patience();
  const ended: string[] = [];
  const nested = (name: string, gather: () => void) => ({
    backend: Main.prototype as never,
    gather,
    fail: (error: unknown) => void ended.push(`${name} failed: ${(error as Error).message}`),
  });
  reactor().scheduleGather(nested("one", injected));
  reactor().scheduleGather(nested("other", () => void ended.push("other finished")));
  await turnsUntil(() => ended.length === 2, "the second");
  assertEquals(ended, ["one failed: injected", "other finished"]);
});

for (const verb of ["wait", "collect"] as const) {
  Deno.test(`an error of the reactor's own set, in ${verb}, ends every wait in it`, async () => {
    using one = new Pull();
    using other = new Pull();
    await one.bind(freshAddress("inproc"));
    await other.bind(freshAddress("inproc"));
    {
      using _broken = replaced(Main.prototype, verb, injected);
      const waits = [one, other].map((pull) => held(pull.receive()));
      await turns(3);
      using bell = new Bell();
      bell.ring(READABLE);
      for (const wait of waits) {
        assertEquals((await soon(wait.catch((error) => error))).message, "injected");
      }
    }
    using push = new Pair({ linger: 0 });
    using pull = new Pair();
    await join(pull, push, freshAddress("inproc"));
    const message = held(pull.receive());
    await turns(3);
    await push.send("later");
    assertEquals(String((await soon(message))[0]), "later");
  });
}

Deno.test("an error in a deadline's operation ends that one, and the others still end in time", async () => {
  class Failing extends Patience {
    reason: unknown;
    override expire(): void {
      throw new Error("injected");
    }
    override abort(reason?: unknown): void {
      this.reason = reason;
      super.abort();
    }
  }
  using failing = new Failing(1);
  using patience = new Patience(1);
  await turnsUntil(() => patience.expired, "the other deadline");
  assertEquals((failing.reason as Error).message, "injected");
});

/** Claims that an error ends two waits of the main set, and that the set is as good as before. */
async function assertEnds(...broken: Disposable[]): Promise<void> {
  using one = new Pull();
  using other = new Poller({ backend: defaultKind() });
  await one.bind(freshAddress("inproc"));
  for (const wait of [held(one.receive()), held(other.wait())]) {
    const error = await soon(wait.then(() => "no error", (error) => error.message));
    assertEquals(error, "injected");
  }
  for (const undo of broken) undo[Symbol.dispose]();
  using push = new Pair({ linger: 0 });
  using pull = new Pair();
  await join(pull, push, freshAddress("inproc"));
  const message = held(pull.receive());
  await turns(3);
  await push.send("later");
  assertEquals(String((await soon(message))[0]), "later");
}

/** A source because of which tick follows tick, until the end of the block. */
function endlessTicks(): Bell {
  const bell = new Bell();
  bell.then = () => {
    if (!bell.closed) reactor().postpone(bell);
  };
  reactor().postpone(bell);
  return bell;
}

Deno.test("an error of the strategy that is told of a wait's end was once an unhandled rejection", async () => {
  await Poller.idle();
  using bell = new Bell();
  using broken = replaced(Strategy.prototype, "waited", injected);
  bell.ring(READABLE);
  await assertEnds(broken);
});

Deno.test("an error that came when a thread had just been parked once left its set parked for good", async () => {
  await Poller.idle();
  await assertEnds(replaced(Pool.prototype, "expect", injected));
});

Deno.test("an error of a step that belongs to no wait once left every wait behind", async () => {
  await Poller.idle();
  using pulls = new DisposableStack();
  const waits: Promise<unknown>[] = [];
  {
    using _broken = replaced(Deadlines.prototype, "takeDue", injected);
    for (let i = 0; i < 2; i++) waits.push(held(pulls.use(new Pull()).receive()));
    for (const wait of waits) {
      const error = await soon(wait.then(() => "no error", (error) => error.message));
      assertEquals(error, "injected");
    }
  }
  using patience = new Patience(1);
  await turnsUntil(() => patience.expired, "a deadline after that");
});

for (const verb of ["next", "beforeTick", "disarm"] as const) {
  Deno.test(`an error of the strategy, in ${verb}, ends every wait in its set`, async () => {
    await Poller.idle();
    using broken = replaced(Strategy.prototype, verb, injected);
    if (verb !== "beforeTick") return await assertEnds(broken);
    using ticks = endlessTicks();
    await assertEnds(broken, ticks);
  });
}

Deno.test("an error of a yield once left every tick out", async () => {
  await Poller.idle();
  using strategy = replaced(Strategy.prototype, "beforeTick", () => "yield");
  using broken = replaced(Pool.prototype, "yieldToRuntime", injected);
  using ticks = endlessTicks();
  await assertEnds(broken, strategy, ticks);
});

for (const where of ["a block", "a look between two ticks"]) {
  Deno.test(`an error of ${where} ends every wait in its set`, async () => {
    await Poller.idle();
    using strategy = replaced(Strategy.prototype, "next", () => "block");
    const { waitSync } = Main.prototype;
    const set = reactor().setFor(defaultKind()).backend;
    // Not in a Poller's own set, which is asked by that one's look.
    using broken = replaced(Main.prototype, "waitSync", function (this: Backend<unknown>, ...all) {
      if (this === set) injected();
      waitSync.apply(this, all);
    });
    if (where === "a block") return await assertEnds(broken, strategy);
    using ticks = endlessTicks();
    await assertEnds(broken, strategy, ticks);
  });
}

Deno.test("an error of the thread's wait, that comes with its end, ends every wait in its set", async () => {
  await Poller.idle();
  using broken = replaced(Main.prototype, "wait", () => Promise.reject(new Error("injected")));
  await assertEnds(broken);
});

Deno.test("an error while the thread is made to return ends every wait in its set", async () => {
  await Poller.idle();
  using parks = new Parks();
  const failed: unknown[] = [];
  class Failing extends Patience {
    override abort(reason?: unknown): void {
      failed.push(reason);
      super.abort();
    }
  }
  using _patience = new Failing();
  await turnsUntil(() => parks.outstanding === 1, "the sleep");
  {
    using _broken = replaced(Main.prototype, "wake", injected);
    using _other = new Failing(60_000);
    assertEquals(failed.length, 2);
  }
  await Poller.idle();
});

Deno.test("an error of a look at idle sources leaves the looks going on", async () => {
  await Poller.idle();
  using _hasty = hastyLooks();
  using bell = new Bell();
  let failed = false;
  {
    using _broken = replaced(Main.prototype, "waitSync", () => {
      failed = true;
      injected();
    });
    await turnsUntil(() => failed, "the first look");
  }
  const { asked } = bell;
  bell.ring(READABLE);
  await turnsUntil(() => bell.asked > asked, "the next look");
});

for (const over of eachBackend()) {
  Deno.test(
    over(
      "an error of attach ends the wait that it belongs to, and no other",
      async (poller, kind) => {
        using other = new Poller<string>({ backend: kind });
        using line = pipe();
        other.add(line.read, { key: "pipe" });
        const elsewhere = held(other.wait());
        await turns(3);
        const set = reactor().setFor(kind).backend as Backend<unknown>;
        {
          using _broken = replaced(set, "attach", injected);
          const error = await soon(poller.wait().then(() => "no error", (error) => error.message));
          assertEquals(error, "injected");
        }
        put(line.write);
        assertEquals((await soon(elsewhere)).length, 1);
        assertEquals(await poller.wait({ timeout: 1 }), []);
      },
    ),
  );
}

for (const over of eachBackend()) {
  Deno.test(over(
    "an error of attach that comes when a wait goes on ends that wait, and no other",
    async (poller, kind) => {
      using other = new Poller<string>({ backend: kind });
      using line = pipe();
      using bell = new Bell();
      other.add(line.read, { key: "pipe" });
      poller.add(bell);
      const waits = [held(poller.wait()), held(other.wait())];
      await turns(3);
      {
        using _broken = replaced(
          reactor().setFor(kind).backend as Backend<unknown>,
          "attach",
          injected,
        );
        // An edge that means nothing: the wait goes on.
        bell.ring(0);
        const error = await soon(waits[0].then(() => "no error", (error) => error.message));
        assertEquals(error, "injected");
      }
      put(line.write);
      assertEquals((await soon(waits[1])).length, 1);
    },
  ));
}

for (const over of eachBackend()) {
  Deno.test(
    over(
      "an error of detach once left the wait that was ending without an end",
      async (poller, kind) => {
        using line = pipe();
        poller.add(line.read);
        const wait = held(poller.wait());
        await turns(3);
        {
          const set = reactor().setFor(kind).backend as Backend<unknown>;
          using _broken = replaced(set, "detach", injected);
          put(line.write);
          const error = await soon(wait.then(() => "no error", (error) => error.message));
          assertEquals(error, "injected");
        }
        assertEquals((await soon(poller.wait())).length, 1);
        await Poller.idle();
      },
    ),
  );

  Deno.test(
    over(
      "an error of a look once ended no wait of a Poller that was about to begin one",
      async (poller) => {
        await Poller.idle();
        using bell = new Bell();
        poller.add(bell, { key: "bell" });
        const { serve } = bell;
        bell.serve = () => {
          bell.serve = serve;
          injected();
        };
        // What the look would have found makes no edge any more.
        bell.ready = READABLE;
        await rejects(soon(poller.wait()), { message: "injected" });
        assertEquals(keys(await soon(poller.wait())), ["bell"]);
      },
    ),
  );

  Deno.test(
    over(
      "an error of a look once kept its Poller from reporting the sockets behind it",
      async (poller) => {
        await Poller.idle();
        using bad = new Bell();
        using good = new Bell();
        poller.add(bad, { key: "bad" });
        poller.add(good, { key: "good" });
        for (const bell of [bad, good]) bell.ring(READABLE);
        assertEquals(keys(await all(poller, ["bad", "good"])), ["bad", "good"]);
        poller.addTimer(0, { key: "timer" });
        {
          // A socket whose look is left to its Poller, since the tick's budget is used up.
          using _postponed = replaced(bad, "serve", () => {});
          using _broken = replaced(bad, "look", injected);
          reactor().markStale(bad);
          await rejects(soon(poller.wait()), { message: "injected" });
        }
        bad.ready = 0;
        assertEquals(keys(await soon(poller.wait())), ["good", "timer"]);
      },
    ),
  );
}

Deno.test("an error of a source for which nothing waits is an uncaught error, and of no one else", async () => {
  await Poller.idle();
  const reported: unknown[] = [];
  const listener = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error.message);
  };
  addEventListener("error", listener);
  try {
    using bad = new Bell();
    using good = new Bell();
    using parks = new Parks();
    using _patience = new Patience();
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
    bad.then = injected;
    bad.ring(READABLE);
    good.ring(READABLE);
    await turnsUntil(() => good.served > 0 && reported.length > 0, "the look");
    assertEquals(reported, ["injected"]);
  } finally {
    removeEventListener("error", listener);
  }
});

Deno.test("a source that can't be registered isn't one of the open ones", () => {
  using bell = new Bell();
  const refused = Object.create(bell, { fd: { value: -1 } }) as Bell;
  throws(() => reactor().register(refused), { name: "RangeError" });
  assertEquals([openSources.has(bell), openSources.has(refused)], [true, false]);
});
