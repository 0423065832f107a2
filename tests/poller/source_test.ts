/** The line of pending operations, and who is told what a source is ready for. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { type Listener, Source } from "../../poller/source.ts";

class Fixed extends Source {
  readonly fd = -1;
  readonly closed = false;
  protected override readiness(): number {
    return 3;
  }
  override serve(): void {}
}

Deno.test("source: every Poller that has it is told by each look, until it's removed", () => {
  const source = new Fixed();
  const told: string[] = [];
  const listener = (name: string): Listener => ({
    onReady: (ready) => void told.push(name + ready),
    onFailed: () => {},
    onClosed: () => {},
  });
  const [one, other] = [listener("one"), listener("other")];
  source.addListener(one);
  source.addListener(other);
  assertEquals(source.dependents, 2);
  source.stale = true;
  assertEquals(source.look(), 3);
  assertEquals([told.splice(0), source.stale], [["one3", "other3"], false]);
  source.removeListener(one);
  source.removeListener(one);
  assertEquals(source.dependents, 1);
  source.look();
  assertEquals(told.splice(0), ["other3"]);
  source.removeListener(other);
  source.look();
  assertEquals([told, source.dependents, source.listeners], [[], 0, undefined]);
});
