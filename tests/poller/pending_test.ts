import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { addToSignal, Pending, PendingOperations, removeFromSignal } from "../../poller/pending.ts";

class Someone extends Pending {
  reason: unknown;

  constructor(readonly name: string) {
    super();
  }

  override expire(): void {}

  override abort(reason: unknown): void {
    removeFromSignal(this);
    this.reason = reason;
  }
}

function joined(signal: AbortSignal, name: string): Someone {
  const someone = new Someone(name);
  someone.signal = signal;
  addToSignal(someone);
  return someone;
}

Deno.test("signals: all that joined are aborted with the reason, those that left aren't", () => {
  const controller = new AbortController();
  const other = new AbortController();
  const [one, two, three] = ["one", "two", "three"].map((name) => joined(controller.signal, name));
  const unrelated = joined(other.signal, "unrelated");
  removeFromSignal(two);
  controller.abort("why");
  assertEquals([one, two, three, unrelated].map(({ reason }) => reason), [
    "why",
    undefined,
    "why",
    undefined,
  ]);
});

Deno.test("signals: who is made to leave by another's abort isn't aborted", () => {
  const controller = new AbortController();
  const first = joined(controller.signal, "first");
  const second = joined(controller.signal, "second");
  first.abort = () => removeFromSignal(second);
  controller.abort("why");
  assertEquals(second.reason, undefined);
});

/** A signal, and how many listeners it has. */
function counted(): { signal: AbortSignal; listeners: () => number } {
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...rest: unknown[]) => {
    listeners++;
    Reflect.apply(addEventListener, signal, rest);
  };
  signal.removeEventListener = (...rest: unknown[]) => {
    listeners--;
    Reflect.apply(removeEventListener, signal, rest);
  };
  return { signal, listeners: () => listeners };
}

Deno.test("signals: one has a single listener of ours, however many join", () => {
  const { signal, listeners } = counted();
  for (let i = 0; i < 1000; i++) {
    const someone = joined(signal, `${i}`);
    if (i % 2 === 0) removeFromSignal(someone);
  }
  assertEquals(listeners(), 1);
});

Deno.test("signals: an AbortSignal.timeout kept its listener, and so the process, when what it could abort had ended", () => {
  const { signal, listeners } = counted();
  const all = ["one", "two"].map((name) => joined(signal, name));
  for (const one of all) removeFromSignal(one);
  assertEquals(listeners(), 0);
});

Deno.test("pending operations are those that were added and not removed, each once, whatever the order", () => {
  const all = new PendingOperations();
  const operations = Array.from({ length: 20 }, () => new Someone(""));
  for (const one of operations) all.add(one);
  for (const one of operations) all.add(one);
  assertEquals([all.size, new Set(all)], [20, new Set(operations)]);
  const removed = [0, 19, 7, 18, 1].map((at) => operations[at]);
  for (const one of removed) all.delete(one);
  for (const one of removed) all.delete(one);
  const left = operations.filter((one) => !removed.includes(one));
  assertEquals([all.size, new Set(all)], [15, new Set(left)]);
  for (const one of all) all.delete(one);
  assertEquals([all.size, [...all]], [0, []]);
  all.add(operations[0]);
  assertEquals([...all], [operations[0]]);
});
