/** Deadlines in order. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { type Deadline, Deadlines } from "../../poller/deadlines.ts";

class Someone implements Deadline {
  place = -1;

  constructor(public deadline: number) {}
}

/** Numbers that look random and are the same in each run. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

function takeAll(deadlines: Deadlines<Someone>, now = 1e9): number[] {
  const taken: number[] = [];
  for (let due; (due = deadlines.takeDue(now)) !== undefined;) taken.push(due.deadline);
  return taken;
}

Deno.test("deadlines: an empty list has none, and none are due", () => {
  const deadlines = new Deadlines<Someone>();
  assertEquals(deadlines.earliest, Infinity);
  assertEquals(deadlines.takeDue(1e12), undefined);
});

Deno.test("deadlines: those that are due come out in order, and no others", () => {
  const deadlines = new Deadlines<Someone>();
  for (const at of [5, 3, 9, 1, 7, 3, 8]) deadlines.add(new Someone(at));
  assertEquals(deadlines.earliest, 1);
  assertEquals(takeAll(deadlines, 0.999), []);
  assertEquals(takeAll(deadlines, 3), [1, 3, 3]);
  assertEquals(deadlines.earliest, 5);
  assertEquals(takeAll(deadlines, 8.5), [5, 7, 8]);
  assertEquals(takeAll(deadlines), [9]);
  assertEquals(deadlines.earliest, Infinity);
});

Deno.test("deadlines: what was removed never comes out, wherever it stood", () => {
  for (let removed = 0; removed < 15; removed++) {
    const deadlines = new Deadlines<Someone>();
    const members = Array.from({ length: 15 }, (_, i) => new Someone((i * 7) % 15));
    for (const member of members) deadlines.add(member);
    deadlines.remove(members[removed]);
    assertEquals(members[removed].place, -1);
    const rest = members.filter((_, i) => i !== removed).map(({ deadline }) => deadline);
    assertEquals(takeAll(deadlines), rest.sort((a, b) => a - b));
  }
});

Deno.test("deadlines: removing what isn't in there, or is out again, is nothing", () => {
  const deadlines = new Deadlines<Someone>();
  const one = new Someone(1);
  const other = new Someone(2);
  deadlines.remove(one);
  deadlines.add(one);
  deadlines.add(other);
  deadlines.remove(one);
  deadlines.remove(one);
  assert(deadlines.takeDue(5) === other);
  deadlines.remove(other);
  assertEquals(deadlines.earliest, Infinity);
  deadlines.add(one);
  assert(deadlines.takeDue(5) === one);
});

Deno.test("deadlines: 20,000 arrivals and departures at random keep the order of a sorted list", () => {
  const random = numbers(7);
  const next = (below: number) => random.next().value! % below;
  const deadlines = new Deadlines<Someone>();
  const members: Someone[] = [];
  for (let step = 0; step < 20_000; step++) {
    const choice = next(10);
    if (choice < 6 || members.length === 0) {
      const one = new Someone(next(1000));
      members.push(one);
      deadlines.add(one);
    } else if (choice < 9) {
      const [gone] = members.splice(next(members.length), 1);
      deadlines.remove(gone);
    } else {
      const due = deadlines.takeDue(1e9) as Someone;
      members.splice(members.indexOf(due), 1);
      assert(members.every(({ deadline }) => deadline >= due.deadline));
    }
    if (step % 100 !== 0) continue;
    const earliest = members.reduce((least, { deadline }) => Math.min(least, deadline), Infinity);
    assertEquals(deadlines.earliest, earliest);
  }
  const sorted = members.map(({ deadline }) => deadline).sort((a, b) => a - b);
  assertEquals(takeAll(deadlines), sorted);
});
