/** What a message costs, counted without a clock: bounds that hold on any machine, and under any load. */

import { ok as assert } from "node:assert/strict";
import { type Cost, costOf, isWithin } from "./counting.ts";
import type { Poller, Pull, Push } from "../mod.ts";

// Not by an import above: it has to come after what counts its calls.
const zmq = await import("../mod.ts");

Deno.test.afterEach(() => zmq.Poller.idle());

/** Two sockets that are connected, and a Poller, where a way watches the one that receives. */
interface Ends {
  push: Push;
  pull: Pull;
  poller: Poller<Pull>;
}

/** A way to send, to receive or to wait. */
interface Way {
  name: string;
  /** What it may cost for each message. */
  cost: Cost;
  act: (ends: Ends, messages: number) => unknown;
  /** What comes before, and isn't counted. */
  first: (ends: Ends, messages: number) => unknown;
  /** It waits for each message, in a way that depends on the system. */
  waits?: true;
}

const small = new Uint8Array(16);
const large = new Uint8Array(65536);
const parts = [small, small];

function fill({ push }: Ends, messages: number, bytes: Uint8Array = small): void {
  for (let i = 0; i < messages; i++) push.trySend(bytes);
}

function empty({ pull }: Ends): void {
  while (pull.tryReceive() !== undefined);
}

function watch({ pull, poller }: Ends): void {
  if (poller.size === 0) poller.add(pull, { key: pull });
}

/** What was received, kept: V8 wouldn't make at all what no one can see. */
const kept: unknown[] = [];
function keep(received: unknown): void {
  kept[0] = received;
}

/**
 * The bytes have room for what V8 decides at run time: whether a number is an object of its own (16 bytes), or which of its
 * compilers makes a function. They hardly have room for a further object of 56 bytes, such as an array of one element.
 */
