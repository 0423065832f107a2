/** Iterations over a Poller's waits, and what ends them. */

import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { Poller } from "../../mod.ts";
import { pipe, put } from "../fds.ts";
import { rejectsCode } from "../failures.ts";
import { soon, turn, turnsUntil } from "../waiting.ts";
import { eachBackend, keys, Parks } from "./support.ts";

for (const over of eachBackend()) {
  Deno.test(over("an abort rejects the turn that waits, and later ones", async (poller) => {
    const ending = new AbortController();
    const iterator = poller.iterate({ signal: ending.signal });
    const next = iterator.next();
    await turn();
    ending.abort("enough");
    await soon(rejects(next, (reason) => reason === "enough"));
    await soon(rejects(iterator.next(), (reason) => reason === "enough"));
    using line = pipe();
    put(line.write);
    poller.add(line.read, { key: "pipe" });
    assertEquals(keys(await poller.wait()), ["pipe"]);
  }));

  Deno.test(over("an iteration that was left yields nothing any more", async (poller) => {
    using line = pipe();
    put(line.write);
    poller.add(line.read, { key: "pipe" });
    const iterator = poller.iterate();
    assertEquals(keys((await iterator.next()).value), ["pipe"]);
    assertEquals(await iterator.return!(), { value: undefined, done: true });
    assertEquals(await iterator.next(), { value: undefined, done: true });
    assertEquals(keys(await poller.wait()), ["pipe"]);
  }));

  Deno.test(over("with a signal, turns yield what is ready, until break", async (poller) => {
    using line = pipe();
    put(line.write);
    poller.add(line.read, { key: "pipe" });
    let turns = 0;
    for await (const ready of poller.iterate({ signal: new AbortController().signal })) {
      assertEquals(keys(ready), ["pipe"]);
      if (++turns === 3) break;
    }
    assertEquals(turns, 3);
  }));

  Deno.test(over("an iteration that was refused leaves another's turn alone", async (poller) => {
    using line = pipe();
    poller.add(line.read, { key: "pipe" });
    const one = poller.iterate();
    const other = poller.iterate();
    const next = one.next();
    const refused = other.next();
    await other.return!();
    await rejectsCode(refused, "EBUSY");
    put(line.write);
    assertEquals(keys((await soon(next)).value), ["pipe"]);
  }));
}

Deno.test("await using closes a Poller, and waits until its thread was given back", async () => {
  await Poller.idle();
  using parks = new Parks();
  using line = pipe();
  let wait: Promise<unknown>;
  {
    await using poller = new Poller();
    poller.add(line.read);
    wait = poller.wait().catch((error) => error.code);
    await turnsUntil(() => parks.outstanding === 1, "the wait");
  }
  assertEquals(parks.outstanding, 0);
  assertEquals(await wait, "EBADF");
});
