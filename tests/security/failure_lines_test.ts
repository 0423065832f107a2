import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Context } from "../../mod.ts";
import { Authenticator } from "../../security/mod.ts";
import { FailureLines } from "../../security/failure_lines.ts";
import { StoppedClock } from "../poller/clock.ts";
import { replaced } from "../replacing.ts";
import { statusOf } from "./support.ts";

Deno.test("a peer that came again and again while a handler failed filled the log", () => {
  using clock = new StoppedClock();
  const written: unknown[][] = [];
  using _ = replaced(console, "error", (...args) => void written.push(args));
  const lines = new FailureLines();
  const error = new Error("the table is gone");
  const times = (number: number) => {
    for (let i = 0; i < number; i++) lines.write(error, "127.0.0.1");
    return written.splice(0);
  };
  const line = (before: string) =>
    `deno-zmq: an authenticator's handler failed, so the peer at 127.0.0.1 was refused${before}:`;
  assertEquals(times(1000), [[line(""), error]]);
  clock.pass(59_999);
  assertEquals(times(1), []);
  clock.pass(1);
  assertEquals(times(3), [[line(" (after 1000 more that aren't shown)"), error]]);
  clock.pass(60_000);
  assertEquals(times(1), [[line(" (after 2 more that aren't shown)"), error]]);
  clock.pass(60_000);
  assertEquals(times(1), [[line(""), error]]);
});

Deno.test("of what fails at once, an authenticator writes the first to standard error, and onError gets all", async () => {
  using context = new Context();
  const written: unknown[][] = [];
  using _ = replaced(console, "error", (...args) => void written.push(args));
  for (const onError of [undefined, () => void written.push([])]) {
    using authenticator = new Authenticator({ context, onError });
    authenticator.configureNull(() => Promise.reject(new Error("the table is gone")));
    for (let i = 0; i < 3; i++) assertEquals(await statusOf(context, "NULL"), "500");
    assertEquals(written.splice(0).length, onError === undefined ? 1 : 3);
  }
});
