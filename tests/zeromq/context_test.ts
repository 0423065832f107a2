import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { Push } from "../../mod.ts";
import { Context, context, Dealer } from "../../zeromq.ts";
import { coreOf } from "../../zeromq/context.ts";
import { printed } from "../collecting.ts";
import { onLinux } from "../socket/support.ts";
import { untyped, using } from "./support.ts";

const TypeErrorWith = (message: string) => ({ name: "TypeError", message });

Deno.test("a context has libzmq's defaults", () => {
  const fresh = new Context();
  assertEquals([fresh.ipv6, fresh.ioThreads, fresh.maxSockets, fresh.blocky], [
    false,
    1,
    1023,
    true,
  ]);
  assertEquals([fresh.maxSocketsLimit, fresh.maxMessageSize], [65535, 2147483647]);
});

Deno.test("a context's options are set, and read back", () => {
  const fresh = new Context({ ioThreads: 5 });
  assertEquals(fresh.ioThreads, 5);
});

Deno.test("they can be changed later", () => {
  const fresh = new Context();
  fresh.ipv6 = true;
  fresh.ioThreads = 75;
  fresh.blocky = false;
  assertEquals([fresh.ipv6, fresh.ioThreads, fresh.blocky], [true, 75, false]);
});

Deno.test("sockets take over what their context says: IPv6, and the linger where it isn't blocky", async () => {
  await using(new Dealer({ context: new Context({ ipv6: true, blocky: false }) }), (socket) => {
    assertEquals([socket.ipv6, socket.linger], [true, 0]);
  });
  await using(new Dealer({ context: new Context() }), (socket) => {
    assertEquals([socket.ipv6, socket.linger], [false, -1]);
  });
});

const WRONG: [arguments: unknown[], message: string][] = [
  [[1], "Options must be an object"],
  [[null], "Options must be an object"],
  [[{}, 2], "Expected 1 argument but received 2"],
  [[{ ioThreads: "hello" }], "Option value must be a number"],
  [[{ ipv6: 1 }], "Option value must be a boolean"],
  [
    [{ maxSocketsLimit: 1 }],
    "Cannot set property maxSocketsLimit of #<Context> which has only a getter",
  ],
  [[{ doesNotExist: 1 }], "Cannot add property doesNotExist, object is not extensible"],
];
for (const [given, message] of WRONG) {
  Deno.test(`new Context(${JSON.stringify(given)}): ${message}`, () => {
    throws(() => new (untyped(Context))(...given), TypeErrorWith(message));
  });
}

Deno.test("the default context alone is called so where the end says whose messages are lost", () => {
  const names = [context, new Context()].map((one) => coreOf(one).name);
  assertEquals(names, ["the default context", "a context"]);
});

Deno.test(onLinux("a context that its program has dropped ends its threads", async () => {
  const stdout = await printed(`
    const { Context, Dealer } = await import("$ROOT/zeromq.ts");
    const names = () => [...Deno.readDirSync("/proc/self/task")].map(({ name }) =>
      Deno.readTextFileSync("/proc/self/task/" + name + "/comm"));
    const threads = () => names().filter((name) => name.startsWith("ZMQbg")).length;
    let context = new Context();
    new Dealer({ context }).close();
    while (threads() < 2) await turn(); // they have their names a moment after they began
    context = undefined;
    await until(() => threads() === 0);
    console.log("ended");`);
  assertEquals(stdout, "ended");
}));

Deno.test("a context is sealed, as the default one is", () => {
  for (const one of [new Context(), context]) {
    throws(
      () => untyped(one).doesNotExist = 1,
      TypeErrorWith("Cannot add property doesNotExist, object is not extensible"),
    );
    throws(
      () => untyped(one).maxSocketsLimit = 1,
      TypeErrorWith("Cannot set property maxSocketsLimit of #<Context> which has only a getter"),
    );
  }
});

Deno.test("what can't be read of a context is undefined, and can be set", () => {
  const fresh = new Context({ threadPriority: 4 });
  assertEquals(untyped(fresh).threadPriority, undefined);
  assertEquals(untyped(fresh).threadSchedulingPolicy, undefined);
});

Deno.test("a context of the drop-in's isn't taken for the options of the library's own socket", () => {
  for (const foreign of [context, new Context()]) {
    throws(() => new Push(foreign as object), {
      name: "TypeError",
      message: /an object of options/,
    });
  }
});
