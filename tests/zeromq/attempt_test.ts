import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Attempt } from "../../zeromq/attempt.ts";
import type { SocketState } from "../../zeromq/state.ts";

/** An attempt that only notes what is called. */
class Noted extends Attempt {
  readonly calls: string[] = [];

  constructor(state: SocketState) {
    super(state, "sending", () => {});
  }

  override wait(timeout: number): void {
    this.calls.push(`wait ${timeout}`);
  }

  protected override tryLast(): void {
    this.calls.push(`last try, ${this.state.sending === undefined ? "free" : "held"}`);
  }
}

Deno.test("at its end an attempt leaves its direction to the next one, before its last try", () => {
  const state = { receiving: undefined } as unknown as SocketState;
  const attempt = new Noted(state);
  state.sending = { timeout: 0 } as never;
  attempt.end();
  assertEquals(attempt.calls, ["last try, free"]);
});
