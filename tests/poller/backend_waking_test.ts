/** Waking: what ends a wait from outside. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { READABLE } from "../../poller/backend.ts";
import { pipe } from "../fds.ts";
import { both, collected, CONTRACTS, lasts, LONG, onPool, onThread, parked } from "./contract.ts";
import { soon } from "../waiting.ts";

for (const { claim } of CONTRACTS) {
  Deno.test(claim("wake before a wait ends it, once", async (set) => {
    set.wake();
    set.wake();
    assertEquals(await onPool(set, -1), {});
    assertEquals(await lasts(set, 20), {});
    set.wake();
    assertEquals(onThread(set, -1), {});
    assertEquals(await lasts(set, 20), {});
  }));

  Deno.test(claim("wake during a wait ends it, once however often it's called", async (set) => {
    using a = pipe();
    set.add(a.read, READABLE, "a");
    for (let turn = 0; turn < 3; turn++) {
      const waiting = set.wait(LONG);
      assertEquals(set.waiting, true);
      await parked(LONG);
      for (let time = 0; time < 1000; time++) set.wake();
      await soon(waiting);
      assertEquals(set.waiting, false);
      assertEquals(collected(set), {});
    }
    assertEquals(await lasts(set, 20), {});
  }));

  Deno.test(claim("wake at the very start of a wait ends it", async (set) => {
    const waiting = set.wait(-1);
    set.wake();
    await soon(waiting);
  }));

  Deno.test(claim("wake after a wait has ended applies to the next one", async (set) => {
    await set.wait(0);
    set.wake();
    assertEquals(collected(set), {});
    await soon(set.wait(-1));
  }));

  Deno.test(
    claim("a wake while there are files is not lost, nor kept indefinitely", async (set) => {
      const nothing = openSync("/dev/null", "r");
      try {
        set.add(nothing, READABLE, "null");
        set.wake();
        assertEquals(await both(set), { null: READABLE });
        set.remove(nothing);
        await both(set);
        assertEquals(await lasts(set, 20), {});
        set.wake();
        await soon(set.wait(-1));
      } finally {
        closeSync(nothing);
      }
    }),
  );
}
