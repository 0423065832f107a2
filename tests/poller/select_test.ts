/** What select(2) can't tell by itself, or not of every descriptor. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { HANGUP, READABLE, WRITABLE } from "../../poller/backend.ts";
import {
  closeFd,
  descriptorLimit,
  drain,
  duplicate,
  duplicateTo,
  fill,
  openDescriptors,
  openedSince,
  pipe,
  put,
  socketPair,
  unusedNumber,
} from "../fds.ts";
import {
  both,
  collected,
  CONTRACTS,
  lasts,
  LONG,
  onPool,
  onThread,
  parked,
  until,
} from "./contract.ts";
import { libc, libcForSelect } from "../../ffi/libc.ts";
import { replaced, watched } from "../replacing.ts";
import { soon } from "../waiting.ts";
import { throwsCode } from "../failures.ts";

for (const { claim, ceiling } of CONTRACTS.filter(({ kind }) => kind === "select")) {
  const tooFew = descriptorLimit() <= ceiling;
  const reason = tooFew ? ` (skipped: no descriptor can have the number ${ceiling})` : "";

  Deno.test(
    claim(
      `a descriptor above the ceiling is a RangeError, whatever the interest${reason}`,
      (set) => {
        using a = pipe();
        const high = duplicateTo(a.read, ceiling);
        for (const interest of [READABLE, WRITABLE, 0]) {
          throws(() => set.add(high, interest, "a"), RangeError);
        }
        throwsCode(() => set.add(unusedNumber(), READABLE, "closed"), "EBADF", "select");
        throwsCode(() => set.modify(high, READABLE), "ENOENT", "select");
        throwsCode(() => set.remove(high), "ENOENT", "select");
        closeFd(high);
      },
      tooFew,
    ),
  );

  Deno.test(claim(`the highest descriptor below the ceiling is watched${reason}`, async (set) => {
    using a = socketPair();
    const high = duplicateTo(a.read, ceiling - 1);
    set.add(high, READABLE | WRITABLE, "a");
    assertEquals(await both(set), { a: WRITABLE });
    put(a.write);
    assertEquals(await both(set), { a: READABLE | WRITABLE });
    set.remove(high);
    closeFd(high);
  }, tooFew));

  Deno.test(claim(`without a low number left, waking is a RangeError${reason}`, async (set) => {
    using a = pipe();
    const taken: number[] = [];
    try {
      while ((taken.at(-1) ?? 0) < ceiling) taken.push(duplicate(a.read));
      set.add(a.read, READABLE, "a");
      const before = openDescriptors();
      throws(() => set.wake(), RangeError);
      throws(() => set.wait(0), RangeError);
      assertEquals(openedSince(before), []);
      assertEquals(set.waiting, false);
      // On this thread, no one needs to be woken.
      put(a.write);
      assertEquals(onThread(set, LONG), { a: READABLE });
    } finally {
      taken.forEach(closeFd);
    }
    assertEquals(await both(set), { a: READABLE });
  }, tooFew));

  Deno.test(claim("data that no one waits for doesn't end a wait for room", async (set) => {
    using a = socketPair();
    using b = pipe();
    put(a.write);
    fill(a.read);
    set.add(a.read, WRITABLE, "a");
    assertEquals(await lasts(set, 20), {});
    set.add(b.read, READABLE, "b");
    const waiting = set.wait(LONG);
    put(b.write);
    await soon(waiting);
    assertEquals(await until(set, collected(set)), { b: READABLE });
    drain(b.read);
    drain(a.write);
    assertEquals(await both(set), { a: WRITABLE });
  }));

  Deno.test(claim(
    "a wait for room, with unread data there, begins again only a few times a second",
    async (set) => {
      using a = socketPair();
      put(a.write);
      fill(a.read);
      set.add(a.read, WRITABLE, "a");
      const end = performance.now() + 300;
      for (
        const wait of [(left: number) => onPool(set, left), (left: number) => onThread(set, left)]
      ) {
        let waits = 0;
        for (let left; (left = end - performance.now()) > 0; waits++) {
          assertEquals(await wait(left), {});
        }
        assert(waits < 10, `${waits} waits`);
      }
    },
  ));

  Deno.test(claim("a hang-up ends a wait for room in what has no room any more", async (set) => {
    using a = pipe();
    set.add(a.read, WRITABLE, "a");
    for (const data of [0, 1]) {
      using other = pipe();
      if (data > 0) put(other.write);
      duplicateTo(other.read, a.read);
      assertEquals(await both(set), {});
      const found = soon(set.wait(LONG)).then(() => until(set, collected(set)));
      await parked(LONG);
      other.close(other.write);
      assertEquals(await found, { a: HANGUP });
      assertEquals(onThread(set, LONG), { a: HANGUP });
    }
  }));

  Deno.test(claim("poll(2) is asked only about what select(2) has found", async (set) => {
    using full = pipe();
    using free = pipe();
    using silent = pipe();
    fill(full.write);
    set.add(full.write, WRITABLE, "full");
    set.add(free.write, WRITABLE, "free");
    set.add(silent.read, READABLE, "silent");
    let asked: number[] = [];
    using _poll = watched(libc(), "poll", (row, count) => {
      const numbers = Array.from({ length: Number(count) }, (_, at) => (row as Int32Array)[2 * at]);
      asked = numbers.filter((fd) => fd >= 0);
    });
    assertEquals(onThread(set, LONG), { free: WRITABLE });
    assertEquals(asked, [free.write]);
    assertEquals(await onPool(set, LONG), { free: WRITABLE });
    assertEquals(asked, [free.write]);
  }));

  Deno.test(claim("what select(2) fails with, other than a closed descriptor, is thrown", (set) => {
    using a = pipe();
    set.add(a.read, READABLE, "a");
    const { select } = libcForSelect();
    using _invalid = replaced(
      libcForSelect(),
      "select",
      (_highest, ...rest) => select(-1, ...rest),
    );
    throwsCode(() => set.waitSync(0, () => {}), "EINVAL");
  }));

  Deno.test(
    claim("of three that never have room the last one's hang-up ends a wait", async (set) => {
      using a = pipe();
      using b = pipe();
      using c = pipe();
      for (const [name, { read }] of Object.entries({ a, b, c })) set.add(read, WRITABLE, name);
      const waiting = set.wait(LONG);
      c.close(c.write);
      await soon(waiting);
      assertEquals(await until(set, collected(set)), { c: HANGUP });
    }),
  );
}
