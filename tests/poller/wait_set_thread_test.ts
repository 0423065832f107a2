/** A wait set: how its thread is parked, made to return, and what an error of its backend ends. */

import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { type BackendKind, Poller } from "../../mod.ts";
import { createBackend } from "../../poller/create.ts";
import { Pending } from "../../poller/pending.ts";
import { Pool } from "../../poller/pool.ts";
import { WaitSet } from "../../poller/wait_set.ts";
import { KINDS } from "./support.ts";
import { turn, turns, turnsUntil } from "../waiting.ts";
import { replaced } from "../replacing.ts";

/** Takes down what a wait set says to the pool. */
class Told extends Pool {
  readonly calls: string[] = [];

  override parked(_now: number, _until: number, continues: boolean): void {
    this.calls.push(continues ? "parked again" : "parked");
  }
  override unparked(): void {
    this.calls.push("unparked");
  }
  override expect(deadline: number): void {
    this.calls.push(`expect ${deadline}`);
  }
}

/** What waits, and takes down how it ends. */
class Waiting extends Pending {
  reason: unknown;

  constructor(readonly set: WaitSet, readonly then: () => void = () => {}) {
    super();
    set.pending.add(this);
  }

  override expire(): void {}
  override abort(reason: unknown): void {
    this.reason = reason;
    this.set.pending.delete(this);
    this.then();
  }
}

/** A wait set with a backend of its own, until the end of the block. */
class Setting implements AsyncDisposable {
  readonly returns: (number | undefined)[] = [];
  readonly pool = new Told(() => {});
  readonly set: WaitSet;
  wakes = 0;

  constructor(kind: BackendKind) {
    const returned = (_set: WaitSet, _now: number, ms?: number) => this.returns.push(ms);
    this.set = new WaitSet(createBackend(kind), this.pool, returned);
    const { backend } = this.set;
    const wake = backend.wake.bind(backend);
    backend.wake = () => {
      this.wakes++;
      wake();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.set.unpark();
    await turnsUntil(() => !this.set.parked, "the thread");
    this.set.backend.close();
    await turn();
  }
}

/** For each backend what makes a test of a wait set over it. */
const OVERS = KINDS.map((kind) => (name: string, body: (setting: Setting) => unknown) => ({
  name: `${kind}: ${name}`,
  fn: async () => {
    await Poller.idle();
    await using setting = new Setting(kind);
    await body(setting);
  },
}));

for (const over of OVERS) {
  Deno.test(over(
    "a new set's first wait isn't ended by the wake that has opened its descriptor",
    async ({ set }) => {
      set.park(Infinity, performance.now());
      await new Promise((resolve) => setTimeout(resolve, 20));
      assertEquals(set.parked, true);
    },
  ));
}

for (const over of OVERS) {
  Deno.test(over(
    "a set opens its descriptor before anything waits, and is closed where that fails",
    ({ set }) => {
      let closed = false;
      const { prototype } = Object.getPrototypeOf(set.backend.constructor) === Function.prototype
        ? set.backend.constructor
        : Object.getPrototypeOf(set.backend.constructor);
      const { close } = prototype;
      using _broken = replaced(prototype, "wake", () => {
        throw new Error("injected");
      });
      using _closed = replaced(prototype, "close", function (this: typeof set.backend) {
        closed = true;
        close.call(this);
      });
      throws(() => new Setting(set.backend.kind), { message: "injected" });
      assertEquals(closed, true);
      return Promise.resolve();
    },
  ));
}

for (const over of OVERS) {
  Deno.test(over(
    "a thread that returns by itself says after how long, and one that was woken doesn't",
    async ({ set, returns, pool }) => {
      const begun = performance.now();
      set.park(begun + 5, begun - 1000);
      await turnsUntil(() => returns.length === 1, "the return");
      set.park(Infinity, performance.now());
      set.unpark();
      await turnsUntil(() => returns.length === 2, "the return");
      assertEquals([returns[0]! > 1000, returns[1]], [true, undefined]);
      assertEquals(pool.calls, ["parked", "unparked", "parked", "unparked"]);
    },
  ));
}

for (const over of OVERS) {
  Deno.test(over(
    "a wait continues the one before where that brought nothing, and only then",
    async ({ set, returns, pool }) => {
      for (const brought of ["nothing", "something", "something"]) {
        const before = returns.length;
        set.park(performance.now(), performance.now());
        await turnsUntil(() => returns.length > before, "the return");
        if (brought === "nothing") set.foundNothing();
      }
      assertEquals(pool.calls.filter((call) => call !== "unparked"), [
        "parked",
        "parked again",
        "parked",
      ]);
    },
  ));
}

for (const over of OVERS) {
  Deno.test(over("a thread is woken once, and again in its next wait", async (setting) => {
    const { set, returns } = setting;
    for (let round = 1; round <= 3; round++) {
      set.park(Infinity, performance.now());
      for (let i = 0; i < 3; i++) set.unpark();
      await turnsUntil(() => returns.length === round, "the return");
      assertEquals(setting.wakes, round);
    }
  }));
}

for (const over of OVERS) {
  Deno.test(over("where no thread is parked, none is woken", async (setting) => {
    setting.set.unpark();
    setting.set.returnBy(0);
    assertEquals(setting.wakes, 0);
    setting.set.park(Infinity, performance.now());
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(setting.set.parked, true);
  }));
}

for (const over of OVERS) {
  Deno.test(over(
    "an earlier deadline has the thread return, and the pool know; a later one doesn't",
    async (setting) => {
      const { set, pool, returns } = setting;
      const until = performance.now() + 60_000;
      set.park(until, performance.now());
      set.returnBy(until);
      set.returnBy(until + 1);
      assertEquals([setting.wakes, pool.calls], [0, ["parked"]]);
      set.returnBy(until - 1);
      assertEquals([setting.wakes, pool.calls], [1, ["parked", `expect ${until - 1}`]]);
      await turnsUntil(() => returns.length === 1, "the return");
    },
  ));
}

for (const over of OVERS) {
  Deno.test(over(
    "an error with which the thread returns ends all that waits, and the thread has returned",
    async ({ set, returns }) => {
      const waits = [new Waiting(set), new Waiting(set)];
      const injected = new Error("injected");
      {
        using _broken = replaced(set.backend, "wait", () => Promise.reject(injected));
        set.park(Infinity, performance.now());
        await turns(2);
      }
      assertEquals(waits.map(({ reason }) => reason), [injected, injected]);
      assertEquals([set.parked, returns.length], [false, 1]);
    },
  ));
}

for (const over of OVERS) {
  Deno.test(
    over("an error ends what waits by then, and not what begins to wait meanwhile", ({ set }) => {
      let later: Waiting | undefined;
      const injected = new Error("injected");
      const first = new Waiting(set, () => later = new Waiting(set));
      set.fail(injected);
      assertEquals([first.reason, later?.reason, set.pending.size], [injected, undefined, 1]);
      return Promise.resolve();
    }),
  );
}

for (const over of OVERS) {
  Deno.test(
    over("an error in an operation's end is reported, and the others end as well", ({ set }) => {
      const reported: unknown[] = [];
      const injected = new Error("injected");
      const mistake = new Error("a mistake");
      const listener = (event: ErrorEvent) => {
        event.preventDefault();
        reported.push(event.error);
      };
      addEventListener("error", listener);
      new Waiting(set, () => {
        throw mistake;
      });
      const other = new Waiting(set);
      set.attempt(() => {
        throw injected;
      });
      removeEventListener("error", listener);
      assertEquals([reported, other.reason], [[mistake], injected]);
      return Promise.resolve();
    }),
  );
}
