/** A Poller's timers by a clock that stands still: when they're due, in which order, and what a reset does. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { type Poller, PollerTimer, type Ready } from "../../mod.ts";
import { Deadlines } from "../../poller/deadlines.ts";
import { StoppedClock } from "./clock.ts";
import { eachBackend } from "./support.ts";
import { throwsCode } from "../failures.ts";
import { watched } from "../replacing.ts";

/** Makes a test over one backend, with a clock that stands still. */
type Stopped = (
  name: string,
  body: (poller: Poller<string | undefined>, clock: StoppedClock) => unknown,
) => Deno.TestDefinition;

/** For each backend what makes such a test over it. */
function eachStopped(): Stopped[] {
  return eachBackend().map((over) => (name, body) =>
    over(name, (poller) => {
      using clock = new StoppedClock();
      return body(poller, clock);
    })
  );
}

/** What is due at this moment, in the order of the report. */
function due(poller: Poller<string | undefined>): string[] {
  return poller.waitSync({ timeout: 0 }).map(({ key }) => key!);
}

/** The same with how late it was, and how many turns were missed. */
function dueWith(
  poller: Poller<string | undefined>,
): [key: string, late: number, missed: number][] {
  return poller.waitSync({ timeout: 0 }).map(({ key, late, missed }) => [key!, late!, missed!]);
}

