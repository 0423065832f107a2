/** What a Poller's methods take, and refuse before they do anything. */

import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { inspect } from "node:util";
import { Pair, Poller, Publisher, Pull, Push } from "../../mod.ts";
import { pipe } from "../fds.ts";
import { join } from "../util.ts";
import { all, eachBackend } from "./support.ts";

// deno-lint-ignore no-explicit-any -- what the types refuse is to be refused at run time, too
type Any = any;

Deno.test("without a direction, a socket that only sends is watched until it's writable", async () => {
  using push = new Push();
  using pull = new Pull();
  await join(pull, push, "inproc://directions");
  using poller = new Poller<string>();
  poller.add(push, { key: "push" });
  poller.add(pull, { key: "pull" });
  const [ready] = await all(poller as Any, ["push"]);
  assertEquals([ready.readable, ready.writable], [false, true]);
});

Deno.test("a direction that a socket never has is a TypeError that says what it does", () => {
  using poller = new Poller();
  using pull = new Pull();
  using push = new Publisher();
  const never = (what: string, name: string, does: string) => ({
    name: "TypeError",
    message: `A ${name} only ${does}: it never becomes ${what}`,
  });
  throws(() => poller.add(pull, { writable: true }), never("writable", "Pull", "receives"));
  throws(
    () => poller.add(push, { readable: true, writable: true }),
    never("readable", "Publisher", "sends"),
  );
  assertEquals(poller.size, 0);
  poller.add(pull);
  throws(() => poller.modify(pull, { writable: true }), never("writable", "Pull", "receives"));
});

Deno.test("a source with nothing to wait for isn't added, and the error says how it's silent", () => {
  using poller = new Poller();
  using line = pipe();
  for (const options of [{ readable: false }, { writable: false, readable: false }]) {
    throws(
      () => poller.add(line.read, options),
      /TypeError.*modify\(source, \{ readable: false \}/,
    );
  }
  assertEquals(poller.size, 0);
});

Deno.test("modify without a direction is a TypeError, and changes nothing", async () => {
  using poller = new Poller();
  using line = pipe();
  poller.add(line.write, { writable: true });
  for (const interest of [{}, undefined, { readable: undefined }]) {
    throws(() => poller.modify(line.write, interest as Any), /\{ readable: false \}/);
  }
  assertEquals((await poller.wait()).length, 1);
});

Deno.test("an unknown option is a TypeError with the nearest right name, and nothing is added", async () => {
  const poller: Any = new Poller();
  using _ = poller;
  using line = pipe();
  const calls: [body: () => unknown, message: RegExp][] = [
    [() => poller.add(line.read, { read: true }), /Poller\.add has no option read.*readable\?/],
    [() => poller.add(line.read, { ky: 1 }), /Poller\.add has no option ky; did you mean key\?/],
    [() => poller.modify(line.read, { writeable: true }), /did you mean writable\?/],
    [() => poller.addTimer(5, { repeats: true }), /did you mean repeat\?/],
    [() => poller.waitSync({ timout: 5 }), /did you mean timeout\?/],
    [() => poller.iterate({ singal: undefined }), /did you mean signal\?/],
    [() => new Poller({ backand: "poll" } as Any), /did you mean backend\?/],
  ];
  for (const [body, message] of calls) throws(body, { name: "TypeError", message });
  await rejects(poller.wait({ timout: 5 }), { message: /did you mean timeout\?/ });
  assertEquals(poller.size, 0);
});

Deno.test("options that are no object, and an argument too many, are TypeErrors that show what's meant", async () => {
  const poller: Any = new Poller();
  using _ = poller;
  using line = pipe();
  const calls: [body: () => unknown, message: RegExp][] = [
    [() => poller.add(line.read, "jobs"), /key: "jobs"/],
    [() => poller.add(line.read, { readable: true }, "jobs"), /key: "jobs"/],
    [() => poller.add(line.read, undefined, "jobs"), /key: "jobs"/],
    [() => poller.modify(line.read, true), /\{ readable: false \}/],
    [() => poller.modify(line.read, { readable: true }, "jobs"), /\{ readable: false \}/],
    [() => poller.addTimer(5, true), /repeat: true/],
    [() => poller.addTimer(5, { repeat: true }, "beat"), /key: "beat"/],
    [() => poller.waitSync(50), /\{ timeout: 50 \}/],
    [() => poller.iterate(AbortSignal.abort()), /\{ signal \}/],
    [() => new Poller("poll" as Any), /\{ backend: "poll" \}/],
  ];
  for (const [body, message] of calls) throws(body, { name: "TypeError", message });
  await rejects(poller.wait(50), { name: "TypeError", message: /\{ timeout: 50 \}/ });
  assertEquals(poller.size, 0);
});

Deno.test("a direction or a repetition that is no boolean is a TypeError", () => {
  const poller: Any = new Poller();
  using _ = poller;
  using line = pipe();
  for (const value of [1, "yes", null, {}]) {
    throws(() => poller.add(line.read, { readable: value }), TypeError);
    throws(() => poller.add(line.read, { readable: true, writable: value }), TypeError);
    throws(() => poller.addTimer(5, { repeat: value }), TypeError);
  }
  assertEquals(poller.size, 0);
});

for (const over of eachBackend()) {
  Deno.test(over("a wait that can't begin rejects, and never throws", async (poller) => {
    const wait = (options?: unknown) => {
      const promise = poller.wait(options as Any);
      return rejects(promise);
    };
    await wait({ timeout: -1 });
    await wait({ signal: 5 });
    await wait(null);
    const first = poller.wait();
    await wait();
    poller.close();
    await rejects(first);
    await wait();
  }));
}

Deno.test("a Poller and its timers print what they are, and no more of a key than a name", () => {
  const poller = new Poller<unknown>({ backend: "poll" });
  using line = pipe();
  using one = new Pair();
  poller.add(line.read, { key: poller });
  poller.add(one);
  const timer = poller.addTimer(5, { key: "beat", repeat: true });
  const other = poller.addTimer(5, { key: { poller } });
  for (const print of [Deno.inspect, inspect]) {
    assertEquals(
      print(poller),
      `Poller { backend: "poll", size: 2, waiting: false, closed: false }`
        .replaceAll('"', print === inspect ? "'" : '"'),
    );
    assertEquals(
      print(timer).replaceAll("'", '"'),
      'PollerTimer { interval: 5, repeat: true, active: true, key: "beat" }',
    );
    assertEquals(print(other), "PollerTimer { interval: 5, repeat: false, active: true }");
  }
  poller.close();
});

Deno.test("a Poller that is given a closed socket names it", async () => {
  using poller = new Poller();
  const pull = new Pull();
  const address = await pull.bind("tcp://127.0.0.1:*");
  pull.close();
  throws(() => poller.add(pull), {
    code: "EBADF",
    message: `The socket is closed: Pull, was at ${address}`,
  });
});

Deno.test("a timer took any property, such as an interval under another name", () => {
  using poller = new Poller();
  const timer = poller.addTimer(5);
  throws(() => Object.assign(timer, { intervall: 10 }), {
    name: "TypeError",
    message: "A PollerTimer has no property intervall",
  });
});
