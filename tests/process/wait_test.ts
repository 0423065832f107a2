import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { waitUntil } from "../../process/wait.ts";
import { replaced } from "../replacing.ts";

// A library that is loaded within a test counts as a leak of it.
libc();

Deno.test({
  name: "what is done already isn't waited for",
  fn() {
    let asked = 0;
    const isDone = () => ++asked > 0;
    assertEquals([waitUntil(isDone, 0), waitUntil(isDone, Infinity), asked], [true, true, 2]);
  },
});

Deno.test({
  name: "a wait for what doesn't come lasts as long as its limit, and asks a few times only",
  fn() {
    let asked = 0;
    const isDone = () => ++asked < 0;
    const started = performance.now();
    assertEquals(waitUntil(isDone, 200), false);
    const time = performance.now() - started;
    assert(time >= 200, `${time} ms`);
    assert(asked < 100, `asked ${asked} times`);
  },
});

Deno.test({
  name: "a wait ends by what another thread does, while this one is blocked",
  fn() {
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const code = "onmessage = ({ data }) => Atomics.store(data, 0, 1)";
    const worker = new Worker(`data:text/javascript,${encodeURIComponent(code)}`, {
      type: "module",
    });
    worker.postMessage(flag);
    assertEquals(waitUntil(() => Atomics.load(flag, 0) === 1, 10_000), true);
    worker.terminate();
  },
});

Deno.test("a wait lasts an eighth longer than necessary at most, and 10 ms at most, and asks rarely", () => {
  let now = 0;
  const slices: { after: number; took: number }[] = [];
  {
    using _clock = replaced(performance, "now", () => now);
    using _sleep = replaced(libc(), "usleep", (microseconds) => {
      const took = microseconds / 1000;
      slices.push({ after: now, took });
      now += took;
      return 0;
    });
    assertEquals(waitUntil(() => false, 200), false);
  }
  assertEquals([slices[0].took, slices.at(-2)!.took, Math.round(now)], [0.05, 10, 200]);
  const tooLong = slices.filter(({ after, took }) => took > Math.max(after / 8 + 0.001, 0.05));
  assertEquals(tooLong, []);
  assert(slices.length < 80, `${slices.length} slices`);
});
