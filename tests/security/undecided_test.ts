import "../util.ts";
import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { capability, Context, Dealer } from "../../mod.ts";
import { Authenticator, type AuthenticatorOptions, type AuthRequest } from "../../security/mod.ts";
import { UndecidedRequests } from "../../security/undecided.ts";
import { printed } from "../collecting.ts";
import { StoppedClock } from "../poller/clock.ts";
import { received } from "../socket/support.ts";
import { pause, soon, turns, turnsUntil } from "../waiting.ts";
import { statusOf, ZAP } from "./support.ts";

/** An authenticator whose handler never decides, the dealer that asks it, and what it reports. */
class Undecided implements Disposable {
  readonly context = new Context();
  readonly asker = new Dealer({ context: this.context, linger: 0 });
  readonly errors: unknown[] = [];
  readonly denied: string[] = [];
  readonly requests: AuthRequest[] = [];
  readonly decisions: ((admit: boolean | Promise<never>) => void)[] = [];
  readonly authenticator: Authenticator;
  onAsk?: (request: AuthRequest) => void;

  constructor(options: AuthenticatorOptions) {
    this.authenticator = new Authenticator({
      ...options,
      context: this.context,
      onError: (error) => this.errors.push(error),
      onDenied: (_: AuthRequest, reason) => this.denied.push(reason),
    });
    this.authenticator.configurePlain((request) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      this.requests.push(request);
      this.onAsk?.(request);
      this.decisions.push(resolve);
      return promise;
    });
    this.asker.connect(ZAP);
  }

  async ask(id: string): Promise<void> {
    await this.asker.send(["", "1.0", id, "home", "::1", "", "PLAIN", "ada", "x"]);
  }

  /** The id, status and text of the next answer. */
  async answer(): Promise<string[]> {
    return (await received(this.asker)).slice(2, 5);
  }

  [Symbol.dispose](): void {
    this.context.close();
  }
}

Deno.test("a handler that never decided kept its peers and their requests indefinitely", async () => {
  using undecided = new Undecided({ timeout: 30 });
  await undecided.ask("1");
  await undecided.ask("2");
  assertEquals(await undecided.answer(), ["1", "500", "Internal error"]);
  assertEquals(await undecided.answer(), ["2", "500", "Internal error"]);
  await turnsUntil(() => undecided.errors.length === 2, "the handler");
  assertEquals(
    undecided.errors.map((error) => (error as Error).name),
    Array(2).fill("TimeoutError"),
  );
  // What comes too late changes nothing.
  for (const decide of undecided.decisions) decide(true);
  await undecided.ask("3");
  assertEquals((await undecided.answer())[0], "3");
});

Deno.test("what a handler looked up went on after its time was over: its signal aborts, with what onError gets", async () => {
  using undecided = new Undecided({ timeout: 30 });
  const ended: unknown[] = [];
  undecided.onAsk = ({ signal }) => signal.onabort = () => ended.push(signal.reason);
  await undecided.ask("1");
  await turnsUntil(() => undecided.errors.length === 1, "the end of its time");
  assertEquals(ended.map((error) => (error as Error).name), ["TimeoutError"]);
  assertEquals(ended, undecided.errors);
  // One that takes it only afterwards gets the same.
  undecided.onAsk = undefined;
  await undecided.ask("2");
  await turnsUntil(() => undecided.errors.length === 2, "the end of its time");
  const { aborted, reason } = undecided.requests[1].signal;
  assertEquals([aborted, reason], [true, undecided.errors[1]]);
});

const ends: Record<string, (undecided: Undecided) => void> = {
  "the authenticator is closed": ({ authenticator }) => authenticator.close(),
  "its context is closed": ({ context }) => context.close(),
  "its context is shut down": ({ context }) => context.shutdown(),
};

for (const [what, end] of Object.entries(ends)) {
  Deno.test(`when ${what}, the signal of what is undecided aborts, and no one is told`, async () => {
    using undecided = new Undecided({ timeout: Infinity });
    await undecided.ask("1");
    await undecided.ask("2");
    await turnsUntil(() => undecided.requests.length === 2, "the handler");
    const [{ signal }, late] = undecided.requests;
    const aborted = new Promise((_, reject) => signal.onabort = () => reject(signal.reason));
    undecided.decisions[0](aborted as Promise<never>);
    end(undecided);
    await turnsUntil(() => signal.aborted, "the end");
    await rejects(aborted, { name: "AbortError", message: "The authenticator was closed" });
    assertEquals(late.signal.aborted, true);
    undecided.decisions[1](false);
    await turns(3);
    assertEquals([undecided.errors, undecided.denied], [[], []]);
  });
}

Deno.test("the signal of what was decided doesn't abort when the authenticator is closed", async () => {
  using undecided = new Undecided({ timeout: Infinity });
  await undecided.ask("1");
  await undecided.ask("2");
  await turnsUntil(() => undecided.requests.length === 2, "the handler");
  undecided.decisions[0](true);
  assertEquals(await undecided.answer(), ["1", "200", "OK"]);
  undecided.authenticator.close();
  assertEquals(undecided.requests.map(({ signal }) => signal.aborted), [false, true]);
});

