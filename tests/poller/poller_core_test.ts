/** What a Poller's engine says by itself, and Pollers without any descriptor left. */

import {
  deepStrictEqual as assertEquals,
  ok as assert,
  rejects,
  throws as assertThrows,
} from "node:assert/strict";
import { Bell, eachBackend, keys, KINDS, LINUX } from "./support.ts";
import { rejectsCode, throwsCode } from "../failures.ts";
import { openDescriptors, openedSince, pipe } from "../fds.ts";
import { replaced, watched } from "../replacing.ts";
import { Poller } from "../../mod.ts";
import { EpollBackend } from "../../poller/epoll.ts";
import { KqueueBackend } from "../../poller/kqueue.ts";
import { PollBackend } from "../../poller/poll.ts";
import { BlockTimer } from "../../poller/block_timer.ts";
import { run } from "../program.ts";
import { turnsUntil } from "../waiting.ts";
import { READABLE } from "../../poller/backend.ts";
import { type Reactor, reactor } from "../../poller/reactor.ts";

/** The classes of the sets; select's inherits poll's. */
const CLASSES = {
  epoll: EpollBackend,
  kqueue: KqueueBackend,
  poll: PollBackend,
  select: PollBackend,
};

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

for (const over of eachBackend()) {
  Deno.test(
    over("what a closed Poller refuses is an error of the method called", async (poller) => {
      poller.close();
      throwsCode(() => poller.add(0), "EBADF", "Poller.add");
      throwsCode(() => poller.modify(0, { readable: false }), "EBADF", "Poller.modify");
      throwsCode(() => poller.remove(0), "EBADF", "Poller.remove");
      throwsCode(() => poller.addTimer(1), "EBADF", "Poller.addTimer");
      await rejectsCode(poller.wait(), "EBADF", "Poller.wait");
      throwsCode(() => poller.waitSync(), "EBADF", "Poller.waitSync");
      throwsCode(() => poller.waker(), "EBADF", "Poller.waker");
    }),
  );

  Deno.test(over("a source that is added twice is an error of Poller.add", (poller) => {
    using line = pipe();
    poller.add(line.read);
    throwsCode(() => poller.add(line.read), "EEXIST", "Poller.add");
  }));

  Deno.test(
    over("what is neither a socket nor a number is refused by what a Poller takes", (poller) => {
      for (const source of [{}, null, "0"]) {
        assertThrows(() => poller.add(source as never), /^TypeError: A Poller watches sockets and/);
      }
    }),
  );

  Deno.test(
    over("a wait whose signal isn't one is a TypeError, before anything waits", async (poller) => {
      const signal = new EventTarget() as AbortSignal;
      await rejects(poller.wait({ signal }), TypeError);
      assertEquals(poller.waitSync({ timeout: 0 }), []);
    }),
  );

  Deno.test(over("a synchronous wait sleeps for as long as it may", (poller, kind) => {
    const timeouts: number[] = [];
    using _watched = watched(CLASSES[kind].prototype, "waitSync", (timeout) => {
      timeouts.push(timeout);
    });
    poller.waitSync({ timeout: 20 });
    assert(timeouts.some((timeout) => timeout > 15) && timeouts.length < 20, `${timeouts}`);
  }));

  Deno.test(over(
    "a waker that the set refuses is an error, and leaves no descriptor open",
    (poller, kind) => {
      using other = new Poller();
      other.waker(); // what the process has once is there now
      const before = openDescriptors();
      {
        using _broken = replaced(CLASSES[kind].prototype, "add", () => {
          throw new Error("injected");
        });
        assertThrows(() => poller.waker(), /injected/);
      }
      assertEquals(openedSince(before), []);
    },
    !LINUX,
  ));

  Deno.test(
    over("a change that isn't of interest has no Poller look for itself", async (poller) => {
      using bell = new Bell();
      poller.add(bell, { writable: true });
      const wait = poller.wait();
      await turnsUntil(() => !bell.stale, "the look at what was added");
      let scheduled = 0;
      {
        using _watched = watched(
          Object.getPrototypeOf(reactor()) as Reactor,
          "scheduleGather",
          () => {
            scheduled++;
          },
        );
        bell.ready = READABLE;
        bell.look(); // which tells the Poller at once; later, a busy pool may have it look for itself
      }
      poller.wake();
      await wait;
      assertEquals(scheduled, 0);
    }),
  );

  Deno.test(over("what becomes ready during a synchronous wait is reported once", (poller) => {
    const timer = new BlockTimer();
    poller.add(timer.fd, { key: "timer" });
    timer.start(performance.now(), 3);
    const ready = poller.waitSync();
    poller.remove(timer.fd);
    timer.close();
    assertEquals(keys(ready), ["timer"]);
  }, !LINUX));

  Deno.test(
    over("a source that was ready, and was removed since, isn't looked at any more", (poller) => {
      using bell = new Bell();
      poller.add(bell);
      bell.ring(READABLE);
      assertEquals(poller.waitSync({ timeout: 0 }).length, 1);
      poller.remove(bell);
      bell.stale = true; // as after a call
      const { asked } = bell;
      assertEquals([poller.waitSync({ timeout: 0 }), bell.asked], [[], asked]);
    }),
  );

  const used =
    "where the budget is used up, a socket that is ready no more isn't reported, and is served later";
  Deno.test(over(used, (poller) => {
    using bell = new Bell();
    poller.add(bell, { key: "bell" });
    bell.ready = READABLE;
    reactor().markStale(bell);
    const before = keys(poller.waitSync({ timeout: 0 }));
    bell.ready = 0;
    // As a socket's pending operations do without budget.
    using _postponed = replaced(bell, "serve", () => reactor().postpone(bell));
    reactor().markStale(bell);
    const after = keys(poller.waitSync({ timeout: 0 }));
    assertEquals([before, after, bell.stale], [["bell"], [], true]);
  }));
}

Deno.test("the error of a source that was removed since doesn't end a Poller's next wait", async () => {
  using broken = new Bell();
  using other = new Bell();
  using poller = new Poller<string>();
  poller.add(broken, { key: "broken" });
  poller.add(other, { key: "other" });
  broken.fail(new Error("injected"));
  poller.remove(broken);
  other.ring(READABLE);
  assertEquals(keys(await poller.wait()), ["other"]);
});
