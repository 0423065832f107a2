/** What may be done to a Poller and its sources while it waits. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { Pair, Pull } from "../../mod.ts";
import { drain, fill, pipe, put, readiness } from "../fds.ts";
import { freshAddress, join } from "../util.ts";
import { eachBackend, keys } from "./support.ts";
import { soon, turn, turns, turnsUntil } from "../waiting.ts";

for (const over of eachBackend()) {
  Deno.test(over(
    "adding what is ready already ends a pending wait: a pipe, a file, a socket",
    async (poller) => {
      using line = pipe();
      put(line.write);
      using pair = new Pair();
      using peer = new Pair();
      await join(pair, peer, freshAddress("inproc"));
      await peer.send("x");
      const file = openSync(new URL(import.meta.url), "r");
      try {
        for (const [key, source] of Object.entries({ pipe: line.read, pair, file, again: pair })) {
          const wait = poller.wait();
          await turn();
          poller.add(source, { key });
          assertEquals(keys(await soon(wait)), [key]);
          poller.remove(source);
        }
      } finally {
        closeSync(file);
      }
    },
  ));

  Deno.test(over("what is added during a wait ends it when it becomes ready", async (poller) => {
    using line = pipe();
    using pair = new Pair();
    using peer = new Pair();
    await join(pair, peer, freshAddress("inproc"));
    for (
      const [key, source, make] of [
        ["pipe", line.read, () => put(line.write)],
        ["pair", pair, () => peer.trySend("x")],
      ] as const
    ) {
      const wait = poller.wait();
      await turn();
      poller.add(source, { key });
      await turns(5);
      make();
      assertEquals(keys(await soon(wait)), [key]);
      poller.remove(source);
    }
  }));

  Deno.test(over("removing while waiting takes effect at once", async (poller) => {
    using one = pipe();
    using other = pipe();
    using pair = new Pair();
    using peer = new Pair();
    await join(pair, peer, freshAddress("inproc"));
    poller.add(one.read, { key: "one" });
    poller.add(pair, { key: "pair" });
    poller.add(other.read, { key: "other" });
    const wait = poller.wait();
    await turn();
    poller.remove(one.read);
    poller.remove(pair);
    put(one.write);
    await peer.send("x");
    await turns(20);
    put(other.write);
    assertEquals(keys(await soon(wait)), ["other"]);
  }));

  Deno.test(
    over("what was ready and is removed in the same turn isn't reported", async (poller) => {
      using one = pipe();
      using other = pipe();
      poller.add(one.read, { key: "one" });
      poller.add(other.read, { key: "other" });
      const wait = poller.wait();
      await turn();
      put(one.write);
      put(other.write);
      poller.remove(one.read);
      assertEquals(keys(await soon(wait)), ["other"]);
    }),
  );

  Deno.test(over("changing an interest while waiting takes effect", async (poller) => {
    using line = pipe();
    using pair = new Pair();
    using peer = new Pair();
    await join(pair, peer, freshAddress("inproc"));
    poller.add(line.write, { key: "pipe" });
    poller.add(pair, { key: "pair" });
    let wait = poller.wait();
    await turn();
    poller.modify(line.write, { writable: true });
    assertEquals(keys(await soon(wait)), ["pipe"]);
    poller.modify(line.write, { readable: false });
    wait = poller.wait();
    await turn();
    poller.modify(pair, { writable: true });
    assertEquals(keys(await soon(wait)), ["pair"]);
  }));

  Deno.test(over(
    "closing a socket while its Poller waits ends nothing; others are still reported",
    async (poller) => {
      using line = pipe();
      const pull = new Pull();
      await pull.bind(freshAddress("tcp"));
      poller.add(pull, { key: "pull" });
      poller.add(line.read, { key: "pipe" });
      const wait = poller.wait();
      await turn();
      pull.close();
      await turns(20);
      put(line.write);
      assertEquals(keys(await soon(wait)), ["pipe"]);
      assertEquals(poller.size, 1);
    },
  ));

  Deno.test(over(
    "a removed descriptor's peer sees its end at once, also while the Poller waits",
    async (poller) => {
      using line = pipe();
      poller.add(line.read);
      const wait = poller.wait();
      await turn();
      poller.remove(line.read);
      line.close(line.read);
      await turnsUntil(() => (readiness(line.write) & 4) !== 0, "the end");
      poller.wake();
      assertEquals(await soon(wait), []);
    },
  ));

  Deno.test(over("room in a full pipe ends a wait for it", async (poller) => {
    using line = pipe();
    fill(line.write);
    poller.add(line.write, { writable: true, key: "pipe" });
    const wait = poller.wait();
    await turn();
    drain(line.read);
    assertEquals(keys(await soon(wait)), ["pipe"]);
  }));
}