const WAYS: Way[] = [
  {
    name: "trySend",
    cost: { calls: 1, turns: 0, heap: 16, buffers: 0 },
    first: empty,
    act: fill,
  },
  {
    name: "trySend, text",
    cost: { calls: 1, turns: 0, heap: 72, buffers: 0 },
    first: empty,
    act({ push }, messages) {
      for (let i = 0; i < messages; i++) push.trySend("sixteen letters.");
    },
  },
  {
    name: "sendSync",
    cost: { calls: 1, turns: 0, heap: 16, buffers: 0 },
    first: empty,
    act({ push }, messages) {
      for (let i = 0; i < messages; i++) push.sendSync(small);
    },
  },
  {
    name: "await send",
    cost: { calls: 1, turns: 0, heap: 80, buffers: 0 },
    first: empty,
    async act({ push }, messages) {
      for (let i = 0; i < messages; i++) await push.send(small);
    },
  },
  {
    name: "await send, two parts",
    cost: { calls: 2, turns: 0, heap: 144, buffers: 0 },
    first: empty,
    async act({ push }, messages) {
      for (let i = 0; i < messages; i++) await push.send(parts);
    },
  },
  {
    name: "tryReceive",
    cost: { calls: 1, turns: 0, heap: 232, buffers: 0 },
    first: fill,
    act({ pull }, messages) {
      for (let i = 0; i < messages; i++) keep(pull.tryReceive());
    },
  },
  {
    name: "tryReceive, 64 KB",
    cost: { calls: 4, turns: 0, heap: 690, buffers: 65536 },
    first: (ends, messages) => fill(ends, messages, large),
    act({ pull }, messages) {
      for (let i = 0; i < messages; i++) keep(pull.tryReceive());
    },
  },
  {
    name: "receiveSync",
    cost: { calls: 1, turns: 0, heap: 232, buffers: 0 },
    first: fill,
    act({ pull }, messages) {
      for (let i = 0; i < messages; i++) keep(pull.receiveSync());
    },
  },
  {
    name: "await receive",
    cost: { calls: 1, turns: 0, heap: 296, buffers: 0 },
    first: fill,
    async act({ pull }, messages) {
      for (let i = 0; i < messages; i++) keep(await pull.receive());
    },
  },
  {
    name: "for await",
    cost: { calls: 1, turns: 0, heap: 340, buffers: 0 },
    first: fill,
    async act({ pull }, messages) {
      for await (const message of pull) {
        keep(message);
        if (--messages === 0) break;
      }
    },
  },
  {
    name: "drain",
    cost: { calls: 1, turns: 0, heap: 276, buffers: 0 },
    first: fill,
    act({ pull }, messages) {
      for (const message of pull.drain({ limit: messages })) keep(message);
    },
  },
  {
    name: "visit",
    cost: { calls: 1, turns: 0, heap: 16, buffers: 0 },
    first: fill,
    act({ pull }, messages) {
      pull.visit(keep, { limit: messages });
    },
  },
  {
    name: "await receive, which waits",
    cost: { calls: 5, turns: 1, heap: 3160, buffers: 1 },
    first: empty,
    waits: true,
    async act({ push, pull }, messages) {
      for (let i = 0; i < messages; i++) {
        const received = pull.receive();
        push.trySend(small);
        keep(await received);
      }
    },
  },
  {
    name: "for await, which waits",
    cost: { calls: 5, turns: 1, heap: 2960, buffers: 1 },
    first: empty,
    waits: true,
    async act({ push, pull }, messages) {
      const next = () => void push.trySend(small);
      queueMicrotask(next);
      for await (const message of pull) {
        keep(message);
        if (--messages === 0) break;
        queueMicrotask(next);
      }
    },
  },
  {
    name: "Poller.wait",
    cost: { calls: 1, turns: 0, heap: 1100, buffers: 0 },
    first(ends) {
      watch(ends);
      fill(ends, 1);
    },
    async act({ poller }, messages) {
      for (let i = 0; i < messages; i++) keep(await poller.wait());
    },
  },
  {
    name: "Poller.wait and tryReceive",
    cost: { calls: 3, turns: 0, heap: 1830, buffers: 0 },
    first(ends, messages) {
      watch(ends);
      fill(ends, messages);
    },
    async act({ pull, poller }, messages) {
      for (let i = 0; i < messages; i++) {
        keep(await poller.wait());
        keep(pull.tryReceive());
      }
    },
  },
  {
    name: "Poller.wait, which waits, and tryReceive",
    cost: { calls: 8, turns: 1, heap: 4300, buffers: 1 },
    first(ends) {
      watch(ends);
      empty(ends);
    },
    waits: true,
    async act({ push, pull, poller }, messages) {
      for (let i = 0; i < messages; i++) {
        const ready = poller.wait();
        push.trySend(small);
        keep(await ready);
        keep(pull.tryReceive());
      }
    },
  },
];

/** Runs with two sockets that are connected, and a Poller. */
async function withEnds<T>(name: string, use: (ends: Ends) => Promise<T>): Promise<T> {
  using pull = new zmq.Pull({ receiveHighWaterMark: 0 });
  using push = new zmq.Push({ sendHighWaterMark: 0 });
  using poller = new zmq.Poller<Pull>();
  await pull.bind(`inproc://${name}`);
  push.connect(`inproc://${name}`);
  return await use({ push, pull, poller });
}

// A table of foreign functions that is bound within a test counts as a leak of it.
for (const { name, act, first } of WAYS) {
  await withEnds(name, async (ends) => {
    await first(ends, 10);
    await act(ends, 10);
  });
}
await zmq.Poller.idle();
const IS_EPOLL = new zmq.Poller().backend === "epoll";

for (const { name, act, first, waits, cost } of WAYS) {
  const { calls, turns, heap, buffers } = cost;
  const title =
    `${name}: a message takes ${calls} foreign calls and ${turns} turns of the event loop, ` +
    `${heap} bytes of the heap and ${buffers} of buffers at most`;
  Deno.test(title, { ignore: waits && !IS_EPOLL }, () =>
    withEnds(name, async (ends) => {
      const prepare = async (messages: number) => {
        await zmq.Poller.idle(); // and with the tick that follows, all of its budget
        await first(ends, messages);
      };
      const found = await costOf((messages) => act(ends, messages), prepare, cost);
      assert(isWithin(found, cost), JSON.stringify(found));
    }));
}
