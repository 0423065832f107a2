/** One wait at a time, and what closing does. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";
import { READABLE } from "../../poller/backend.ts";
import { createBackend } from "../../poller/create.ts";
import { openDescriptors, openedSince, pipe, put } from "../fds.ts";
import { both, collected, CONTRACTS, LONG, onPool, onThread, parked } from "./contract.ts";
import { soon } from "../waiting.ts";
import { throwsCode } from "../failures.ts";

/** How many descriptors wake a set: an eventfd, or the ends of a pipe. */
const WAKING = HAS_LINUX_CALLS ? 1 : 2;

for (const { claim, kind, waits, countable } of CONTRACTS) {
  Deno.test(claim("a second wait while one is outstanding is EBUSY", async (set) => {
    const waiting = set.wait(LONG);
    throwsCode(() => set.wait(0), "EBUSY", waits);
    throwsCode(() => onThread(set, 0), "EBUSY", waits);
    set.wake();
    await soon(waiting);
    assertEquals(await both(set), {});
  }));

  Deno.test(claim("after close everything but close is EBADF", (set) => {
    using a = pipe();
    const nested = createBackend<string>(kind);
    set.add(a.read, READABLE, "a");
    put(a.write);
    set.close();
    set.close();
    throwsCode(() => set.add(a.read, READABLE, "a"), "EBADF");
    throwsCode(() => set.modify(a.read, READABLE), "EBADF");
    throwsCode(() => set.remove(a.read), "EBADF");
    throwsCode(() => set.attach(nested, "nested"), "EBADF");
    throwsCode(() => set.wait(0), "EBADF");
    throwsCode(() => onThread(set, 0), "EBADF");
    throwsCode(() => set.wake(), "EBADF");
    // What a loop still does after its wait was ended by close.
    assertEquals(collected(set), {});
    set.detach(nested);
    assertEquals(set.waiting, false);
    nested.close();
  }));

  Deno.test(claim("closing while waiting ends the wait", async (set) => {
    using a = pipe();
    set.add(a.read, READABLE, "a");
    for (const one of [set, createBackend<string>(kind)]) {
      const waiting = one.wait(-1);
      if (one === set) await parked(-1);
      one.close();
      await soon(waiting);
      assertEquals(one.waiting, false);
      assertEquals(collected(one), {});
    }
  }));

  Deno.test(claim("what was found isn't reported after close", async (set) => {
    using a = pipe();
    const nothing = openSync("/dev/null", "r");
    put(a.write);
    set.add(a.read, READABLE, "a");
    set.add(nothing, READABLE, "null");
    await set.wait(LONG);
    set.close();
    assertEquals(collected(set), {});
    closeSync(nothing);
  }));

  Deno.test(claim("closing while waiting with something found reports nothing", async (set) => {
    using a = pipe();
    const nothing = openSync("/dev/null", "r");
    put(a.write);
    set.add(a.read, READABLE, "a");
    set.add(nothing, READABLE, "null");
    const waiting = set.wait(LONG);
    set.close();
    await soon(waiting);
    assertEquals(collected(set), {});
    closeSync(nothing);
  }));

  Deno.test(claim("every descriptor is given back, waiting or not", async () => {
    using a = pipe();
    const nothing = openSync("/dev/null", "r");
    const before = openDescriptors();
    for (let turn = 0; turn < 10; turn++) {
      const set = createBackend<string>(kind);
      const nested = createBackend<string>(kind);
      set.add(a.read, READABLE, "a");
      nested.add(nothing, READABLE, "null");
      nested.wake();
      set.attach(nested, "nested");
      await onPool(set, 0);
      const waiting = set.wait(LONG);
      if (turn % 3 === 0) set.close();
      nested.close();
      set.close();
      await soon(waiting);
      createBackend(kind).close();
    }
    assertEquals(openedSince(before), []);
    closeSync(nothing);
  }, !countable));

  Deno.test(
    claim("a set that never waits on a pool thread needs no descriptor for waking", async () => {
      using a = pipe();
      put(a.write);
      const before = openDescriptors();
      const own = kind === "epoll" ? 1 : 0;
      const parent = createBackend<string>(kind);
      await onPool(parent, 0);
      const withParent = openDescriptors();
      assertEquals(openedSince(before).length, own + WAKING);
      const nested = createBackend<string>(kind);
      nested.add(a.read, READABLE, "a");
      parent.attach(nested, "nested");
      assertEquals(await onPool(parent, LONG), { nested: READABLE });
      assertEquals(onThread(nested, LONG), { a: READABLE });
      assertEquals(openedSince(withParent).length, own);
      nested.close();
      parent.close();
    }, !countable),
  );
}
