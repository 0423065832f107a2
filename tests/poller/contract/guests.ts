/** Sets that are attached to another set. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { type Backend, HANGUP, READABLE, WRITABLE } from "../../../poller/backend.ts";
import { createBackend, kinds } from "../../../poller/create.ts";
import { pipe, put, socketPair, take } from "../../fds.ts";
import {
  aside,
  both,
  collected,
  type Contract,
  here,
  lasts,
  LONG,
  parked,
  soon,
  throws,
  throwsZmq,
  until,
} from "./claims.ts";

/** Registers them. */
export function guests({ claim, kind, registers }: Contract): void {
  function claimGuest(
    name: string,
    body: (host: Backend<string>, guest: Backend<string>) => unknown,
  ): void {
    claim(name, async (host) => {
      const guest = createBackend<string>(kind);
      try {
        await body(host, guest);
      } finally {
        guest.close();
      }
    });
  }

  claimGuest(
    "a guest with something ready is reported once for each attach",
    async (host, guest) => {
      using a = pipe();
      using b = pipe();
      host.add(b.read, READABLE, "b");
      guest.add(a.read, READABLE, "a");
      host.attach(guest, "guest");
      assertEquals(await both(host), {});
      put(a.write);
      assertEquals(await aside(host, LONG), { guest: READABLE });
      assertEquals(await both(host), {});
      assertEquals(here(guest, 0), { a: READABLE });
      assertEquals(here(guest, 0), { a: READABLE });
      host.attach(guest, "again");
      put(b.write);
      assertEquals(here(host, LONG), { b: READABLE, again: READABLE });
      assertEquals(await both(host), { b: READABLE });
      take(a.read);
      host.attach(guest, "guest");
      assertEquals(await both(host), { b: READABLE });
      put(a.write);
      assertEquals(await aside(host, LONG), { b: READABLE, guest: READABLE });
    },
  );

  claimGuest("a guest that becomes ready ends the host's wait", async (host, guest) => {
    using a = pipe();
    guest.add(a.read, READABLE, "a");
    host.attach(guest, "guest");
    const waiting = host.wait(LONG);
    await parked(LONG);
    put(a.write);
    await soon(waiting);
    assertEquals(collected(host), { guest: READABLE });
    assertEquals(here(guest, 0), { a: READABLE });
  });

  claimGuest("attaching while the host waits takes effect", async (host, guest) => {
    using a = pipe();
    guest.add(a.read, READABLE, "a");
    put(a.write);
    const waiting = host.wait(LONG);
    await parked(LONG);
    host.attach(guest, "guest");
    await soon(waiting);
    assertEquals(await until(host, collected(host)), { guest: READABLE });
  });

  claimGuest("a guest that changes while the host waits takes effect", async (host, guest) => {
    using a = pipe();
    using b = socketPair();
    const nothing = openSync("/dev/null", "r");
    put(a.write);
    guest.add(b.read, READABLE, "b");
    const changes = [
      () => guest.add(a.read, READABLE, "a"),
      () => (guest.remove(a.read), guest.modify(b.read, WRITABLE)),
      () => (guest.remove(b.read), guest.add(nothing, READABLE, "null")),
    ];
    for (const change of changes) {
      here(guest, 0);
      host.attach(guest, "guest");
      const waiting = host.wait(LONG);
      if (change === changes[0]) await parked(LONG);
      change();
      await soon(waiting);
      assertEquals(await until(host, collected(host)), { guest: READABLE });
      assertEquals(await both(host), {});
    }
    assertEquals(here(guest, 0), { null: READABLE });
    closeSync(nothing);
  });

  claimGuest("a guest with a file in it is ready", async (host, guest) => {
    const nothing = openSync("/dev/null", "r");
    try {
      guest.add(nothing, READABLE, "null");
      for (let turn = 0; turn < 3; turn++) {
        host.attach(guest, "guest");
        assertEquals(turn === 1 ? here(host, LONG) : await aside(host, LONG), { guest: READABLE });
        assertEquals(await both(host), {});
        assertEquals(here(guest, 0), { null: READABLE });
      }
      guest.remove(nothing);
      here(guest, 0);
      host.attach(guest, "guest");
      assertEquals(await both(host), {});
    } finally {
      closeSync(nothing);
    }
  });

  claimGuest("what a guest has removed doesn't end its host's wait", async (host, guest) => {
    using a = pipe();
    using b = pipe();
    guest.add(a.read, READABLE, "a");
    guest.add(b.read, READABLE, "b");
    put(a.write);
    guest.remove(a.read);
    host.attach(guest, "guest");
    assertEquals(await lasts(host, 20), {});
  });

  claimGuest(
    "what leaves a guest, or leaves with it, and is closed, is closed at once for its peer",
    async (host, guest) => {
      const leaving = [
        (fd: number) => guest.remove(fd),
        (fd: number) => (host.detach(guest), guest.remove(fd)),
      ];
      for (const leave of leaving) {
        using a = socketPair();
        const other = createBackend<string>(kind);
        guest.add(a.read, READABLE, "a");
        host.attach(guest, "guest");
        const waiting = host.wait(LONG);
        await parked(LONG);
        leave(a.read);
        a.close(a.read);
        other.add(a.write, READABLE, "peer");
        const { peer } = here(other, LONG / 4);
        assert((peer & HANGUP) !== 0, "the peer sees no hang-up");
        other.close();
        host.wake();
        await soon(waiting);
        collected(host);
      }
    },
  );

  claimGuest("waking a guest ends the host's wait", async (host, guest) => {
    host.attach(guest, "guest");
    const waiting = host.wait(LONG);
    await parked(LONG);
    guest.wake();
    await soon(waiting);
    assertEquals(await until(host, collected(host)), { guest: READABLE });
    assertEquals(here(guest, -1), {});
    host.attach(guest, "guest");
    assertEquals(await both(host), {});
    const next = host.wait(LONG);
    await parked(LONG);
    guest.wake();
    await soon(next);
    assertEquals(collected(host), { guest: READABLE });
  });

  claimGuest(
    "a detached guest isn't reported, nor one attached anew by its old event",
    async (host, guest) => {
      using a = pipe();
      guest.add(a.read, READABLE, "a");
      put(a.write);
      host.detach(guest);
      host.attach(guest, "guest");
      host.detach(guest);
      host.detach(guest);
      assertEquals(await both(host), {});
      host.attach(guest, "guest");
      await host.wait(LONG);
      host.detach(guest);
      assertEquals(collected(host), {});
      assertEquals(await both(host), {});
      host.attach(guest, "guest");
      await host.wait(LONG);
      host.attach(guest, "again");
      assertEquals(collected(host), {});
      assertEquals(here(host, LONG), { again: READABLE });
      assertEquals(await both(host), {});
    },
  );

  claimGuest("a guest that's attached elsewhere leaves its first host", async (host, guest) => {
    using a = pipe();
    const second = createBackend<string>(kind);
    guest.add(a.read, READABLE, "a");
    put(a.write);
    host.attach(guest, "guest");
    second.attach(guest, "second");
    assertEquals(await both(host), {});
    assertEquals(here(second, LONG), { second: READABLE });
    second.close();
    host.attach(guest, "guest");
    assertEquals(here(host, LONG), { guest: READABLE });
  });

  claimGuest("a guest's report may attach it anew", (host, guest) => {
    using a = pipe();
    guest.add(a.read, READABLE, "a");
    put(a.write);
    host.attach(guest, "guest");
    for (let turn = 0; turn < 3; turn++) {
      let reports = 0;
      host.waitSync(LONG, () => {
        reports++;
        host.attach(guest, "guest");
      });
      assertEquals(reports, 1);
    }
  });

  claimGuest("a guest that one report detaches isn't reported after it", async (host, guest) => {
    using a = pipe();
    put(a.write);
    const second = createBackend<string>(kind);
    for (const one of [guest, second]) one.add(a.read, READABLE, "a");
    host.attach(guest, "guest");
    host.attach(second, "second");
    const reported: string[] = [];
    await host.wait(LONG);
    host.collect((token) => {
      reported.push(token);
      host.detach(token === "guest" ? second : guest);
    });
    assertEquals(reported.length, 1);
    assertEquals(await both(host), {});
    second.close();
  });

  claimGuest("a closed guest leaves its host, also while that waits", async (host, guest) => {
    using a = pipe();
    using b = pipe();
    host.add(b.read, READABLE, "b");
    guest.add(a.read, READABLE, "a");
    guest.wake();
    host.attach(guest, "guest");
    assertEquals(await aside(host, LONG), { guest: READABLE });
    here(guest, 0);
    host.attach(guest, "guest");
    const waiting = host.wait(LONG);
    await parked(LONG);
    guest.close();
    put(a.write);
    put(b.write);
    await soon(waiting);
    assertEquals(await until(host, collected(host)), { b: READABLE });
    throwsZmq(() => host.attach(guest, "guest"), "EBADF", registers);
    // The next to be opened gets the number that the guest had, where it had one.
    using c = pipe();
    put(c.write);
    host.remove(b.read);
    host.add(c.read, READABLE, "c");
    host.detach(guest);
    assertEquals(await both(host), { c: READABLE });
  });

  claimGuest("a host may be closed before its guests", (host, guest) => {
    using a = pipe();
    host.attach(guest, "guest");
    host.close();
    guest.add(a.read, READABLE, "a");
    put(a.write);
    assertEquals(here(guest, 0), { a: READABLE });
  });

  claimGuest("only another set of the same kind can be a guest", (host) => {
    for (const one of kinds().filter((one) => one !== kind)) {
      const other = createBackend(one);
      throws(() => host.attach(other, "guest"), TypeError);
      host.detach(other);
      other.close();
    }
    throws(() => host.attach(host, "guest"), TypeError);
  });

  claimGuest("many guests with many descriptors each are told apart", async (host, guest) => {
    const guests = [guest, ...Array.from({ length: 7 }, () => createBackend<string>(kind))];
    const pipes = Array.from({ length: 80 }, () => pipe());
    try {
      for (const [index, { read }] of pipes.entries()) {
        guests[index % 8].add(read, READABLE, `${index}`);
      }
      for (const [index, one] of guests.entries()) host.attach(one, `${index}`);
      assertEquals(await both(host), {});
      for (const index of [10, 18, 77]) put(pipes[index].write);
      host.add(pipes[10].read, READABLE, "own");
      assertEquals(await aside(host, LONG), { 2: READABLE, 5: READABLE, own: READABLE });
      assertEquals(here(guests[2], 0), { 10: READABLE, 18: READABLE });
      assertEquals(here(guests[5], 0), { 77: READABLE });
      put(pipes[0].write);
      assertEquals(here(host, LONG), { 0: READABLE, own: READABLE });
    } finally {
      for (const one of guests) one.close();
      for (const one of pipes) one[Symbol.dispose]();
    }
  });
}
