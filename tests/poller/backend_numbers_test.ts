/** Descriptors' numbers that are closed, and come back as other files. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { READABLE, WRITABLE } from "../../poller/backend.ts";
import { createBackend } from "../../poller/create.ts";
import { closeFd, duplicateTo, openDescriptors, openedSince, pipe, put, take } from "../fds.ts";
import { both, collected, CONTRACTS, lasts, LONG, onPool, onThread } from "./contract.ts";
import { throwsCode } from "../failures.ts";

for (const { claim, kind, registers, unused, countable } of CONTRACTS) {
  Deno.test(
    claim(
      "a number that was removed, closed and used again belongs to the new file",
      async (set) => {
        using a = pipe();
        using b = pipe();
        const number = duplicateTo(a.read, unused);
        put(a.write);
        set.add(number, READABLE, "a");
        assertEquals(await both(set), { a: READABLE });
        set.remove(number);
        duplicateTo(b.read, number);
        set.add(number, READABLE, "b");
        assertEquals(await both(set), {});
        put(b.write);
        assertEquals(await both(set), { b: READABLE });
        set.remove(number);
        closeFd(number);
      },
    ),
  );

  Deno.test(
    claim("a number closed without remove and used again brings no stale event", async (set) => {
      using a = pipe();
      using b = pipe();
      put(a.write);
      const number = duplicateTo(a.read, unused);
      a.close(a.read);
      set.add(number, READABLE, "a");
      assertEquals(await both(set), { a: READABLE });
      closeFd(number);
      duplicateTo(b.read, number);
      assertEquals(await both(set), {});
      throwsCode(() => set.add(number, READABLE, "b"), "EEXIST", registers);
      set.remove(number);
      set.add(number, READABLE, "b");
      assertEquals(await both(set), {});
      put(b.write);
      assertEquals(await both(set), { b: READABLE });
      set.remove(number);
      closeFd(number);
    }),
  );

  Deno.test(claim(
    "a number closed between wait and collect, and used again, brings no stale event",
    async (set) => {
      using a = pipe();
      using b = pipe();
      put(a.write);
      const number = duplicateTo(a.read, unused);
      set.add(number, READABLE, "a");
      await set.wait(LONG);
      set.remove(number);
      duplicateTo(b.read, number);
      set.add(number, READABLE, "b");
      assertEquals(collected(set), {});
      assertEquals(await both(set), {});
      set.remove(number);
      closeFd(number);
    },
  ));

  Deno.test(
    claim("a descriptor closed without remove falls silent, and waits last again", async (set) => {
      using a = pipe();
      using b = pipe();
      const file = openSync(new URL(import.meta.url), "r");
      put(a.write);
      set.add(a.read, READABLE, "a");
      set.add(b.read, READABLE, "b");
      set.add(file, READABLE, "file");
      assertEquals(await both(set), { a: READABLE, file: READABLE });
      a.close(a.read);
      closeSync(file);
      assertEquals(await both(set), {});
      assertEquals(await lasts(set, 20), {});
      throwsCode(() => set.modify(a.read, WRITABLE), "EBADF", registers);
      set.remove(a.read);
      set.remove(file);
      throwsCode(() => set.remove(a.read), "ENOENT", registers);
      put(b.write);
      assertEquals(await both(set), { b: READABLE });
    }),
  );

  Deno.test(claim(
    "what was closed without remove, and lives on as a duplicate, lets waits last",
    async (set) => {
      using a = pipe();
      using b = pipe();
      const file = openSync("/dev/null", "r");
      const nested = createBackend<string>(kind);
      try {
        const number = duplicateTo(a.read, unused);
        set.add(number, READABLE, "a");
        set.add(b.read, READABLE, "b");
        set.attach(nested, "nested");
        put(a.write);
        assertEquals(await both(set), { a: READABLE });
        closeFd(number); // a.read is the same file, and open
        set.remove(number);
        assertEquals(await both(set), {});
        assertEquals(await lasts(set, 20), {});
        put(b.write);
        assertEquals(await both(set), { b: READABLE });
        set.remove(b.read);
        set.wake();
        assertEquals(await onPool(set, LONG), {});
        nested.add(b.read, READABLE, "b");
        assertEquals(onThread(set, LONG), { nested: READABLE });
        assertEquals(await both(set), {});
        set.add(file, READABLE, "file");
        assertEquals(await both(set), { file: READABLE });
      } finally {
        nested.close();
        closeSync(file);
      }
    },
  ));

  Deno.test(claim("the same is true of waits on a pool thread alone", async () => {
    using a = pipe();
    const before = openDescriptors();
    const set = createBackend<string>(kind);
    const number = duplicateTo(a.read, unused);
    set.add(number, READABLE, "a");
    put(a.write);
    closeFd(number);
    set.remove(number);
    for (let turn = 0; turn < 3; turn++) assertEquals(await onPool(set, 0), {});
    const begin = performance.now();
    assertEquals(await onPool(set, 20), {});
    assert(performance.now() - begin >= 20);
    set.close();
    assertEquals(openedSince(before), []);
  }, !countable));

  Deno.test(claim("nor does it bring back a nested set that was reported", async (set) => {
    using a = pipe();
    using b = pipe();
    const nested = createBackend<string>(kind);
    nested.add(b.read, READABLE, "b");
    put(b.write);
    set.attach(nested, "nested");
    assertEquals(onThread(set, LONG), { nested: READABLE });
    const number = duplicateTo(a.read, unused);
    set.add(number, READABLE, "a");
    put(a.write);
    closeFd(number);
    set.remove(number);
    assertEquals(await both(set), {});
    assertEquals(await lasts(set, 20), {});
    set.attach(nested, "nested");
    assertEquals(onThread(set, LONG), { nested: READABLE });
    nested.close();
  }));

  Deno.test(
    claim("the same happens in a nested set, and it still ends its parent's wait", async (set) => {
      using a = pipe();
      using b = pipe();
      const nested = createBackend<string>(kind);
      try {
        const number = duplicateTo(a.read, unused);
        nested.add(number, READABLE, "a");
        nested.add(b.read, READABLE, "b");
        put(a.write);
        closeFd(number);
        nested.remove(number);
        for (let turn = 0; turn < 3; turn++) {
          set.attach(nested, "nested");
          onThread(set, 0);
          onThread(nested, 0);
          await onPool(set, 0);
        }
        set.attach(nested, "nested");
        assertEquals(await lasts(set, 20), {});
        put(b.write);
        assertEquals(await onPool(set, LONG), { nested: READABLE });
        assertEquals(onThread(nested, 0), { b: READABLE });
        take(b.read);
        // The same between attaching and waiting.
        duplicateTo(a.read, number);
        nested.add(number, READABLE, "a");
        closeFd(number);
        nested.remove(number);
        assertEquals(onThread(nested, 0), {});
        set.attach(nested, "nested");
        assertEquals(onThread(nested, 0), {});
        put(b.write);
        assertEquals(await onPool(set, LONG), { nested: READABLE });
      } finally {
        nested.close();
      }
    }),
  );
}
