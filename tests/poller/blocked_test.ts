/** What is done for other sources while a wait blocks this thread. */

import {
  deepStrictEqual as assertEquals,
  ok as assert,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { Pair, Poller, Publisher, Pull, Push, Subscriber } from "../../mod.ts";
import { POLLIN } from "../../ffi/constants.ts";
import { libc, libcForPoll } from "../../ffi/libc.ts";
import { readClockNext, serveOthers, SLICE } from "../../poller/blocked.ts";
import { pollNow } from "../../poller/fd.ts";
import { openSources } from "../../poller/source.ts";
import { Handle, handleOf } from "../../socket/handle.ts";
import { NativeSocket } from "../../socket/native_socket.ts";
import { replaced, watched } from "../replacing.ts";
import { freshAddress } from "../util.ts";
import { soon, STUCK, turns } from "../waiting.ts";
import { KINDS } from "./support.ts";

/** Sockets of which one waits until the other, which nothing waits for, is looked at. */
class Blocked implements Disposable {
  readonly waiting = new Pair({ linger: 0, sendHighWaterMark: 1, receiveHighWaterMark: 1 });
  readonly other = new Pull();
  readonly #peer = new Pair({ linger: 0, sendHighWaterMark: 1, receiveHighWaterMark: 1 });
  readonly #push = new Push({ linger: 0 });
  readonly #watch: Disposable;
  /** What lets the wait go on, in the middle of the look. */
  answer: () => void = () => this.#peer.sendSync("looked at");

  constructor(other: Handle = handleOf(this.other)) {
    this.waiting.bindSync(freshAddress("inproc"));
    this.#peer.connect(this.waiting.lastEndpoint!);
    const answer = () => this.answer();
    this.#watch = watched(Handle.prototype, "runCommands", function () {
      if (this === other) answer();
    });
  }

  /** Leaves a command in the other socket's mailbox, as a peer does that connects. */
  begin(): void {
    this.other.bindSync(freshAddress("inproc"));
    this.#push.connect(this.other.lastEndpoint!);
  }

  /** Fills the way to the peer, which the answer has empty again. */
  fill(): void {
    while (this.waiting.trySend("filling"));
    this.answer = () => {
      while (this.#peer.tryReceive() !== undefined);
    };
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    for (const socket of [this.waiting, this.other, this.#peer, this.#push]) socket.close();
  }
}

const timeout = STUCK;
const WAYS: Record<string, (blocked: Blocked) => void> = {
  receiveSync: ({ waiting }) => strictEqual(String(waiting.receiveSync({ timeout })), "looked at"),
  visit: ({ waiting }) => strictEqual(waiting.visit(() => {}, { timeout }), 1),
  waitSync: ({ waiting }) => strictEqual(waiting.waitSync({ timeout }), true),
  sendSync: (blocked) => {
    blocked.fill();
    blocked.waiting.sendSync("x", { timeout });
  },
  "a background source's presence": ({ waiting }) => {
    waiting.events;
    strictEqual(String(waiting.receiveSync({ timeout })), "looked at");
  },
};
for (const backend of KINDS) {
  WAYS[`a ${backend} Poller's waitSync`] = ({ waiting }) => {
    using poller = new Poller({ backend });
    poller.add(waiting);
    assertEquals(poller.waitSync({ timeout }).map(({ source }) => source), [waiting]);
  };
}

for (const [name, wait] of Object.entries(WAYS)) {
  Deno.test(`rule 9: a thread blocked by ${name} left other sockets' commands where they were`, () => {
    using blocked = new Blocked();
    blocked.begin();
    const { fd } = handleOf(blocked.other);
    strictEqual(pollNow(fd, POLLIN), POLLIN);
    wait(blocked);
    strictEqual(pollNow(fd, POLLIN), 0);
  });
}

for (const name of ["waitSync", "a poll Poller's waitSync"]) {
  Deno.test(`rule 9: after many quick calls, a thread blocked by ${name} left other sockets alone for 13 seconds`, () => {
    using blocked = new Blocked();
    for (let i = 0; i < 1000; i++) serveOthers(0);
    blocked.begin();
    let slices = 0;
    using _slices = watched(libc(), "poll", (_fds, _count, timeout) => {
      if (timeout > 0) slices++;
    });
    using _pollers = watched(libcForPoll(), "poll", (_fds, _count, timeout) => {
      if (timeout > 0) slices++;
    });
    WAYS[name](blocked);
    assert(slices > 0 && slices < 10, `${slices}`);
  });
}

// Two turns later a thread of the pool waits, and takes the edge; before, the look has it.
for (const [when, passed] of [["begun just now", 0], ["for which a thread waits", 2]] as const) {
  Deno.test(`rule 9: a pending receive, ${when}, on a socket that was looked at meanwhile gets its message`, async () => {
    using blocked = new Blocked();
    const { other, waiting } = blocked;
    const message = other.receive();
    if (passed > 0) await turns(passed);
    using push = new Push();
    blocked.begin();
    push.connect(other.lastEndpoint!);
    push.sendSync("for the other");
    strictEqual(String(waiting.receiveSync({ timeout })), "looked at");
    strictEqual(String(await soon(message)), "for the other");
  });
}

Deno.test("an error at a look while the thread is blocked ends what waits for that socket, and not the blocked wait", async () => {
  using blocked = new Blocked();
  const { answer, other, waiting } = blocked;
  const message = other.receive();
  blocked.begin();
  blocked.answer = () => {
    blocked.answer = () => {};
    answer();
    throw new Error("injected");
  };
  strictEqual(String(waiting.receiveSync({ timeout })), "looked at");
  await rejects(soon(message), /injected/);
});

Deno.test("a look while the thread is blocked took a message off a conflating Subscriber", () => {
  using subscriber = new Subscriber({ conflate: true, linger: 0 });
  using blocked = new Blocked(handleOf(subscriber));
  const commands = handleOf(subscriber);
  subscriber.bindSync(freshAddress("inproc"));
  let looks = 0;
  using _looks = watched(Handle.prototype, "look", function () {
    if (this === commands) looks++;
  });
  using publisher = new Publisher({ linger: 0 });
  publisher.connect(subscriber.lastEndpoint!);
  strictEqual(String(blocked.waiting.receiveSync({ timeout })), "looked at");
  strictEqual(looks, 0);
});

Deno.test("a wait isn't begun where the awaited readiness may just have been consumed", () => {
  using blocked = new Blocked();
  blocked.begin();
  const limits: number[] = [];
  const { fd } = handleOf(blocked.other);
  while (pollNow(fd, POLLIN) !== 0) limits.push(serveOthers(60_000));
  strictEqual(limits.pop(), 0);
  assert(limits.every((limit) => limit > 0));
});

/** How often so many calls read the clock that come so many ms apart. */
function readings(calls: number, apart: number): number {
  using _one = new Pull();
  using _other = new Pull();
  let [time, reads] = [performance.now() + 1e6, 0];
  using _clock = replaced(performance, "now", () => (reads++, time));
  readClockNext();
  for (let i = 0; i < calls; i++) {
    time += apart;
    serveOthers(0);
  }
  return reads;
}

Deno.test("while calls come fast, a blocked thread reads the clock at each 128th of them", () => {
  // After the 1st, the 2nd, the 4th, and so on, and then after each 128.
  strictEqual(readings(1000, 0.1), 14);
});

Deno.test("where calls come slowly, a blocked thread reads the clock at each of them", () => {
  strictEqual(readings(100, 60), 100);
});

Deno.test("a look at other sockets that finds nothing leaves the wait that follows as long as it was", () => {
  using _one = new Pull();
  using _other = new Pull();
  let time = performance.now();
  // A minute later each time it's asked, so that a look is due.
  using _clock = replaced(performance, "now", () => time += 60_000);
  readClockNext();
  strictEqual(serveOthers(5000), SLICE);
});

Deno.test("a receive without a limit is cut into slices while there are other sockets, and only then", () => {
  const before = [...openSources];
  strictEqual(before.length, 0);
  using pull = new Pull();
  const handle = handleOf(pull);
  const limits: number[] = [];
  const { set } = Object.getOwnPropertyDescriptor(NativeSocket.prototype, "blockingLimit")!;
  Object.defineProperty(handle, "blockingLimit", {
    set(limit) {
      limits.push(limit);
      set!.call(handle, limit);
    },
  });
  using push = new Push();
  pull.bindSync(freshAddress("inproc"));
  push.connect(pull.lastEndpoint!);
  for (let i = 0; i < 2; i++) push.sendSync("x");
  pull.receiveSync();
  push.close();
  pull.receiveSync();
  const [first, ...others] = limits;
  assert(first > 0 && first <= SLICE, `${first} ms`);
  assertEquals(others, [-1]);
});
