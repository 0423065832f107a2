/** How long a wait lasts. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { READABLE } from "../../poller/backend.ts";
import { pipe, put } from "../fds.ts";
import { collected, CONTRACTS, lasts, onPool, onThread, parked } from "./contract.ts";
import { soon } from "../waiting.ts";

for (const { claim } of CONTRACTS) {
  Deno.test(claim("a time-out isn't cut short", async (set) => {
    using a = pipe();
    set.add(a.read, READABLE, "a");
    assertEquals(await lasts(set, 30), {});
  }));

  Deno.test(claim("a fraction of a millisecond is rounded up", async (set) => {
    assertEquals(await lasts(set, 0.1, 1), {});
  }));

  Deno.test(claim("a time-out of 0, or one just passed, doesn't wait", async (set) => {
    for (const timeout of [0, -0.2, -1.5]) {
      assertEquals(await onPool(set, timeout), {});
      assertEquals(onThread(set, timeout), {});
    }
  }));

  Deno.test(claim("a wait without limit is ended by data, also on this thread", async (set) => {
    using a = pipe();
    set.add(a.read, READABLE, "a");
    const waiting = set.wait(-1);
    await parked(-1);
    put(a.write);
    await soon(waiting);
    assertEquals(collected(set), { a: READABLE });
    assertEquals(onThread(set, -1), { a: READABLE });
    await soon(set.wait(Infinity));
    assertEquals(collected(set), { a: READABLE });
  }));

  Deno.test(claim("a wait without limit is ended by wake", async (set) => {
    const waiting = set.wait(-1);
    await parked(-1);
    set.wake();
    await soon(waiting);
    assertEquals(collected(set), {});
  }));
}
