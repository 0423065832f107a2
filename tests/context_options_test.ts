import "./util.ts";
import { deepStrictEqual as assertEquals, rejects, throws } from "node:assert/strict";
import { Context, Pair } from "../mod.ts";

Deno.test("a context's options have libzmq's defaults, and can be set and read back", () => {
  using context = new Context();
  const options = ["maxMessageSize", "threadPriority", "threadSchedulingPolicy"] as const;
  assertEquals(options.map((name) => context[name]), [2147483647, -1, -1]);
  assertEquals([context.threadNamePrefix, context.zeroCopyReceive], [0, true]);
  for (const name of [...options, "threadNamePrefix"] as const) {
    context[name] = 1;
    assertEquals(context[name], 1);
    const message = RegExp(`\\b${name}\\b`);
    throws(() => context[name] = -2, { name: "RangeError", message });
    throws(() => context[name] = "1" as unknown as number, { name: "TypeError", message });
  }
  context.zeroCopyReceive = false;
  assertEquals(context.zeroCopyReceive, false);
});

Deno.test("a context's options can be given to its constructor", () => {
  using context = new Context({
    maxMessageSize: 1000,
    zeroCopyReceive: false,
    threadNamePrefix: 7,
  });
  assertEquals(
    [context.maxMessageSize, context.zeroCopyReceive, context.threadNamePrefix],
    [1000, false, 7],
  );
});

Deno.test("a context's largest number is an int's, and its least is the option's", () => {
  using context = new Context();
  for (const [name, least] of [["maxMessageSize", 0], ["maxSockets", 1]] as const) {
    for (const value of [least, 2147483647]) {
      context[name] = value;
      assertEquals(context[name], value);
    }
    for (const value of [least - 1, 2147483648, 1.5, NaN]) {
      throws(() => context[name] = value, RangeError);
    }
  }
});

Deno.test("a processor that was added to the I/O threads' can be removed, and no other", () => {
  using context = new Context();
  context.addThreadAffinity(0);
  context.removeThreadAffinity(0);
  throws(() => context.removeThreadAffinity(0), { code: "EINVAL" });
});

Deno.test("shutdown makes receives that wait, and later ones, fail with ETERM", async () => {
  using context = new Context();
  const pair = new Pair({ context });
  const waiting = pair.receive();
  context.shutdown();
  await rejects(waiting, { name: "ZmqError", code: "ETERM" });
  throws(() => pair.tryReceive(), { code: "ETERM" });
  assertEquals(pair.closed, false);
});

Deno.test("bindSync and unbindSync throw what bind and unbind reject with", () => {
  using one = new Pair();
  using other = new Pair();
  one.bindSync("tcp://127.0.0.1:*");
  const address = one.lastEndpoint!;
  throws(() => other.bindSync(address), { code: "EADDRINUSE", address });
  throws(() => other.unbindSync(address), { code: "ENOENT", address });
  one.unbindSync(address);
  throws(() => one.unbindSync(address), { code: "ENOENT" });
  throws(() => one.bindSync(1 as unknown as string), TypeError);
});

Deno.test("what is wrong with an affinity is told by its name", () => {
  using context = new Context();
  for (const change of ["addThreadAffinity", "removeThreadAffinity"] as const) {
    const named = { message: /option threadAffinity must be/ };
    throws(() => context[change]("0" as unknown as number), { name: "TypeError", ...named });
    for (const cpu of [-1, 0.5, NaN]) {
      throws(() => context[change](cpu), { name: "RangeError", ...named });
    }
  }
  const missing = { code: "EINVAL", option: "threadAffinity" };
  throws(() => context.removeThreadAffinity(0), missing);
  new Pair({ context });
  for (const change of ["addThreadAffinity", "removeThreadAffinity"] as const) {
    throws(() => context[change](0), {
      name: "TypeError",
      message: /^threadAffinity has no effect/,
    });
  }
});
