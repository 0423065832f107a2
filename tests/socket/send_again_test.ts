/** A buffer that is sent again and again, whose address is remembered. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { type Pull, type Push } from "../../mod.ts";
import { pipeline } from "./support.ts";

/** Often enough for the buffer to be remembered, whatever was sent before. */
const OFTEN = 200;

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

Deno.test("a buffer that was transferred after many sends is empty, and so is its message", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const buffer = Uint8Array.of(1, 2, 3);
  sendOften(push, pull, buffer);
  const moved = new Uint8Array(buffer.buffer.transfer());
  moved.fill(9);
  for (let i = 0; i < 3; i++) assertEquals(passed(push, pull, buffer), []);
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

Deno.test("a buffer isn't kept from being collected by having been sent many times", async () => {
  using sockets = await pipeline();
  const { push, pull } = sockets;
  const gone = (() => {
    const buffer = new Uint8Array(4);
    sendOften(push, pull, buffer);
    return new WeakRef(buffer);
  })();
  await collected(gone);
});

/** Resolves when the collector has taken what is referred to. A test that waits for ever has failed. */
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
