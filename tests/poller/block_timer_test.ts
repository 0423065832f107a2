import "../util.ts";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { BlockTimer } from "../../poller/block_timer.ts";
import { blocking, durations } from "./blocking.ts";
import { pause } from "../waiting.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const ignore = !HAS_LINUX_CALLS;

// The timer fires within a millisecond; without it, the time-out behind it is 20 ms.
Deno.test({ name: "a bounded wait for nothing ends within a millisecond or so", ignore }, () => {
  const { block, close } = blocking<string>();
  const shortest = Math.min(...durations(block, 20));
  close();
  assert(shortest < 5, `${shortest} ms`);
});

Deno.test(
  { name: "a timer that has fired before doesn't end a bounded wait at once", ignore },
  () => {
    const { block, close } = blocking<string>();
    const waits: number[] = [];
    for (let i = 0; i < 20; i++) {
      block(() => {});
      const pending = performance.now() + 1;
      while (performance.now() < pending);
      waits.push(...durations(block, 1));
    }
    close();
    assert(Math.max(...waits) > 0.1, `${waits}`);
  },
);

Deno.test(
  { name: "once disarmed, the timer ends no parked wait", ignore },
  async () => {
    const { backend, block, disarm, close } = blocking<string>();
    backend.wake(); // so that the timer is still to fire
    block(() => {});
    disarm();
    let ended = false;
    const parked = backend.wait(-1).then(() => ended = true);
    await pause(20);
    const early = ended;
    backend.wake();
    await parked;
    close();
    assertEquals(early, false);
  },
);

/** In how many ns a timer fires. */
function left({ fd }: BlockTimer): number {
  const text = Deno.readTextFileSync(`/proc/self/fdinfo/${fd}`);
  const [, seconds, nanoseconds] = /it_value: \((\d+), (\d+)\)/.exec(text)!;
  return Number(seconds) * 1e9 + Number(nanoseconds);
}

Deno.test(
  { name: "a timer fires after the time of its last start, not of its first", ignore },
  () => {
    const timer = new BlockTimer();
    const begin = performance.now();
    timer.start(begin, 900);
    timer.stop();
    timer.start(begin, 90);
    const ns = left(timer);
    timer.close();
    assert(ns > 0 && ns <= 90e6, `${ns} ns`);
  },
);

Deno.test({ name: "a timer is set again once half of its time is over", ignore }, () => {
  const timer = new BlockTimer();
  const begin = performance.now();
  timer.start(begin, 900);
  const first = left(timer);
  timer.start(begin + 400, 900);
  const kept = left(timer);
  timer.start(begin + 500, 900);
  const again = left(timer);
  timer.close();
  assert(kept < first && again > kept, `${first} ${kept} ${again}`);
});
