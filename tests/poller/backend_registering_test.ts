/** Registering: add, modify, remove, and what they refuse. */

import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { HANGUP, READABLE, WRITABLE } from "../../poller/backend.ts";
import { closeFd, duplicateTo, pipe, put, socketPair } from "../fds.ts";
import { both, CONTRACTS, lasts, onPool, onThread } from "./contract.ts";
import { throwsCode } from "../failures.ts";

for (const { claim, registers, unused } of CONTRACTS) {
  Deno.test(claim("a set without descriptors waits out its time", async (set) => {
    assertEquals(onThread(set, 0), {});
    assertEquals(await onPool(set, 1), {});
  }));

  Deno.test(claim("a descriptor is reported with its token from add to remove", async (set) => {
    using a = pipe();
    put(a.write);
    assertEquals(await both(set), {});
    set.add(a.read, READABLE, "a");
    assertEquals(await both(set), { a: READABLE });
    set.remove(a.read);
    assertEquals(await both(set), {});
    set.add(a.read, READABLE, "again");
    assertEquals(await both(set), { again: READABLE });
  }));

  Deno.test(
    claim(
      "each of several descriptors is reported with its own token and readiness",
      async (set) => {
        using a = pipe();
        using b = pipe();
        using c = socketPair();
        set.add(a.read, READABLE, "a");
        set.add(b.write, WRITABLE, "b");
        set.add(c.read, READABLE | WRITABLE, "c");
        assertEquals(await both(set), { b: WRITABLE, c: WRITABLE });
        put(a.write);
        put(c.write);
        assertEquals(await both(set), { a: READABLE, b: WRITABLE, c: READABLE | WRITABLE });
        set.remove(a.read);
        assertEquals(await both(set), { b: WRITABLE, c: READABLE | WRITABLE });
      },
    ),
  );

  Deno.test(claim("modify changes what is reported", async (set) => {
    using a = socketPair();
    put(a.write);
    set.add(a.read, READABLE, "a");
    set.modify(a.read, WRITABLE);
    assertEquals(await both(set), { a: WRITABLE });
    set.modify(a.read, READABLE | WRITABLE);
    assertEquals(await both(set), { a: READABLE | WRITABLE });
    set.modify(a.read, READABLE);
    assertEquals(await both(set), { a: READABLE });
  }));

  Deno.test(claim(
    "interest 0 reports nothing, not even a hang-up, and keeps the registration",
    async (set) => {
      using a = pipe();
      using b = pipe();
      put(a.write);
      set.add(a.read, 0, "a");
      set.add(b.read, READABLE, "b");
      set.modify(b.read, 0);
      b.close(b.write);
      assertEquals(await lasts(set, 20), {});
      throwsCode(() => set.add(a.read, READABLE, "a"), "EEXIST", registers);
      set.modify(a.read, READABLE);
      set.modify(b.read, READABLE);
      assertEquals(await both(set), { a: READABLE, b: HANGUP });
      set.modify(a.read, 0);
      set.modify(b.read, 0);
      assertEquals(await lasts(set, 20), {});
      set.remove(a.read);
      set.remove(b.read);
    },
  ));

  Deno.test(claim("adding twice is EEXIST, and the first registration stands", async (set) => {
    using a = pipe();
    put(a.write);
    set.add(a.read, READABLE, "a");
    throwsCode(() => set.add(a.read, READABLE, "b"), "EEXIST", registers);
    assertEquals(await both(set), { a: READABLE });
  }));

  Deno.test(claim("adding a closed descriptor is EBADF, whatever the interest", async (set) => {
    const closed = unused;
    for (const interest of [READABLE, WRITABLE, 0]) {
      throwsCode(() => set.add(closed, interest, "closed"), "EBADF", registers);
    }
    throwsCode(() => set.remove(closed), "ENOENT", registers);
    using a = pipe();
    duplicateTo(a.read, closed);
    set.add(closed, READABLE, "opened");
    put(a.write);
    assertEquals(await both(set), { opened: READABLE });
    set.remove(closed);
    closeFd(closed);
  }));

  Deno.test(claim("modifying or removing what isn't watched is ENOENT", (set) => {
    using a = pipe();
    throwsCode(() => set.modify(a.read, READABLE), "ENOENT", registers);
    throwsCode(() => set.remove(a.read), "ENOENT", registers);
    set.add(a.read, READABLE, "a");
    set.remove(a.read);
    throwsCode(() => set.modify(a.read, READABLE), "ENOENT", registers);
    throwsCode(() => set.remove(a.read), "ENOENT", registers);
  }));

  Deno.test(claim("what can't be a descriptor is refused at once", (set) => {
    for (const fd of [0.5, NaN, Infinity, "0", undefined, null] as number[]) {
      throws(() => set.add(fd, READABLE, "a"), TypeError);
      throws(() => set.modify(fd, READABLE), TypeError);
      throws(() => set.remove(fd), TypeError);
    }
    for (const fd of [-1, 2 ** 31]) {
      throws(() => set.add(fd, READABLE, "a"), RangeError);
      throws(() => set.modify(fd, READABLE), RangeError);
      throws(() => set.remove(fd), RangeError);
    }
  }));
}