for (const stopped of eachStopped()) {
  Deno.test(
    stopped("a timer is reported once, when its time has come and not before", (poller, clock) => {
      const timer = poller.addTimer(10, { key: "timer" });
      assertEquals(due(poller), []);
      clock.pass(9.999);
      assertEquals(due(poller), []);
      clock.pass(0.001);
      const expected: Ready<string | undefined> = {
        source: timer,
        key: "timer",
        readable: false,
        writable: false,
        error: false,
        hangup: false,
        late: 0,
        missed: 0,
      };
      assertEquals(poller.waitSync({ timeout: 0 }), [expected]);
      clock.pass(1000);
      assertEquals(due(poller), []);
    }),
  );

  Deno.test(stopped("a timer's report has the timer itself, and the very key", (poller, clock) => {
    const timer = poller.addTimer(1, { key: "key" });
    clock.pass(1);
    const [{ source, key }] = poller.waitSync({ timeout: 0 });
    assert(source === timer);
    assert(source instanceof PollerTimer);
    assertEquals(key, "key");
  }));

  Deno.test(stopped("a timer of 0 ms is due at the next look", (poller) => {
    poller.addTimer(0, { key: "at once" });
    assertEquals(dueWith(poller), [["at once", 0, 0]]);
    assertEquals(due(poller), []);
  }));

  Deno.test(
    stopped(
      "a timer knows its key and interval, and whether it's still to fire",
      (poller, clock) => {
        const once = poller.addTimer(10, { key: "once" });
        const again = poller.addTimer(2.5, { repeat: true });
        assertEquals([once.key, once.interval, once.active], ["once", 10, true]);
        assertEquals([again.key, again.interval, again.active], [undefined, 2.5, true]);
        clock.pass(10);
        assertEquals([once.active, again.active], [true, true]);
        poller.waitSync({ timeout: 0 });
        assertEquals([once.active, again.active], [false, true]);
      },
    ),
  );

  Deno.test(stopped(
    "a repeating timer keeps the rhythm of its start, however late it's found",
    (poller, clock) => {
      poller.addTimer(10, { repeat: true, key: "beat" });
      for (const [pass, late] of [[10, 0], [13, 3], [8, 1], [18, 9], [1, 0], [19, 9], [1, 0]]) {
        clock.pass(pass);
        assertEquals(dueWith(poller), [["beat", late, 0]]);
        assertEquals(due(poller), []);
      }
    },
  ));

  Deno.test(
    stopped("turns that passed unseen are counted, and not made up for", (poller, clock) => {
      poller.addTimer(10, { repeat: true, key: "beat" });
      clock.pass(45);
      assertEquals(dueWith(poller), [["beat", 35, 3]]);
      assertEquals(due(poller), []);
      clock.pass(4);
      assertEquals(due(poller), []);
      clock.pass(1);
      assertEquals(dueWith(poller), [["beat", 0, 0]]);
      clock.pass(1_000_000);
      assertEquals(dueWith(poller), [["beat", 999_990, 99_999]]);
    }),
  );

  Deno.test(
    stopped(
      "a timer that doesn't repeat misses nothing, however late it's found",
      (poller, clock) => {
        poller.addTimer(10, { key: "once" });
        clock.pass(1000);
        assertEquals(dueWith(poller), [["once", 990, 0]]);
      },
    ),
  );

  Deno.test(
    stopped("timers due at once are reported in the order of their times", (poller, clock) => {
      const times = Array.from({ length: 199 }, (_, i) => (i * 83) % 199);
      for (const time of times) poller.addTimer(time, { repeat: time % 2 === 1, key: `${time}` });
      clock.pass(200);
      assertEquals(due(poller).map(Number), times.toSorted((one, other) => one - other));
    }),
  );

  Deno.test(
    stopped("a reset changes a timer's place among those that are due at once", (poller, clock) => {
      const reset = poller.addTimer(10, { key: "reset" });
      poller.addTimer(12, { key: "12" });
      poller.addTimer(18, { key: "18" });
      clock.pass(5);
      reset.reset();
      clock.pass(15);
      assertEquals(due(poller), ["12", "reset", "18"]);
    }),
  );

  Deno.test(stopped("of timers due at once, a repeating one is reported once", (poller, clock) => {
    poller.addTimer(1, { repeat: true, key: "quick" });
    poller.addTimer(5, { key: "slow" });
    clock.pass(7);
    assertEquals(dueWith(poller), [["quick", 6, 6], ["slow", 2, 0]]);
  }));

  Deno.test(stopped(
    "a reset starts a timer's time again, with the same interval or another",
    (poller, clock) => {
      const timer = poller.addTimer(10, { key: "timer" });
      clock.pass(9);
      timer.reset();
      clock.pass(9);
      assertEquals(due(poller), []);
      timer.reset(20);
      assertEquals(timer.interval, 20);
      clock.pass(19);
      assertEquals(due(poller), []);
      timer.reset(5);
      clock.pass(4.5);
      assertEquals(due(poller), []);
      clock.pass(0.5);
      assertEquals(dueWith(poller), [["timer", 0, 0]]);
      clock.pass(100);
      assertEquals(due(poller), []);
    },
  ));

  Deno.test(stopped("a timer that is due and unseen can still be reset", (poller, clock) => {
    const timer = poller.addTimer(10, { key: "timer" });
    clock.pass(15);
    timer.reset();
    assertEquals(due(poller), []);
    clock.pass(10);
    assertEquals(dueWith(poller), [["timer", 0, 0]]);
  }));

  Deno.test(
    stopped(
      "a reset revives a timer that has fired, and one that was cancelled",
      (poller, clock) => {
        const timer = poller.addTimer(10, { key: "timer" });
        for (let i = 0; i < 3; i++) {
          clock.pass(10);
          assertEquals(due(poller), ["timer"]);
          timer.reset();
          assertEquals(timer.active, true);
          timer.cancel();
          clock.pass(30);
          assertEquals(due(poller), []);
          timer.reset();
        }
      },
    ),
  );

  Deno.test(stopped("a reset gives a repeating timer a new rhythm", (poller, clock) => {
    const timer = poller.addTimer(10, { repeat: true, key: "beat" });
    clock.pass(14);
    assertEquals(due(poller), ["beat"]);
    timer.reset();
    clock.pass(9);
    assertEquals(due(poller), []);
    clock.pass(1);
    assertEquals(dueWith(poller), [["beat", 0, 0]]);
    timer.reset(3);
    clock.pass(7);
    assertEquals(dueWith(poller), [["beat", 4, 1]]);
    clock.pass(2);
    assertEquals(dueWith(poller), [["beat", 0, 0]]);
  }));

  Deno.test(stopped(
    "a timer that was reset to later doesn't hold up the others, nor come before them",
    (poller, clock) => {
      const first = poller.addTimer(10, { key: "first" });
      poller.addTimer(20, { key: "second" });
      poller.addTimer(30, { key: "third" });
      first.reset(25);
      clock.pass(20);
      assertEquals(due(poller), ["second"]);
      clock.pass(10);
      assertEquals(due(poller), ["first", "third"]);
    },
  ));

  Deno.test(stopped(
    "a cancelled timer isn't reported, and cancelling it again does nothing",
    (poller, clock) => {
      const once = poller.addTimer(10, { key: "once" });
      const again = poller.addTimer(10, { repeat: true, key: "again" });
      poller.addTimer(10, { key: "kept" });
      once.cancel();
      once.cancel();
      assertEquals(once.active, false);
      clock.pass(10);
      assertEquals(due(poller).sort(), ["again", "kept"]);
      again.cancel();
      assertEquals(again.active, false);
      clock.pass(100);
      assertEquals(due(poller), []);
    },
  ));

  Deno.test(
    stopped(
      "a timer cancelled when it's due, or after it has fired, stays silent",
      (poller, clock) => {
        const timer = poller.addTimer(10, { key: "timer" });
        clock.pass(20);
        timer.cancel();
        assertEquals(due(poller), []);
        timer.reset(0);
        assertEquals(due(poller), ["timer"]);
        timer.cancel();
        assertEquals(due(poller), []);
      },
    ),
  );

  Deno.test(stopped("each of 10,000 timers is reported once, in its turn", (poller, clock) => {
    const number = 10_000;
    for (let i = 0; i < number; i++) poller.addTimer((i * 7919) % number, { key: `${i}` });
    const seen: string[] = [];
    for (let time = 0; time < number; time += 100) {
      for (const { key, late } of poller.waitSync({ timeout: 0 })) {
        assertEquals((Number(key) * 7919) % number + late!, time);
        seen.push(key!);
      }
      clock.pass(100);
    }
    seen.push(...due(poller));
    const times = seen.map((key) => (Number(key) * 7919) % number);
    assertEquals(times, Array.from({ length: number }, (_, i) => i));
  }));

  Deno.test(
    stopped("a reset to later touches no list, however many timers there are", (poller, clock) => {
      const timers = Array.from({ length: 1000 }, (_, i) => poller.addTimer(1000 + i));
      const beat = poller.addTimer(10, { key: "beat" });
      using changes = new ListChanges();
      for (let i = 0; i < 1000; i++) {
        clock.pass(5);
        beat.reset();
      }
      for (const timer of timers) timer.reset(1_000_000);
      assertEquals(changes.count, 0);
      assertEquals(due(poller), []);
      clock.pass(10);
      assertEquals(due(poller), ["beat"]);
    }),
  );
}

