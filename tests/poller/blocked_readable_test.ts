import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import { READABLE } from "../../poller/backend.ts";
import { backgroundSources } from "../../poller/background.ts";
import { waitReadable } from "../../poller/blocked.ts";
import { pipe, put, readiness } from "../fds.ts";
import { Bell } from "./support.ts";

/** How long a wait for a descriptor takes, in ms. */
function duration(fd: number, timeout: number): number {
  const begin = performance.now();
  waitReadable(fd, timeout);
  return performance.now() - begin;
}

Deno.test("a wait for one descriptor ends with what can be read, which stays there", () => {
  using line = pipe();
  put(line.write);
  assert(duration(line.read, 60_000) < 10_000);
  assertEquals(readiness(line.read) & READABLE, READABLE);
});

Deno.test("a wait for one descriptor isn't cut short, nor rounded down", () => {
  using line = pipe();
  for (const timeout of [0.2, 20]) assert(duration(line.read, timeout) >= timeout);
});

Deno.test("a wait for one descriptor serves background sources first, and ends soon, for the next time", () => {
  using line = pipe();
  using bell = new Bell();
  backgroundSources.add(bell);
  try {
    bell.ring(READABLE);
    assert(duration(line.read, 60_000) < 10_000);
    assertEquals(bell.served, 1);
  } finally {
    backgroundSources.delete(bell);
  }
});
