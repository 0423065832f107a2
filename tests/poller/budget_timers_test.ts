/** Timers beside operations that never have to wait. */

import { ok as assert } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";

// Whatever is there at once is answered by microtasks, which starve every timer if no one counts them.

/** Claims that a 1 ms timer fires while something that never has to wait is done again and again. */
async function besideATimer(work: () => Promise<unknown>): Promise<void> {
  let fired = 0;
  const timer = setInterval(() => fired++, 1);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  assert(fired >= 5, `the timer fired ${fired} times`);
}

const MANY = 300_000;

Deno.test("300,000 awaited receives let a 1 ms timer fire", async () => {
  using pull = new Pull({ receiveHighWaterMark: 0 });
  using push = new Push({ sendHighWaterMark: 0 });
  await join(pull, push, freshAddress("inproc"));
  for (let i = 0; i < MANY; i++) push.trySend("x");
  await besideATimer(async () => {
    for (let i = 0; i < MANY; i++) await pull.receive();
  });
});

Deno.test("300,000 turns of for await let a 1 ms timer fire", async () => {
  using pull = new Pull({ receiveHighWaterMark: 0 });
  using push = new Push({ sendHighWaterMark: 0 });
  await join(pull, push, freshAddress("inproc"));
  for (let i = 0; i < MANY; i++) push.trySend("x");
  await besideATimer(async () => {
    let number = 0;
    for await (const _ of pull) if (++number === MANY) break;
  });
});

Deno.test("300,000 awaited sends let a 1 ms timer fire", async () => {
  using pull = new Pull({ receiveHighWaterMark: 0 });
  using push = new Push({ sendHighWaterMark: 0, linger: 0 });
  await join(pull, push, freshAddress("inproc"));
  await besideATimer(async () => {
    for (let i = 0; i < MANY; i++) await push.send("x");
  });
});
