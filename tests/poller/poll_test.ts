import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { READABLE, WRITABLE } from "../../poller/backend.ts";
import { PollBackend } from "../../poller/poll.ts";
import { closeFd, duplicate, duplicateTo, type Pair, pipe, put } from "../fds.ts";
import { watched } from "../replacing.ts";
import { soon } from "../waiting.ts";
import { both, collected, LONG } from "./contract.ts";

Deno.test("what a wait found isn't reported of a descriptor that came into the slot meanwhile", async () => {
  using a = pipe();
  using b = pipe();
  using c = pipe();
  const set = new PollBackend<string>();
  set.add(a.read, READABLE, "a");
  set.add(b.read, READABLE, "b");
  put(a.write);
  put(b.write);
  await set.wait(0);
  set.remove(a.read);
  set.add(c.read, READABLE, "c");
  assertEquals(collected(set), { b: READABLE });
  assertEquals(await both(set), { b: READABLE });
  put(c.write);
  assertEquals(await both(set), { b: READABLE, c: READABLE });
  set.close();
});

Deno.test("a set whose array was moved, and whose holes were filled, still finds each descriptor", async () => {
  using stack = new DisposableStack();
  const set = new PollBackend<string>();
  const pairs: Pair[] = Array.from({ length: 50 }, () => stack.use(pipe()));
  for (const [i, { read }] of pairs.entries()) set.add(read, READABLE, `${i}`);
  for (const { read } of pairs.slice(0, 40).filter((_, i) => i % 2 === 0)) set.remove(read);
  assertEquals(await both(set), {});
  const ready = [1, 39, 41, 49];
  for (const i of ready) put(pairs[i].write);
  assertEquals(await both(set), Object.fromEntries(ready.map((i) => [`${i}`, READABLE])));
  set.close();
});

Deno.test("the memory of the pool thread's copy is kept from wait to wait", async () => {
  using pair = pipe();
  const set = new PollBackend<string>();
  set.add(pair.read, READABLE, "pair");
  let allocations = 0;
  {
    using _ = watched(libc(), "malloc", () => void allocations++);
    for (let i = 0; i < 3; i++) {
      await set.wait(0);
      assertEquals(collected(set), {});
    }
  }
  assertEquals(allocations, 1);
  set.close();
});

Deno.test("a descriptor that was found closed can't be modified, though another file has its number", () => {
  using one = pipe();
  using other = pipe();
  const set = new PollBackend<string>();
  const copy = duplicate(one.read);
  set.add(copy, READABLE, "copy");
  closeFd(copy);
  set.waitSync(0, () => {});
  duplicateTo(other.read, copy);
  throws(() => set.modify(copy, READABLE | WRITABLE), { name: "ZmqError", code: "ENOENT" });
  set.remove(copy);
  closeFd(copy);
  set.close();
});

Deno.test("detaching a set ends its parent's wait, which holds the set's files open", async () => {
  using pair = pipe();
  const parent = new PollBackend<string>();
  const nested = new PollBackend<string>();
  nested.add(pair.read, READABLE, "pair");
  parent.attach(nested, "nested");
  const waiting = parent.wait(2 * LONG);
  parent.detach(nested);
  await soon(waiting);
  assertEquals(collected(parent), {});
  parent.close();
  nested.close();
});
