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

Deno.test("signals: one has a single listener of ours, however many join", () => {
  const controller = new AbortController();
  let listeners = 0;
  const { addEventListener } = controller.signal;
  controller.signal.addEventListener = function (this: AbortSignal, ...rest: unknown[]) {
    listeners++;
    return Reflect.apply(addEventListener, this, rest);
  };
  for (let i = 0; i < 1000; i++) {
    const someone = joined(controller.signal, `${i}`);
    if (i % 2 === 0) removeFromSignal(someone);
  }
  assertEquals(listeners, 1);
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
