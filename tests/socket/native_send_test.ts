/** A buffer that is sent again and again, whose address is remembered. */

import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { Pair, Poller, Pull, Push, Router } from "../../mod.ts";
import { freshAddress, join } from "../util.ts";
import { pipeline } from "./support.ts";

/** Often enough for the buffer to be remembered, whatever was sent before. */
const OFTEN = 200;

interface Ends {
  push: Push;
  pull: Pull;
}

function sendOften(push: Push, pull: Pull, buffer: Uint8Array): void {
  for (let i = 0; i < OFTEN; i++) {
    push.sendSync(buffer);
    pull.receiveSync();
  }
}

function passed(push: Push, pull: Pull, buffer: Uint8Array): number[] {
  push.sendSync(buffer);
  return [...pull.receiveSync()[0]];
}

Deno.test("a buffer that is sent again and again arrives as it was at each send", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffer = new Uint8Array(8);
  for (let i = 0; i < OFTEN; i++) {
    buffer.fill(i);
    push.sendSync(buffer);
    assertEquals([...pull.receiveSync()[0]], Array(8).fill(i));
  }
});

Deno.test("two buffers that are sent by turns aren't mixed up", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const one = Uint8Array.of(1, 1, 1);
  const other = Uint8Array.of(2, 2, 2);
  for (let i = 0; i < OFTEN; i++) {
    push.sendSync([one, other, one]);
    push.sendSync(other);
    assertEquals(pull.receiveSync().map((frame) => [...frame]), [[1, 1, 1], [2, 2, 2], [1, 1, 1]]);
    assertEquals([...pull.receiveSync()[0]], [2, 2, 2]);
  }
});

Deno.test("trySend says true of each message of a buffer that it sends again and again", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffer = Uint8Array.of(0);
  for (let i = 0; i < OFTEN; i++) {
    buffer[0] = i;
    assertEquals(push.trySend(buffer), true);
    assertEquals([...pull.receiveSync()[0]], [i]);
  }
  assertEquals(pull.tryReceive(), undefined);
});

Deno.test("a buffer that was transferred after many sends is refused, and what it became is sent", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffer = Uint8Array.of(1, 2, 3);
  sendOften(push, pull, buffer);
  const moved = new Uint8Array(buffer.buffer.transfer());
  moved.fill(9);
  for (let i = 0; i < 3; i++) {
    throws(() => push.sendSync(buffer), { name: "TypeError", message: /transferred/ });
    throws(() => push.trySend(buffer), { name: "TypeError", message: /transferred/ });
  }
  assertEquals(passed(push, pull, moved), [9, 9, 9]);
});

Deno.test("a buffer that was resized after many sends is sent in its new size", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const memory = new ArrayBuffer(3, { maxByteLength: 16 });
  const buffer = new Uint8Array(memory);
  buffer.fill(7);
  sendOften(push, pull, buffer);
  memory.resize(5);
  for (let i = 0; i < 3; i++) assertEquals(passed(push, pull, buffer), [7, 7, 7, 0, 0]);
  memory.resize(1);
  for (let i = 0; i < 3; i++) assertEquals(passed(push, pull, buffer), [7]);
});

Deno.test("what was sent many times isn't sent through a socket that was closed since", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffer = Uint8Array.of(1);
  sendOften(push, pull, buffer);
  push.close();
  throws(() => push.trySend(buffer), { code: "EBADF" });
  throws(() => push.sendSync(buffer), { code: "EBADF" });
});

Deno.test("what a Push has sent many times is refused by a Router as any message of one part", async () => {
  using sockets = await pipeline();
  using router = new Router();
  const { push, pull } = sockets;
  const buffer = Uint8Array.of(1);
  sendOften(push, pull, buffer);
  throws(() => router.trySend(buffer), TypeError);
  throws(() => router.sendSync(buffer), TypeError);
});

Deno.test("what was sent many times doesn't overtake a send that waits", async () => {
  using full = new Push({ sendHighWaterMark: 1 });
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffer = Uint8Array.of(1);
  const waiting = full.send("first"); // it has no peer
  sendOften(push, pull, buffer);
  assertEquals(full.trySend(buffer), false);
  await full.bind(freshAddress("inproc"));
  using late = new Pull();
  late.connect(full.lastEndpoint!);
  sendOften(push, pull, buffer);
  assertEquals(full.writable, true);
  full.sendSync(buffer);
  assertEquals([
    late.receiveSync({ timeout: 10_000 })[0].text(),
    [...late.receiveSync({ timeout: 10_000 })[0]],
  ], ["first", [1]]);
  await waiting;
});

Deno.test("what is sent many times through a socket doesn't take its Poller's wake-up away", async () => {
  using one = new Pair();
  using other = new Pair();
  await join(one, other, freshAddress("inproc"));
  using poller = new Poller();
  poller.add(one);
  const buffer = Uint8Array.of(1);
  for (let i = 0; i < 20; i++) {
    assertEquals(poller.waitSync({ timeout: 0 }).length, 0);
    other.sendSync("a message, and a command that the sends read");
    for (let k = 0; k < OFTEN; k++) one.sendSync(buffer);
    assertEquals(poller.waitSync({ timeout: 10_000 }).map(({ readable }) => readable), [true]);
    one.receiveSync();
    for (let k = 0; k < OFTEN; k++) other.receiveSync();
  }
});

