import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { printed } from "../collecting.ts";

Deno.test("sockets that a program drops are closed when they're collected", async () => {
  assertEquals(
    await printed(`
      const context = new Context({ maxSockets: 10 });
      const open = () => {
        try {
          new Pair({ context });
          return true;
        } catch (error) {
          if (error.code !== "EMFILE") throw error;
          return false; // as long as those before weren't closed
        }
      };
      for (let i = 0; i < 60; i++) await until(open);
      console.log("all");
    `),
    "all",
  );
});

Deno.test("a dropped socket's inproc name is free again", async () => {
  assertEquals(
    await printed(`
      (() => {
        new Pull().bind("inproc://name");
      })();
      for (let bound = false; !bound;) {
        await collect();
        const pull = new Pull();
        await pull.bind("inproc://name").then(() => bound = true, () => {});
        pull.close();
      }
      console.log("free");
    `),
    "free",
  );
});

Deno.test("a socket that is dropped while a receive waits still receives", async () => {
  assertEquals(
    await printed(`
      const waiting = (() => {
        const pull = new Pull();
        pull.bind("inproc://waits");
        return pull.receive();
      })();
      await collect();
      const push = new Push();
      push.connect("inproc://waits");
      await push.send("hello");
      console.log((await waiting)[0].text());
    `),
    "hello",
  );
});

Deno.test("a socket that is dropped while a send waits still sends", async () => {
  assertEquals(
    await printed(`
      const waiting = (() => {
        const push = new Push();
        push.bind("inproc://waits");
        return push.send("hello");
      })();
      await collect();
      const pull = new Pull();
      pull.connect("inproc://waits");
      await waiting;
      console.log((await pull.receive())[0].text());
    `),
    "hello",
  );
});

Deno.test("a socket lives on in its iterator", async () => {
  assertEquals(
    await printed(`
      const iterator = (() => {
        const pull = new Pull();
        pull.bind("inproc://iterated");
        return pull[Symbol.asyncIterator]();
      })();
      await collect();
      const push = new Push();
      push.connect("inproc://iterated");
      for (let i = 0; i < 3; i++) {
        await push.send("hello " + i);
        console.log((await iterator.next()).value[0].text());
        await collect();
      }
    `),
    "hello 0\nhello 1\nhello 2",
  );
});

Deno.test("a socket lives on in the Poller that watches it", async () => {
  assertEquals(
    await printed(`
      const poller = new Poller();
      (() => {
        const pull = new Pull();
        pull.bind("inproc://watched");
        poller.add(pull);
      })();
      await collect();
      const push = new Push();
      push.connect("inproc://watched");
      await push.send("hello");
      const [{ source }] = await poller.wait();
      console.log(source.tryReceive()[0].text());
    `),
    "hello",
  );
});

Deno.test({
  name: "a context that a program drops ends with its last socket",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    assertEquals(
      await printed(`
        const threads = () =>
          Array.from(Deno.readDirSync("/proc/self/task")).filter(({ name }) => {
            try {
              return Deno.readTextFileSync("/proc/self/task/" + name + "/comm").startsWith("ZMQ");
            } catch {
              return false; // it has just ended
            }
          }).length;
        let pair = (() => {
          const context = new Context({ ioThreads: 2 });
          const pair = new Pair({ context });
          new Pull({ context });
          return pair;
        })();
        await collect();
        await until(() => threads() === 3);
        await pair.bind("inproc://still-there");
        pair = undefined;
        await until(() => threads() === 0);
        console.log("ended");
      `),
      "ended",
    );
  },
});

Deno.test("what a dropped socket had sent is delivered", async () => {
  assertEquals(
    await printed(`
      const pull = new Pull();
      await pull.bind("tcp://127.0.0.1:*");
      await (async () => {
        const push = new Push();
        push.connect(pull.lastEndpoint);
        for (let i = 0; i < 100; i++) await push.send(String(i));
      })();
      await collect();
      for (let i = 0; i < 100; i++) {
        if ((await pull.receive())[0].text() !== String(i)) throw new Error("message " + i);
      }
      console.log("all");
    `),
    "all",
  );
});

Deno.test("a context that was closed is collected, with its sockets", async () => {
  assertEquals(
    await printed(`
      import { coreOf } from "$ROOT/context.ts";
      let collected = 0;
      const registry = new FinalizationRegistry(() => collected++);
      (() => {
        const context = new Context();
        registry.register(coreOf(context));
        registry.register(new Pair({ context }));
        context.close();
      })();
      await until(() => collected === 2);
      console.log("both");
    `),
    "both",
  );
});
