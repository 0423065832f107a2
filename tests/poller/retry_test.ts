/** When a refused source is tried again. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import type { Reactor } from "../../poller/reactor.ts";
import { Retry } from "../../poller/retry.ts";
import type { Source } from "../../poller/source.ts";
import { StoppedClock } from "./clock.ts";

Deno.test("a retry that is due has its source looked at, and comes again 50 ms later", () => {
  using clock = new StoppedClock();
  const calls: unknown[] = [];
  const reactor = {
    queueRecheck: (source: Source) => calls.push(source),
    setDeadline: (_retry: Retry, deadline: number) => calls.push(deadline - performance.now()),
  } as unknown as Reactor;
  const source = {} as Source;
  const retry = new Retry(source, reactor);
  retry.again();
  clock.pass(50);
  retry.expire();
  assertEquals(calls, [50, source, 50]);
});