for (const over of eachBackend()) {
  Deno.test(
    over("what isn't a number of ms is a TypeError, one out of range a RangeError", (poller) => {
      const timer = poller.addTimer(5);
      for (const interval of ["5", null, 5n, {}, NaN, true] as never[]) {
        throws(() => poller.addTimer(interval), TypeError);
        throws(() => timer.reset(interval), TypeError);
      }
      throws(() => poller.addTimer(undefined as never), TypeError);
      for (const interval of [-1, -0.001, -Infinity, Infinity]) {
        throws(() => poller.addTimer(interval), { name: "RangeError", message: /a finite number/ });
        throws(() => timer.reset(interval), RangeError);
      }
      assertEquals([timer.interval, timer.active], [5, true]);
    }),
  );

  Deno.test(over("a repeating timer's interval is more than 0", (poller) => {
    throws(() => poller.addTimer(0, { repeat: true }), RangeError);
    const timer = poller.addTimer(5, { repeat: true });
    throws(() => timer.reset(0), RangeError);
    assertEquals(timer.interval, 5);
  }));

  Deno.test(over("repeat is a boolean", (poller) => {
    for (const repeat of [1, "yes", null, {}] as never[]) {
      throws(() => poller.addTimer(5, { repeat }), TypeError);
    }
  }));
}

