/** A Poller's timers in its waits, on both kinds of threads: by the real clock, and among sources of other kinds. */

import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { Poller, Pull, Push, type Ready } from "../../mod.ts";
import { openDescriptors, openedSince, pipe, put, take } from "../fds.ts";
import { join } from "../util.ts";
import { eachBackend, keys, KINDS, LINUX, Parks } from "./support.ts";
import { soon, STUCK, turn, turnsUntil } from "../waiting.ts";
import { rejectsCode } from "../failures.ts";
import { run } from "../program.ts";

/** More than a wait takes, in ms; a timer of so many never fires here. */
const LONG = 1_000_000;

/** Makes a test over one backend that is given a way to wait: asynchronously, or on this thread. */
type WithWait = (
  name: string,
  body: (
    poller: Poller<string | undefined>,
    wait: (timeout?: number) => Promise<Ready<string | undefined>[]>,
  ) => unknown,
) => Deno.TestDefinition;

/** For each backend and way to wait what makes such a test. */
function eachWait(): WithWait[] {
  return eachBackend().flatMap((over): WithWait[] => [
    (name, body) =>
      over(`wait: ${name}`, (poller) => body(poller, (timeout) => poller.wait({ timeout }))),
    (name, body) =>
      over(`waitSync: ${name}`, (poller) => {
        return body(poller, (timeout) => Promise.resolve(poller.waitSync({ timeout })));
      }),
  ]);
}

for (const withWait of eachWait()) {
  Deno.test(withWait("a timer ends it, never before its time", async (poller, wait) => {
    let leastLate = Infinity;
    for (const interval of [0, 0.1, 0.5, 1, 1.5, 2.999, 5, 12.34]) {
      for (let i = 0; i < 5; i++) {
        const begin = performance.now();
        const timer = poller.addTimer(interval, { key: `${interval}` });
        const [{ source, late, missed }, ...rest] = await wait();
        const took = performance.now() - begin;
        assert(source === timer);
        assertEquals([rest, missed], [[], 0]);
        assert(took >= interval, `${took} ms instead of ${interval}`);
        assert(late! >= 0 && late! <= took - interval + 1e-6, `${late} late after ${took}`);
        if (interval >= 1) leastLate = Math.min(leastLate, late!);
      }
    }
    // However busy the machine is, of 25 timers one is found in time.
    assert(leastLate < 50, `all timers are late, by ${leastLate} ms or more`);
  }));

  Deno.test(withWait(
    "a repeating timer's turns come at multiples of its interval, and don't drift",
    async (poller, wait) => {
      const interval = 7.3;
      const before = performance.now();
      poller.addTimer(interval, { repeat: true, key: "beat" });
      const after = performance.now();
      let turns = 0;
      let waited = after;
      while (turns < 25) {
        const [{ late, missed }] = await wait();
        const now = performance.now();
        const turn = turns + 1;
        turns += 1 + missed!;
        // When it was found, counted from a start that lies between `before` and `after`.
        const [earliest, latest] = [before, after].map((start) => start + interval * turn + late!);
        assert(earliest <= now + 1e-3, `turn ${turn}, ${late} ms late, is found before it is due`);
        assert(
          latest >= waited - 1e-3,
          `turn ${turn}, ${late} ms late, was due in an earlier wait`,
        );
        assert(late! > interval * missed! - 1e-3 && late! < interval * (missed! + 1) + 1e-3);
        waited = now;
      }
    },
  ));

  Deno.test(withWait(
    "timers end waits one after another, in the order of their times",
    async (poller, wait) => {
      const seen: string[] = [];
      for (const interval of [9, 1, 5, 13, 3, 11, 7]) {
        poller.addTimer(interval, { key: `${interval}` });
      }
      while (seen.length < 7) seen.push(...(await wait()).map(({ key }) => key!));
      assertEquals(seen, ["1", "3", "5", "7", "9", "11", "13"]);
      assertEquals(await wait(0), []);
    },
  ));

  Deno.test(withWait(
    "a timeout earlier than a timer gives an empty list, and the timer comes later",
    async (poller, wait) => {
      const timer = poller.addTimer(LONG, { key: "timer" });
      assertEquals(await wait(2), []);
      assertEquals(timer.active, true);
      timer.reset(3);
      assertEquals(keys(await wait(LONG)), ["timer"]);
    },
  ));

  Deno.test(
    withWait("a timer that was reset to later doesn't end it before", async (poller, wait) => {
      const timer = poller.addTimer(2, { key: "timer" });
      const begin = performance.now();
      timer.reset(20);
      assertEquals(keys(await wait()), ["timer"]);
      assert(performance.now() - begin >= 20);
    }),
  );

  Deno.test(withWait("a timer that was cancelled doesn't end it", async (poller, wait) => {
    const timer = poller.addTimer(2, { repeat: true, key: "timer" });
    timer.cancel();
    const begin = performance.now();
    assertEquals(await wait(15), []);
    assert(performance.now() - begin >= 15);
  }));

  Deno.test(withWait(
    "a message, bytes and a timer that are there at once are reported at once",
    async (poller, wait) => {
      using pull = new Pull();
      using push = new Push();
      await join(pull, push);
      using line = pipe();
      poller.add(pull, { key: "socket" });
      poller.add(line.read, { key: "pipe" });
      await push.send("x");
      assertEquals(keys(await wait()), ["socket"]);
      put(line.write);
      poller.addTimer(0, { key: "timer" });
      const ready = await wait();
      assertEquals(keys(ready), ["pipe", "socket", "timer"]);
      for (const { key, readable, late, missed } of ready) {
        assertEquals(readable, key !== "timer");
        assertEquals(
          [typeof late, missed],
          key === "timer" ? ["number", 0] : ["undefined", undefined],
        );
      }
      assertEquals(keys(await wait()), ["pipe", "socket"]);
    },
  ));

  Deno.test(
    withWait("a source that is always ready doesn't starve timers", async (poller, wait) => {
      using line = pipe();
      put(line.write);
      poller.add(line.read, { key: "pipe" });
      let fired = 0;
      poller.addTimer(1, { repeat: true, key: "beat" });
      const limit = performance.now() + STUCK;
      while (fired < 5) {
        const ready = keys(await wait());
        assert(ready.includes("pipe"));
        if (ready.includes("beat")) fired++;
        assert(performance.now() < limit, "the timer doesn't fire");
      }
    }),
  );

  Deno.test(withWait("timers that fire all the time don't starve sources", async (poller, wait) => {
    using line = pipe();
    poller.add(line.read, { key: "pipe" });
    poller.addTimer(0.01, { repeat: true, key: "beat" });
    for (let i = 0; i < 20; i++) {
      put(line.write);
      const ready = keys(await wait());
      assert(ready.includes("pipe"), `${ready}`);
      take(line.read);
    }
  }));
}

