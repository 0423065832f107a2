import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { EDGE, READABLE, WRITABLE } from "../../poller/backend.ts";
import { toPollEvents } from "../../poller/fd.ts";
import { type Entry, Pollfds, SKIPPED, WORDS } from "../../poller/pollfds.ts";

/** What poll(2) would be asked: each slot's descriptor, and the events of those that aren't skipped. */
function asked(fds: Pollfds<string>): (number | [fd: number, events: number])[] {
  return Array.from({ length: fds.slots.length }, (_, i) => {
    const [fd, events] = fds.array.subarray(WORDS * i);
    return fd === SKIPPED ? SKIPPED : [fd, events];
  });
}

/** Some descriptors, to be read, each with its number as its token. */
function filled(...numbers: number[]): Pollfds<string> {
  const fds = new Pollfds<string>();
  for (const fd of numbers) fds.add(fd, READABLE, `${fd}`);
  return fds;
}

/** The entry of a descriptor. */
function entryOf(fds: Pollfds<string>, fd: number): Entry<string> {
  return fds.slots.find((entry) => entry?.fd === fd)!;
}

const READ = toPollEvents(READABLE);

Deno.test("pollfds: each descriptor keeps its slot until the holes are filled", () => {
  const fds = filled(10, 11, 12, 13);
  fds.remove(entryOf(fds, 11));
  assertEquals(asked(fds), [[10, READ], SKIPPED, [12, READ], [13, READ]]);
  assertEquals([fds.slots[1], fds.slots[3]?.token], [undefined, "13"]);
  fds.compact();
  assertEquals(asked(fds), [[10, READ], [13, READ], [12, READ]]);
  assertEquals([fds.slots[1]?.token, entryOf(fds, 13).index], ["13", 1]);
});

Deno.test("pollfds: holes at the end, and all of them at once, are filled with nothing", () => {
  const fds = filled(10, 11, 12, 13);
  for (const fd of [13, 11, 12]) fds.remove(entryOf(fds, fd));
  fds.compact();
  assertEquals(asked(fds), [[10, READ]]);
  fds.remove(entryOf(fds, 10));
  fds.compact();
  assertEquals(asked(fds), []);
});

Deno.test("pollfds: what is added has a hole, and a generation of its own", () => {
  const fds = filled(10, 11);
  const { generation } = entryOf(fds, 10);
  fds.remove(entryOf(fds, 10));
  fds.add(10, WRITABLE, "again");
  assertEquals(asked(fds), [[10, toPollEvents(WRITABLE)], [11, READ]]);
  assertEquals(entryOf(fds, 10).generation > generation, true);
  assertEquals(fds.generation, entryOf(fds, 10).generation);
});

Deno.test("pollfds: what was closed, or is of no interest, isn't asked for", () => {
  const fds = filled(10, 11, 12);
  fds.markClosed(entryOf(fds, 10));
  fds.modify(entryOf(fds, 11), EDGE);
  assertEquals(asked(fds), [SKIPPED, SKIPPED, [12, READ]]);
  fds.modify(entryOf(fds, 11), READABLE | WRITABLE);
  assertEquals(asked(fds)[1], [11, toPollEvents(READABLE | WRITABLE)]);
  fds.modify(entryOf(fds, 10), READABLE);
  assertEquals(asked(fds)[0], SKIPPED);
});

Deno.test("pollfds: the array grows with its content", () => {
  const numbers = Array.from({ length: 100 }, (_, i) => 3 + i);
  const fds = filled(...numbers);
  assertEquals(asked(fds), numbers.map((fd) => [fd, READ]));
  fds.reserve(1000);
  assertEquals(fds.array.length >= 1000 * WORDS, true);
  assertEquals(asked(fds), numbers.map((fd) => [fd, READ]));
});