for (const stopped of eachStopped()) {
  Deno.test(stopped("a timer that was refused isn't there", (poller, clock) => {
    throws(() => poller.addTimer(-1, { key: "refused" }), RangeError);
    throws(() => poller.addTimer(1, { repeat: 1 as never, key: "refused" }), TypeError);
    clock.pass(10);
    assertEquals(due(poller), []);
  }));
}

Deno.test("a timer is made by a Poller only", () => {
  for (const entry of [{}, null, undefined, 5]) {
    const Timer = PollerTimer as unknown as new (entry: unknown) => unknown;
    throws(() => new Timer(entry), TypeError);
  }
});

for (const over of eachBackend()) {
  Deno.test(over("after the Poller's end, timers are inactive, and can't be set", (poller) => {
    const timer = poller.addTimer(5, { repeat: true, key: "key" });
    poller.close();
    assertEquals([timer.active, timer.key, timer.interval], [false, "key", 5]);
    throwsCode(() => poller.addTimer(5), "EBADF");
    throwsCode(() => timer.reset(), "EBADF");
    throwsCode(() => timer.reset(10), "EBADF");
    assertEquals(timer.interval, 5);
    timer.cancel();
  }));

  Deno.test(
    over("a timer is no source: it isn't counted, and can't be removed as one", (poller) => {
      const timer = poller.addTimer(5);
      assertEquals(poller.size, 0);
      throws(() => poller.add(timer as never), TypeError);
      assertEquals(poller.has(timer as never), false);
    }),
  );
}

for (const stopped of eachStopped()) {
  Deno.test(stopped(
    "whatever was added, reset and cancelled, what is due is reported, and nothing else",
    (poller, clock) => {
      const random = numbers(7);
      const model: { timer: PollerTimer<string | undefined>; repeat: boolean; at: number }[] = [];
      let now = 0;
      const expected = (): [key: string, late: number, missed: number][] =>
        model.filter(({ at }) => at <= now).map((entry) => {
          const { timer: { key, interval }, repeat, at } = entry;
          const late = now - at;
          const missed = repeat ? Math.floor(late / interval) : 0;
          entry.at = repeat ? at + (missed + 1) * interval : Infinity;
          return [key!, late, missed];
        });
      for (let step = 0; step < 3000; step++) {
        const interval = 1 + random() % 50;
        const chosen = model[random() % Math.max(1, model.length)];
        const action = random() % (model.length < 5 ? 1 : 5);
        if (action === 0) {
          const repeat = random() % 2 === 0;
          const timer = poller.addTimer(interval, { repeat, key: `${step}` });
          model.push({ timer, repeat, at: now + interval });
        } else if (action === 1) {
          chosen.timer.reset(interval);
          chosen.at = now + interval;
        } else if (action === 2) {
          chosen.timer.cancel();
          chosen.at = Infinity;
        } else {
          const pass = random() % 20;
          clock.pass(pass);
          now += pass;
          const reported = dueWith(poller);
          const lateness = reported.map(([, late]) => late);
          assertEquals(lateness, lateness.toSorted((one, other) => other - one));
          const byKey = ([one]: [string, ...unknown[]], [other]: [string, ...unknown[]]) =>
            Number(one) - Number(other);
          assertEquals(reported.sort(byKey), expected().sort(byKey));
        }
        for (const { timer, at } of model) assertEquals(timer.active, at !== Infinity);
      }
    },
  ));
}

/** Numbers that look random and are the same in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8;
}

/** Counts how often a deadline is put into a list or taken out of one, until the end of the block. */
class ListChanges implements Disposable {
  count = 0;
  readonly #undo = new DisposableStack();

  constructor() {
    for (const name of ["add", "remove"] as const) {
      this.#undo.use(watched(Deadlines.prototype, name, () => void this.count++));
    }
  }

  [Symbol.dispose](): void {
    this.#undo.dispose();
  }
}
