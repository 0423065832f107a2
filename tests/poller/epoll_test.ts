/** What the epoll backend does with the kernel's set, beyond what every backend must. */

import "../fds.ts";
import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { ZmqError } from "../../errors.ts";
import { EPOLL_CTL_ADD } from "../../ffi/constants.ts";
import { READABLE, WRITABLE } from "../../poller/backend.ts";
import { EpollBackend } from "../../poller/epoll.ts";
import { EpollSet } from "../../poller/epoll_set.ts";
import { duplicate, duplicateTo, openDescriptors, openedSince, Pair, pipe, put } from "../fds.ts";
import { both, onThread } from "./contract.ts";
import { watched } from "../replacing.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const ignore = !HAS_LINUX_CALLS;

/** Has the ADD of that number, counted from 0, fail as it does without memory, until the end of the block. */
class FailingAdd implements Disposable {
  /** How many ADDs there were. */
  count = 0;
  readonly #undo: Disposable;

  constructor(number: number) {
    this.#undo = watched(EpollSet.prototype, "control", (operation) => {
      if (operation !== EPOLL_CTL_ADD || this.count++ !== number) return;
      throw new ZmqError("no memory", { code: "ENOMEM", errno: 12, call: "epoll_ctl" });
    });
  }

  [Symbol.dispose](): void {
    this.#undo[Symbol.dispose]();
  }
}

/** A set within a set, and what they have; the inner or the outer one has to be rebuilt before its next wait. */
class Nested implements Disposable {
  readonly outer = new EpollBackend<string>();
  readonly inner = new EpollBackend<string>();
  readonly a: Pair = pipe();
  readonly b: Pair = pipe();
  readonly c: Pair = pipe();
  readonly #copy: number[] = [];

  constructor() {
    this.outer.add(this.a.read, READABLE, "a");
    this.outer.add(this.b.write, WRITABLE, "b");
    this.inner.add(this.c.read, READABLE, "c");
    this.outer.attach(this.inner, "inner");
    put(this.a.write);
    this.outer.wake();
    onThread(this.outer, 0);
  }

  /** Closes a descriptor before it's removed, so that the set needs a rebuild. */
  closeUnremoved(set: EpollBackend<string>): void {
    const gone = pipe();
    this.#copy.push(duplicate(gone.read), duplicate(gone.write));
    set.add(gone.read, READABLE, "gone");
    gone[Symbol.dispose]();
    set.remove(gone.read);
    put(this.#copy.at(-1)!);
    onThread(set, 0);
  }

  [Symbol.dispose](): void {
    this.outer.close();
    this.inner.close();
    for (const line of [this.a, this.b, this.c]) line[Symbol.dispose]();
    for (const fd of this.#copy) new Pair(fd, fd)[Symbol.dispose]();
  }
}

/** Has each ADD of a set's rebuild fail once, with sets that are made for it, and returns how many there were. */
async function eachFailing(
  which: "outer" | "inner",
  body: (sets: Nested) => unknown,
): Promise<number> {
  for (let number = 0;; number++) {
    using sets = new Nested();
    sets.closeUnremoved(sets[which]);
    {
      using add = new FailingAdd(number);
      const wait = () => onThread(sets[which], 0);
      if (number === 0) throws(wait, { code: "ENOMEM" });
      else {try {
          wait();
        } catch (error) {
          assertEquals((error as ZmqError).code, "ENOMEM");
        }}
      if (add.count <= number) return number;
    }
    await body(sets);
  }
}

Deno.test({
  name: "a set is rebuilt once for each descriptor that was closed before it was removed",
  ignore,
  fn: () => {
    using sets = new Nested();
    const { outer } = sets;
    let rebuilt = 0;
    using _ = watched(EpollSet.prototype, "rebuild", () => void rebuilt++);
    for (const times of [1, 2]) {
      sets.closeUnremoved(outer);
      for (let waits = 0; waits < 3; waits++) {
        assertEquals(onThread(outer, 0), { a: READABLE, b: WRITABLE });
      }
      assertEquals(rebuilt, times);
    }
  },
});

Deno.test({
  name: "a rebuild that failed half-way left entries out of the kernel's set, for good",
  ignore,
  fn: async () => {
    const adds = await eachFailing("outer", async ({ outer, c }) => {
      assertEquals(onThread(outer, 0), { a: READABLE, b: WRITABLE });
      put(c.write);
      assertEquals(onThread(outer, 0), { a: READABLE, b: WRITABLE, inner: READABLE });
      assertEquals(await both(outer), { a: READABLE, b: WRITABLE });
      outer.wake();
      assertEquals(await both(outer), { a: READABLE, b: WRITABLE });
    });
    assertEquals(adds, 4); // the wake-up, two descriptors, and the inner set
  },
});

Deno.test({
  name: "a rebuild that failed half-way left entries that couldn't be changed any more",
  ignore,
  fn: async () => {
    await eachFailing("outer", async ({ outer, inner, a, b, c }) => {
      outer.modify(a.read, 0);
      outer.remove(b.write);
      outer.add(b.read, READABLE, "b");
      outer.detach(inner);
      outer.attach(inner, "again");
      put(b.write);
      put(c.write);
      assertEquals(onThread(outer, 0), { b: READABLE, again: READABLE });
      outer.modify(a.read, READABLE);
      assertEquals(await both(outer), { a: READABLE, b: READABLE });
    });
  },
});

Deno.test({
  name: "a rebuild that failed half-way left a nested set without what it has",
  ignore,
  fn: async () => {
    const adds = await eachFailing("inner", async ({ outer, inner, c }) => {
      outer.attach(inner, "again"); // as the next wait of a Poller does
      put(c.write);
      assertEquals(onThread(inner, 0), { c: READABLE });
      outer.attach(inner, "again");
      assertEquals(onThread(outer, 0), { a: READABLE, b: WRITABLE, again: READABLE });
      assertEquals(await both(inner), { c: READABLE });
    });
    assertEquals(adds, 2); // to the outer set, and its descriptor
  },
});

Deno.test({
  name:
    "a rebuild took a file for one that was watched, since it had the closed descriptor's number",
  ignore,
  fn: async () => {
    using sets = new Nested();
    const { outer, a } = sets;
    sets.closeUnremoved(outer);
    const file = openSync("/dev/null", "r");
    duplicateTo(file, a.read);
    closeSync(file);
    assertEquals(await both(outer), { b: WRITABLE });
    outer.remove(a.read);
  },
});

Deno.test({
  name:
    "a set whose wake-up couldn't be added leaves no descriptor of it open, and has one at the next try",
  ignore,
  fn: () => {
    const set = new EpollBackend<string>();
    const before = openDescriptors();
    {
      using _ = new FailingAdd(0);
      throws(() => set.wake(), { code: "ENOMEM" });
    }
    assertEquals(openedSince(before).filter((one) => one.includes("eventfd")), []);
    set.wake();
    set.close();
  },
});