Deno.test("a handler that decides in time admits or denies its peer, whatever the order", async () => {
  using undecided = new Undecided({ timeout: Infinity });
  await undecided.ask("1");
  await undecided.ask("2");
  await turnsUntil(() => undecided.decisions.length === 2, "the handler");
  undecided.decisions[1](true);
  assertEquals(await undecided.answer(), ["2", "200", "OK"]);
  undecided.decisions[0](false);
  assertEquals(await undecided.answer(), ["1", "400", "Not let in"]);
  assertEquals(undecided.errors, []);
});

Deno.test("while as many requests are undecided as may be, further ones are denied, and tables go on deciding", async () => {
  using undecided = new Undecided({ maxPendingRequests: 2 });
  if (capability.curve) undecided.authenticator.configureCurve("any");
  for (const id of "123") await undecided.ask(id);
  assertEquals(await undecided.answer(), ["3", "400", "Too many undecided requests"]);
  assertEquals([undecided.decisions.length, undecided.denied.length], [2, 1]);
  undecided.authenticator.configureNull("any", { domain: "other" });
  assertEquals(await statusOf(undecided.context, "NULL", [], { domain: "other" }), "200");
  undecided.decisions[0](true);
  assertEquals(await undecided.answer(), ["1", "200", "OK"]);
  await undecided.ask("4");
  await turnsUntil(() => undecided.decisions.length === 3, "the handler");
  undecided.decisions[2](true);
  assertEquals(await undecided.answer(), ["4", "200", "OK"]);
});

Deno.test("unless a program says otherwise, a handler has five seconds, and a thousand requests may wait", async () => {
  using undecided = new Undecided({});
  for (let i = 1; i <= 1000; i++) await undecided.ask(String(i));
  await turnsUntil(() => undecided.requests.length === 1000, "the handler");
  assertEquals(undecided.denied, []);
  let time = performance.now();
  await undecided.ask("1001");
  assertEquals(await undecided.answer(), ["1001", "400", "Too many undecided requests"]);
  undecided.authenticator.close();

  using hurried = new Undecided({});
  // The clock is read once for the request's end, and then for the alarm.
  performance.now = () => time += 5000;
  try {
    await hurried.ask("1");
    assertEquals(await hurried.answer(), ["1", "500", "Internal error"]);
  } finally {
    Reflect.deleteProperty(performance, "now");
  }
  await turnsUntil(() => hurried.errors.length === 1, "the end of its time");
  assertEquals(
    String(hurried.errors[0]),
    "TimeoutError: The authenticator's handler hasn't decided within 5000 ms",
  );
});

Deno.test("what is decided or has ended doesn't end again", async () => {
  const ends: string[] = [];
  const undecided = new UndecidedRequests({ timeout: 0, maxPendingRequests: 1 });
  const add = () => undecided.add(({ name }) => ends.push(name));
  const first = add();
  assertEquals([first(), first()], [true, false]);
  const second = add();
  assertEquals(undecided.full, true);
  await turnsUntil(() => ends.length === 1, "the end of its time");
  assertEquals([second(), undecided.full], [false, false]);
  const third = add();
  undecided.end();
  undecided.end();
  assertEquals([third(), undecided.full], [false, false]);
  assertEquals(ends, ["TimeoutError", "AbortError"]);
});

Deno.test("what a handler never decides isn't kept once its time is over", async () => {
  const text = await printed(`
    import { UndecidedRequests } from "$ROOT/security/undecided.ts";
    const undecided = new UndecidedRequests({ timeout: 1, maxPendingRequests: 1 });
    const asked = () => {
      const request = {};
      // As the reaction of a promise that never settles, the function outlives all else.
      globalThis.take = undecided.add(() => request.ended = true);
      return new WeakRef(request);
    };
    const request = asked();
    await until(() => request.deref() === undefined);
    console.log(undecided.full, take());
  `);
  assertEquals(text, "false false");
});

Deno.test("an authenticator that is closed reports no one as undecided", async () => {
  using undecided = new Undecided({ timeout: 20 });
  // At once, since its time may be over in the next turn.
  undecided.onAsk = () => queueMicrotask(() => undecided.authenticator.close());
  await undecided.ask("1");
  await turnsUntil(() => undecided.decisions.length === 1, "the handler");
  await pause(40);
  assertEquals(undecided.errors, []);
});

Deno.test("a request whose time is over later than another's has its end, too", async () => {
  using clock = new StoppedClock();
  const undecided = new UndecidedRequests({ timeout: 10, maxPendingRequests: 2 });
  const expired = () => new Promise((resolve) => undecided.add(resolve));
  const first = expired();
  clock.pass(5);
  const second = expired();
  clock.pass(5);
  await soon(first);
  assertEquals(undecided.full, false);
  clock.pass(5);
  await soon(second);
});