for (const over of eachBackend()) {
  Deno.test(over("a timer set while a wait is pending ends it", async (poller) => {
    using parks = new Parks();
    const wait = poller.wait();
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
    const begin = performance.now();
    poller.addTimer(5, { key: "timer" });
    assertEquals(keys(await soon(wait)), ["timer"]);
    assert(performance.now() - begin >= 5);
  }));

  Deno.test(over("a timer reset to earlier ends the pending wait earlier", async (poller) => {
    using parks = new Parks();
    const timer = poller.addTimer(LONG, { key: "timer" });
    const wait = poller.wait();
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
    const begin = performance.now();
    timer.reset(5);
    assertEquals(keys(await soon(wait)), ["timer"]);
    assert(performance.now() - begin >= 5);
  }));

  Deno.test(over("a timer revived while a wait is pending ends it", async (poller) => {
    using parks = new Parks();
    const timer = poller.addTimer(0, { key: "timer" });
    assertEquals(keys(await poller.wait()), ["timer"]);
    const wait = poller.wait();
    await turnsUntil(() => parks.outstanding === 1, "the sleep");
    timer.reset(1);
    assertEquals(keys(await soon(wait)), ["timer"]);
  }));

  Deno.test(over(
    "a timer reset to later prolongs the pending wait, as often as that happens",
    async (poller) => {
      using parks = new Parks();
      const timer = poller.addTimer(5, { key: "timer" });
      let ended = false;
      const wait = poller.wait().finally(() => ended = true);
      const limit = performance.now() + 30;
      let begin = 0;
      // As a heartbeat does: whenever something comes, the silence begins again.
      while (performance.now() < limit && !ended) {
        begin = performance.now();
        timer.reset();
        await turn();
      }
      assertEquals(keys(await soon(wait)), ["timer"]);
      assert(performance.now() - begin >= 5);
      assert(parks.count < 30, `the thread was sent to sleep ${parks.count} times`);
    },
  ));

  Deno.test(over(
    "a timer cancelled while a wait is pending leaves the wait to its timeout",
    async (poller) => {
      for (let inTime = false; !inTime;) {
        const begin = performance.now();
        const timer = poller.addTimer(150, { key: "timer" });
        const wait = poller.wait({ timeout: 170 });
        await turn();
        timer.cancel();
        inTime = performance.now() - begin < 150; // else the machine has stood still
        const ready = await soon(wait);
        if (!inTime) continue;
        assertEquals(ready, []);
        assert(performance.now() - begin >= 170);
      }
    },
  ));

  Deno.test(over("a pending wait ends by a message that comes before the timer", async (poller) => {
    using pull = new Pull();
    using push = new Push();
    await join(pull, push);
    poller.add(pull, { key: "socket" });
    const timer = poller.addTimer(LONG, { key: "timer" });
    for (let i = 0; i < 20; i++) {
      const wait = poller.wait();
      await turn();
      timer.reset();
      await push.send(`${i}`);
      assertEquals(keys(await soon(wait)), ["socket"]);
      assertEquals(String(pull.tryReceive()), `${i}`);
    }
  }));

  Deno.test(
    over("wake, an abort and a close end a wait that has a timer to come", async (poller) => {
      poller.addTimer(LONG, { key: "timer" });
      const woken = poller.wait();
      await turn();
      poller.wake();
      assertEquals(await soon(woken), []);
      const controller = new AbortController();
      const aborted = poller.wait({ signal: controller.signal });
      await turn();
      controller.abort(new Error("my reason"));
      await rejects(soon(aborted), { message: "my reason" });
      const closed = poller.wait();
      await turn();
      poller.close();
      await rejectsCode(closed, "EBADF");
    }),
  );

  Deno.test(over(
    "a timer that came due while nothing waited is reported by the next wait, as late as it is",
    async (poller) => {
      poller.addTimer(1, { key: "timer" });
      const begin = performance.now();
      while (performance.now() - begin < 6) await turn();
      const [{ key, late }] = await poller.wait();
      assertEquals(key, "timer");
      assert(late! >= 5 - 1e-6, `${late}`);
    },
  ));

  Deno.test(over("iterating over a Poller gives its timers' turns", async (poller) => {
    const beat = poller.addTimer(1, { repeat: true, key: "beat" });
    let turns = 0;
    for await (const ready of poller) {
      assertEquals(ready.map(({ source }) => source === beat), [true]);
      if (++turns === 10) break;
    }
    assertEquals(turns, 10);
  }));
}

