/** Sets that are attached to another set. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { type Backend, HANGUP, READABLE, WRITABLE } from "../../poller/backend.ts";
import { createBackend, kinds } from "../../poller/create.ts";
import { pipe, put, socketPair, take } from "../fds.ts";
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
import { soon } from "../waiting.ts";
import { throwsCode } from "../failures.ts";

for (const { claim, kind, registers } of CONTRACTS) {
  const claimNested = (
    name: string,
    body: (parent: Backend<string>, nested: Backend<string>) => unknown,
  ) =>
    claim(name, async (parent) => {
      const nested = createBackend<string>(kind);
      try {
        await body(parent, nested);
      } finally {
        nested.close();
      }
    });

  Deno.test(claimNested(
    "a nested set with something ready is reported once for each attach",
    async (parent, nested) => {
      using a = pipe();
      using b = pipe();
      parent.add(b.read, READABLE, "b");
      nested.add(a.read, READABLE, "a");
      parent.attach(nested, "nested");
      assertEquals(await both(parent), {});
      put(a.write);
      assertEquals(await onPool(parent, LONG), { nested: READABLE });
      assertEquals(await both(parent), {});
      assertEquals(onThread(nested, 0), { a: READABLE });
      assertEquals(onThread(nested, 0), { a: READABLE });
      parent.attach(nested, "again");
      put(b.write);
      assertEquals(onThread(parent, LONG), { b: READABLE, again: READABLE });
      assertEquals(await both(parent), { b: READABLE });
      take(a.read);
      parent.attach(nested, "nested");
      assertEquals(await both(parent), { b: READABLE });
      put(a.write);
      assertEquals(await onPool(parent, LONG), { b: READABLE, nested: READABLE });
    },
  ));

  Deno.test(
    claimNested(
      "a nested set that becomes ready ends the parent's wait",
      async (parent, nested) => {
        using a = pipe();
        nested.add(a.read, READABLE, "a");
        parent.attach(nested, "nested");
        const waiting = parent.wait(LONG);
        await parked(LONG);
        put(a.write);
        await soon(waiting);
        assertEquals(collected(parent), { nested: READABLE });
        assertEquals(onThread(nested, 0), { a: READABLE });
      },
    ),
  );

  Deno.test(claimNested("attaching while the parent waits takes effect", async (parent, nested) => {
    using a = pipe();
    nested.add(a.read, READABLE, "a");
    put(a.write);
    const waiting = parent.wait(LONG);
    await parked(LONG);
    parent.attach(nested, "nested");
    await soon(waiting);
    assertEquals(await until(parent, collected(parent)), { nested: READABLE });
  }));

  Deno.test(claimNested(
    "a nested set that changes while the parent waits takes effect",
    async (parent, nested) => {
      using a = pipe();
      using b = socketPair();
      const nothing = openSync("/dev/null", "r");
      put(a.write);
      nested.add(b.read, READABLE, "b");
      const changes = [
        () => nested.add(a.read, READABLE, "a"),
        () => (nested.remove(a.read), nested.modify(b.read, WRITABLE)),
        () => (nested.remove(b.read), nested.add(nothing, READABLE, "null")),
      ];
      for (const change of changes) {
        onThread(nested, 0);
        parent.attach(nested, "nested");
        const waiting = parent.wait(LONG);
        if (change === changes[0]) await parked(LONG);
        change();
        await soon(waiting);
        assertEquals(await until(parent, collected(parent)), { nested: READABLE });
        assertEquals(await both(parent), {});
      }
      assertEquals(onThread(nested, 0), { null: READABLE });
      closeSync(nothing);
    },
  ));

  Deno.test(claimNested("a nested set with a file in it is ready", async (parent, nested) => {
    const nothing = openSync("/dev/null", "r");
    try {
      nested.add(nothing, READABLE, "null");
      for (let turn = 0; turn < 3; turn++) {
        parent.attach(nested, "nested");
        assertEquals(turn === 1 ? onThread(parent, LONG) : await onPool(parent, LONG), {
          nested: READABLE,
        });
        assertEquals(await both(parent), {});
        assertEquals(onThread(nested, 0), { null: READABLE });
      }
      nested.remove(nothing);
      onThread(nested, 0);
      parent.attach(nested, "nested");
      assertEquals(await both(parent), {});
    } finally {
      closeSync(nothing);
    }
  }));

  Deno.test(claimNested(
    "what a nested set has removed doesn't end its parent's wait",
    async (parent, nested) => {
      using a = pipe();
      using b = pipe();
      nested.add(a.read, READABLE, "a");
      nested.add(b.read, READABLE, "b");
      put(a.write);
      nested.remove(a.read);
      parent.attach(nested, "nested");
      assertEquals(await lasts(parent, 20), {});
    },
  ));

  Deno.test(claimNested(
    "what leaves a nested set, or leaves with it, and is closed, is closed at once for its peer",
    async (parent, nested) => {
      const leaving = [
        (fd: number) => nested.remove(fd),
        (fd: number) => (parent.detach(nested), nested.remove(fd)),
      ];
      for (const leave of leaving) {
        using a = socketPair();
        const other = createBackend<string>(kind);
        nested.add(a.read, READABLE, "a");
        parent.attach(nested, "nested");
        const waiting = parent.wait(LONG);
        await parked(LONG);
        leave(a.read);
        a.close(a.read);
        other.add(a.write, READABLE, "peer");
        const { peer } = onThread(other, LONG / 4);
        assert((peer & HANGUP) !== 0, "the peer sees no hang-up");
        other.close();
        parent.wake();
        await soon(waiting);
        collected(parent);
      }
    },
  ));

  Deno.test(claimNested("waking a nested set ends the parent's wait", async (parent, nested) => {
    parent.attach(nested, "nested");
    const waiting = parent.wait(LONG);
    await parked(LONG);
    nested.wake();
    await soon(waiting);
    assertEquals(await until(parent, collected(parent)), { nested: READABLE });
    assertEquals(onThread(nested, -1), {});
    parent.attach(nested, "nested");
    assertEquals(await both(parent), {});
    const next = parent.wait(LONG);
    await parked(LONG);
    nested.wake();
    await soon(next);
    assertEquals(collected(parent), { nested: READABLE });
  }));

  Deno.test(claimNested(
    "a detached nested set isn't reported, nor one attached again by its old event",
    async (parent, nested) => {
      using a = pipe();
      nested.add(a.read, READABLE, "a");
      put(a.write);
      parent.detach(nested);
      parent.attach(nested, "nested");
      parent.detach(nested);
      parent.detach(nested);
      assertEquals(await both(parent), {});
      parent.attach(nested, "nested");
      await parent.wait(LONG);
      parent.detach(nested);
      assertEquals(collected(parent), {});
      assertEquals(await both(parent), {});
      parent.attach(nested, "nested");
      await parent.wait(LONG);
      parent.attach(nested, "again");
      assertEquals(collected(parent), {});
      assertEquals(onThread(parent, LONG), { again: READABLE });
      assertEquals(await both(parent), {});
    },
  ));

  Deno.test(claimNested(
    "a nested set that's attached elsewhere leaves its first parent",
    async (parent, nested) => {
      using a = pipe();
      const second = createBackend<string>(kind);
      nested.add(a.read, READABLE, "a");
      put(a.write);
      parent.attach(nested, "nested");
      second.attach(nested, "second");
      assertEquals(await both(parent), {});
      assertEquals(onThread(second, LONG), { second: READABLE });
      second.close();
      parent.attach(nested, "nested");
      assertEquals(onThread(parent, LONG), { nested: READABLE });
    },
  ));

  Deno.test(claimNested(
    "a set that is detached from another one than its parent stays attached",
    async (parent, nested) => {
      using a = pipe();
      const other = createBackend<string>(kind);
      parent.attach(nested, "nested");
      other.detach(nested);
      const waiting = parent.wait(2 * LONG);
      await parked(2 * LONG);
      put(a.write);
      nested.add(a.read, READABLE, "a");
      await soon(waiting);
      assertEquals(await until(parent, collected(parent)), { nested: READABLE });
      other.close();
    },
  ));

  Deno.test(claimNested("a nested set's report may attach it again", (parent, nested) => {
    using a = pipe();
    nested.add(a.read, READABLE, "a");
    put(a.write);
    parent.attach(nested, "nested");
    for (let turn = 0; turn < 3; turn++) {
      let reports = 0;
      parent.waitSync(LONG, () => {
        reports++;
        parent.attach(nested, "nested");
      });
      assertEquals(reports, 1);
    }
  }));

  Deno.test(claimNested(
    "a nested set that one report detaches isn't reported after it",
    async (parent, nested) => {
      using a = pipe();
      put(a.write);
      const second = createBackend<string>(kind);
      for (const one of [nested, second]) one.add(a.read, READABLE, "a");
      parent.attach(nested, "nested");
      parent.attach(second, "second");
      const reported: string[] = [];
      await parent.wait(LONG);
      parent.collect((token) => {
        reported.push(token);
        parent.detach(token === "nested" ? second : nested);
      });
      assertEquals(reported.length, 1);
      assertEquals(await both(parent), {});
      second.close();
    },
  ));

  Deno.test(claimNested(
    "a closed nested set leaves its parent, also while that waits",
    async (parent, nested) => {
      using a = pipe();
      using b = pipe();
      parent.add(b.read, READABLE, "b");
      nested.add(a.read, READABLE, "a");
      nested.wake();
      parent.attach(nested, "nested");
      assertEquals(await onPool(parent, LONG), { nested: READABLE });
      onThread(nested, 0);
      parent.attach(nested, "nested");
      const waiting = parent.wait(LONG);
      await parked(LONG);
      nested.close();
      put(a.write);
      put(b.write);
      await soon(waiting);
      assertEquals(await until(parent, collected(parent)), { b: READABLE });
      throwsCode(() => parent.attach(nested, "nested"), "EBADF", registers);
      // The next to be opened gets the number that the nested set had, where it had one.
      using c = pipe();
      put(c.write);
      parent.remove(b.read);
      parent.add(c.read, READABLE, "c");
      parent.detach(nested);
      assertEquals(await both(parent), { c: READABLE });
    },
  ));

  Deno.test(claimNested("a parent may be closed before its nested sets", (parent, nested) => {
    using a = pipe();
    parent.attach(nested, "nested");
    parent.close();
    nested.add(a.read, READABLE, "a");
    put(a.write);
    assertEquals(onThread(nested, 0), { a: READABLE });
  }));

  Deno.test(claimNested("only another set of the same kind can be a nested set", (parent) => {
    for (const one of kinds().filter((one) => one !== kind)) {
      const other = createBackend(one);
      throws(() => parent.attach(other, "nested"), TypeError);
      parent.detach(other);
      other.close();
    }
    throws(() => parent.attach(parent, "nested"), TypeError);
  }));

  Deno.test(claimNested(
    "many nested sets with many descriptors each are told apart",
    async (parent, nested) => {
      const nestedSets = [nested, ...Array.from({ length: 7 }, () => createBackend<string>(kind))];
      const pipes = Array.from({ length: 80 }, () => pipe());
      try {
        for (const [index, { read }] of pipes.entries()) {
          nestedSets[index % 8].add(read, READABLE, `${index}`);
        }
        for (const [index, one] of nestedSets.entries()) parent.attach(one, `${index}`);
        assertEquals(await both(parent), {});
        for (const index of [10, 18, 77]) put(pipes[index].write);
        parent.add(pipes[10].read, READABLE, "own");
        assertEquals(await onPool(parent, LONG), { 2: READABLE, 5: READABLE, own: READABLE });
        assertEquals(onThread(nestedSets[2], 0), { 10: READABLE, 18: READABLE });
        assertEquals(onThread(nestedSets[5], 0), { 77: READABLE });
        put(pipes[0].write);
        assertEquals(onThread(parent, LONG), { 0: READABLE, own: READABLE });
      } finally {
        for (const one of nestedSets) one.close();
        for (const one of pipes) one[Symbol.dispose]();
      }
    },
  ));
}