Deno.test("nothing, sent after what was sent many times, is refused as it always is", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const nothing = undefined as unknown as string;
  throws(() => push.trySend(nothing), TypeError);
  sendOften(push, pull, Uint8Array.of(1));
  throws(() => push.trySend(nothing), TypeError);
  await new Promise((resolve) => setImmediate(resolve)); // what was remembered is forgotten
  throws(() => push.sendSync(nothing), { name: "TypeError", message: /not of undefined/ });
});

/** Sends what is made many times, and keeps nothing of it but this. */
function sentOften({ push, pull }: Ends, make: () => Uint8Array): WeakRef<object> {
  const buffer = make();
  sendOften(push, pull, buffer);
  return new WeakRef(buffer.buffer);
}

const LARGE: Record<string, () => Uint8Array> = {
  "a buffer of more than 4 KB": () => new Uint8Array(4097),
  "a memory of more than 4 KB": () => new Uint8Array(4097).subarray(0, 4),
};

for (const [what, make] of Object.entries(LARGE)) {
  Deno.test(`${what} isn't kept from being collected by having been sent many times`, async () => {
    using sockets = await pipeline();
    await collected(sentOften(sockets, make));
  });
}

Deno.test("a small buffer that was sent many times isn't kept once others were sent", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const gone = sentOften(sockets, () => new Uint8Array(4));
  for (let i = 0; i < OFTEN; i++) passed(push, pull, new Uint8Array(4));
  await collected(gone);
});

// Awaited sends, between which a small buffer stays remembered ---------------------------------------

async function sendOftenByAwait(push: Push, pull: Pull, buffer: Uint8Array): Promise<void> {
  for (let i = 0; i < OFTEN; i++) {
    await push.send(buffer);
    pull.receiveSync();
  }
}

for (const size of [8, 5000]) {
  Deno.test(`a buffer of ${size} bytes that is sent by one await after another arrives as it was at each send`, async () => {
    using sockets = await pipeline();
    const { push, pull } = sockets;
    const buffer = new Uint8Array(size);
    for (let i = 0; i < OFTEN; i++) {
      buffer.fill(i);
      await push.send(buffer);
      assertEquals([...pull.receiveSync()[0]], Array(size).fill(i));
    }
  });
}

Deno.test("a buffer that was transferred after many awaited sends is refused, and what it became is sent", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffer = Uint8Array.of(1, 2, 3);
  await sendOftenByAwait(push, pull, buffer);
  const moved = new Uint8Array(buffer.buffer.transfer());
  moved.fill(9);
  for (let i = 0; i < 3; i++) {
    await rejects(push.send(buffer), { name: "TypeError", message: /transferred/ });
  }
  await push.send(moved);
  assertEquals([...pull.receiveSync()[0]], [9, 9, 9]);
});

Deno.test("what was sent many times by await is refused where a send has no effect", async () => {
  using sockets = await pipeline();
  using router = new Router();
  const { push, pull } = sockets;
  const buffer = Uint8Array.of(1);
  await sendOftenByAwait(push, pull, buffer);
  await rejects(router.send(buffer as never), TypeError);
  await rejects(push.send(buffer, { timeout: -1 }), RangeError);
  await rejects(push.send(buffer, { timout: 1 } as never), TypeError);
  push.close();
  await rejects(push.send(buffer), { code: "EBADF" });
});

Deno.test("what is awaited many times doesn't overtake a send that waits", async () => {
  using full = new Push({ sendHighWaterMark: 1 });
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffer = Uint8Array.of(1);
  const waiting = full.send("first"); // it has no peer
  await sendOftenByAwait(push, pull, buffer);
  const second = full.send(buffer);
  await full.bind(freshAddress("inproc"));
  using late = new Pull();
  late.connect(full.lastEndpoint!);
  assertEquals([...(await late.receive())[0]], [...new TextEncoder().encode("first")]);
  assertEquals([...(await late.receive())[0]], [1]);
  await Promise.all([waiting, second]);
});

Deno.test("a buffer that is sent by await again and again lets timers fire", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffer = Uint8Array.of(1);
  let fired = false;
  setTimeout(() => fired = true, 1);
  while (!fired) {
    await push.send(buffer);
    pull.tryReceive();
  }
});

Deno.test("a message of several parts that repeats one buffer arrives, whatever was sent before", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffer = Uint8Array.of(0);
  for (let i = 0; i < OFTEN; i++) {
    buffer[0] = i;
    await push.send([buffer, "text", buffer]);
    assertEquals(pull.receiveSync().map((frame) => frame.length), [1, 4, 1]);
    await push.send(buffer);
    assertEquals([...pull.receiveSync()[0]], [i]);
  }
});

/** Resolves when the collector has taken what is referred to. A test that waits indefinitely has failed. */
async function collected(reference: WeakRef<object>): Promise<void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  for (let i = 0; i < 100 && reference.deref() !== undefined; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  assertEquals(reference.deref(), undefined);
}