Deno.test("each of many Pollers that wait at once is ended by its own timer", async () => {
  const pollers = Array.from(
    { length: 100 },
    (_, i) => new Poller<string>({ backend: KINDS[i % KINDS.length] }),
  );
  try {
    const waits = pollers.map((poller, i) => {
      poller.addTimer((i * 37) % 20, { key: `${i}` });
      poller.addTimer(LONG, { key: "late" });
      return poller.wait();
    });
    const all = await soon(Promise.all(waits));
    assertEquals(all.map(keys), pollers.map((_, i) => [`${i}`]));
  } finally {
    for (const poller of pollers) poller.close();
  }
});

for (const over of eachBackend()) {
  Deno.test(over(
    "each of thousands of timers is reported once, those due at once in order",
    async (poller) => {
      const number = 5000;
      for (let i = 0; i < number; i++) poller.addTimer((i * 7919) % 30, { key: `${i}` });
      const seen = new Set<string>();
      for (let reported = 0; reported < number;) {
        const ready = await soon(poller.wait());
        const lateness = ready.map(({ late }) => late!);
        assertEquals(lateness, lateness.toSorted((one, other) => other - one));
        for (const { key } of ready) seen.add(key!);
        reported += ready.length;
      }
      assertEquals(seen.size, number);
      assertEquals(await poller.wait({ timeout: 0 }), []);
    },
  ));
}

for (const backend of KINDS) {
  Deno.test(`${backend}: a timer doesn't keep the process alive by itself`, async () => {
    const { code, stdout, stderr } = await run(`
      import { Poller } from "$MOD";
      const poller = new Poller({ backend: "${backend}" });
      poller.addTimer(${LONG});
      poller.addTimer(${LONG}, { repeat: true });
      await poller.wait({ timeout: 1 });
      console.log("waited");
    `);
    assertEquals([code, stdout, stderr], [0, "waited\n", ""]);
  });

  Deno.test(`${backend}: a wait for a timer keeps the process alive until it fires`, async () => {
    const { code, stdout, stderr } = await run(`
      import { Poller } from "$MOD";
      const poller = new Poller({ backend: "${backend}" });
      poller.addTimer(100, { key: "fired" });
      poller.wait().then(([{ key }]) => console.log(key));
    `);
    assertEquals([code, stdout, stderr], [0, "fired\n", ""]);
  });
}

for (const over of eachBackend()) {
  Deno.test(over("timers need no descriptor", (poller) => {
    poller.addTimer(LONG);
    const before = openDescriptors();
    for (let i = 0; i < 500; i++) poller.addTimer(LONG, { repeat: true });
    assertEquals(poller.waitSync({ timeout: 0 }), []);
    assertEquals(openedSince(before), []);
  }, !LINUX));
}
