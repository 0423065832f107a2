import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { waitUntil } from "../../process/wait.ts";

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
