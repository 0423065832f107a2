import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { Pair, type Pollable } from "../../mod.ts";
import { READABLE } from "../../poller/backend.ts";
import { pollable } from "../../poller/pollable.ts";
import { Bell, eachBackend } from "./support.ts";

for (const over of eachBackend()) {
  Deno.test(over(
    "any object with the key of a source can be watched, and is what's reported",
    (poller) => {
      using bell = new Bell();
      const object: Pollable = { [pollable]: bell };
      poller.add(object, { key: "object" });
      assert(poller.has(object));
      assertEquals(poller.waitSync({ timeout: 0 }), []);
      bell.ring(READABLE);
      const [{ source, key, readable }, ...rest] = poller.waitSync();
      assert(source === object);
      assertEquals([key, readable, rest], ["object", true, []]);
      poller.remove(object);
      assert(!poller.has(object));
    },
  ));

  Deno.test(over("an object without that key can't be watched", (poller) => {
    for (const object of [{}, { pollable: 1 }, [], Pair]) {
      throws(() => poller.add(object as unknown as Pollable), TypeError);
    }
  }));
}

Deno.test("every socket has the key of a source, which no one lists", () => {
  using pair = new Pair();
  assert(pollable in pair);
  assertEquals(Object.keys(pair), []);
});
