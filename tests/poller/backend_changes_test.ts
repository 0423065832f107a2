/** What changes while a wait is outstanding, or between its end and its collection. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { HANGUP, READABLE, WRITABLE } from "../../poller/backend.ts";
import { createBackend } from "../../poller/create.ts";
import { pipe, put, socketPair } from "../fds.ts";
import { both, collected, CONTRACTS, LONG, onThread, parked, until } from "./contract.ts";
import { soon } from "../waiting.ts";

for (const { claim, kind } of CONTRACTS) {
  Deno.test(claim("what is added while waiting ends the wait when it's ready", async (set) => {
    using a = pipe();
    using b = pipe();
    put(a.write);
    const waiting = set.wait(LONG);
    await parked(LONG);
    set.add(b.read, READABLE, "b");
    set.add(a.read, READABLE, "a");
    await soon(waiting);
    assertEquals(await until(set, collected(set)), { a: READABLE });
  }));

  Deno.test(claim("what is added while waiting, and ready later, ends the wait", async (set) => {
    using a = pipe();
    const waiting = set.wait(LONG);
    await parked(LONG);
    set.add(a.read, READABLE, "a");
    const found = waiting.then(() => until(set, collected(set)));
    put(a.write);
    assertEquals(await soon(found), { a: READABLE });
  }));

  Deno.test(claim("a file that is added while waiting ends the wait", async (set) => {
    const nothing = openSync("/dev/null", "r");
    try {
      const waiting = set.wait(LONG);
      await parked(LONG);
      set.add(nothing, READABLE, "null");
      await soon(waiting);
      assertEquals(await until(set, collected(set)), { null: READABLE });
    } finally {
      closeSync(nothing);
    }
  }));

  Deno.test(claim(
    "what is removed while waiting isn't reported, and the wait goes on without it",
    async (set) => {
      using a = pipe();
      using b = pipe();
      set.add(a.read, READABLE, "a");
      set.add(b.read, READABLE, "b");
      const waiting = set.wait(LONG);
      await parked(LONG);
      set.remove(a.read);
      put(a.write);
      const found = waiting.then(() => until(set, collected(set)));
      put(b.write);
      assertEquals(await soon(found), { b: READABLE });
    },
  ));

  Deno.test(claim(
    "what is removed while waiting, and closed, is closed at once for its peer",
    async (set) => {
      using a = socketPair();
      using b = pipe();
      const other = createBackend<string>(kind);
      set.add(a.read, READABLE, "a");
      set.add(b.read, READABLE, "b");
      const waiting = set.wait(LONG);
      await parked(LONG);
      set.remove(a.read);
      a.close(a.read);
      other.add(a.write, READABLE, "peer");
      // Sooner than the outstanding wait would end by itself.
      const found = onThread(other, LONG / 4);
      assert((found.peer & HANGUP) !== 0, "the peer sees no hang-up");
      other.close();
      set.wake();
      await soon(waiting);
      assertEquals(collected(set), {});
    },
  ));

  Deno.test(claim("modifying while waiting takes effect in both directions", async (set) => {
    using a = socketPair();
    using b = pipe();
    set.add(a.read, READABLE, "a");
    const first = set.wait(LONG);
    await parked(LONG);
    set.modify(a.read, READABLE | WRITABLE);
    await soon(first);
    assertEquals(await until(set, collected(set)), { a: WRITABLE });
    set.modify(a.read, READABLE);
    set.add(b.read, READABLE, "b");
    const second = set.wait(LONG);
    await parked(LONG);
    set.modify(a.read, 0);
    put(a.write);
    const found = second.then(() => until(set, collected(set)));
    put(b.write);
    assertEquals(await soon(found), { b: READABLE });
  }));

  Deno.test(
    claim("an event isn't reported for what was removed between wait and collect", async (set) => {
      using a = pipe();
      using b = pipe();
      put(a.write);
      put(b.write);
      set.add(a.read, READABLE, "a");
      set.add(b.read, READABLE, "b");
      await set.wait(LONG);
      set.remove(a.read);
      assertEquals(collected(set), { b: READABLE });
    }),
  );

  Deno.test(claim("nor for what was removed and added again", async (set) => {
    using a = pipe();
    put(a.write);
    set.add(a.read, READABLE, "a");
    await set.wait(LONG);
    set.remove(a.read);
    set.add(a.read, READABLE, "again");
    assertEquals(collected(set), {});
    assertEquals(await both(set), { again: READABLE });
  }));

  Deno.test(claim(
    "an event between wait and collect is reported as far as it's still of interest",
    async (set) => {
      using a = socketPair();
      using b = socketPair();
      using c = pipe();
      using d = pipe();
      for (const { write } of [a, b, c, d]) put(write);
      set.add(a.read, READABLE | WRITABLE, "a");
      set.add(b.read, READABLE, "b");
      set.add(c.read, READABLE, "c");
      set.add(d.read, READABLE, "d");
      c.close(c.write);
      d.close(d.write);
      await set.wait(LONG);
      set.modify(a.read, WRITABLE);
      set.modify(b.read, 0);
      set.modify(c.read, WRITABLE);
      set.modify(d.read, 0);
      assertEquals(collected(set), { a: WRITABLE, c: HANGUP });
    },
  ));

  Deno.test(claim("what is collected late isn't taken for something else", async (set) => {
    const pipes = Array.from({ length: 10 }, () => pipe());
    for (const [index, { read, write }] of pipes.entries()) {
      if (index < 5) put(write);
      set.add(read, READABLE, String(index));
    }
    await set.wait(LONG);
    // Removed, so that others may take their places, and not collected.
    for (const { read } of pipes.slice(0, 4)) set.remove(read);
    const waiting = set.wait(LONG);
    for (const token of Object.keys(collected(set))) assertEquals(token, "4");
    await soon(waiting);
    for (const token of Object.keys(collected(set))) assertEquals(token, "4");
    assertEquals(await both(set), { 4: READABLE });
    for (const one of pipes) one[Symbol.dispose]();
  }));

  Deno.test(claim("what one report removes isn't reported after it", async (set) => {
    using a = pipe();
    using b = pipe();
    using c = pipe();
    const pipes = [a, b, c];
    for (const { read, write } of pipes) {
      put(write);
      set.add(read, READABLE, String(read));
    }
    for (const way of ["onPool", "onThread"]) {
      const reported: string[] = [];
      const report = (token: string) => {
        reported.push(token);
        for (const { read } of pipes) if (String(read) !== token) set.remove(read);
      };
      if (way === "onPool") {
        await set.wait(LONG);
        set.collect(report);
      } else {
        set.waitSync(LONG, report);
      }
      assertEquals(reported.length, 1, way);
      for (const { read } of pipes) {
        if (String(read) !== reported[0]) set.add(read, READABLE, String(read));
      }
    }
  }));

  Deno.test(
    claim("a report may remove its own, and hides none of the others by that", async (set) => {
      const pipes = Array.from({ length: 20 }, () => pipe());
      for (const { read, write } of pipes) {
        put(write);
        set.add(read, READABLE, String(read));
      }
      const reported = new Set<string>();
      await set.wait(LONG);
      set.collect((token) => {
        reported.add(token);
        set.remove(Number(token));
      });
      assertEquals(reported.size, 20);
      assertEquals(await both(set), {});
      for (const { read } of pipes) set.add(read, READABLE, String(read));
      assertEquals(Object.keys(await both(set)).length, 20);
      for (const one of pipes) one[Symbol.dispose]();
    }),
  );

  Deno.test(claim("a report may add, and wait on this thread", async (set) => {
    using a = pipe();
    using b = pipe();
    put(a.write);
    put(b.write);
    set.add(a.read, READABLE, "a");
    const reported: string[] = [];
    set.waitSync(LONG, (token) => {
      reported.push(token);
      set.add(b.read, READABLE, "b");
      set.remove(a.read);
      set.waitSync(LONG, (token) => reported.push(token));
    });
    assertEquals(reported, ["a", "b"]);
    assertEquals(await both(set), { b: READABLE });
  }));

  Deno.test(claim("collecting again reports nothing again", async (set) => {
    using a = pipe();
    const nothing = openSync("/dev/null", "r");
    put(a.write);
    set.add(a.read, READABLE, "a");
    set.add(nothing, READABLE, "null");
    await set.wait(LONG);
    assertEquals(collected(set), { a: READABLE, null: READABLE });
    assertEquals(collected(set), {});
    closeSync(nothing);
  }));
}
