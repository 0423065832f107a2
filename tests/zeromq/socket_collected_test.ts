import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { run, withoutWaiting } from "../program.ts";
import { onLinux } from "../socket/support.ts";

const DROP_IN = new URL("../../zeromq.ts", import.meta.url).href;

/** Runs a program in which `collect()` is a major collection, and returns what it printed. */
async function printed(source: string): Promise<string> {
  const { code, signal, stdout, stderr } = await run(
    `
    import * as zmq from "${DROP_IN}";
    // A collection alone doesn't keep the process alive.
    const alive = setInterval(() => {}, 1000);
    const collect = () => gc({ type: "major", execution: "async" });
    const pairs = async () => {
      const [one, other] = [new zmq.Pair({ linger: 0 }), new zmq.Pair({ linger: 0 })];
      await one.bind("inproc://collect");
      other.connect("inproc://collect");
      return [one, other];
    };
    let released = 0;
    const registry = new FinalizationRegistry(() => released++);
    const watch = (object) => (registry.register(object), object);
    const collectAll = async () => {
      for (let i = 0; i < 5; i++) {
        await collect();
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    ${source}
    clearInterval(alive);
    `,
    { flags: ["-A", "--v8-flags=--expose-gc"] },
  );
  assertEquals([code, signal, withoutWaiting(stderr)], [0, null, ""]);
  return stdout.trim();
}

Deno.test("a context is collected once its closed socket is out of scope, with a message in its queue", async () => {
  assertEquals(
    await printed(`
      let context;
      await (async () => {
        const own = new zmq.Context();
        const socket = new zmq.Dealer({ context: own, linger: 0 });
        context = new WeakRef(own);
        socket.connect("inproc://no-one");
        await socket.send("foo");
        socket.close();
      })();
      await collect();
      console.log(context.deref());
    `),
    "undefined",
  );
});

Deno.test("a context is collected with an open socket that was dropped", async () => {
  assertEquals(
    await printed(`
      let context;
      await (async () => {
        const own = new zmq.Context();
        new zmq.Dealer({ context: own, linger: 0 });
        context = new WeakRef(own);
      })();
      await collect();
      console.log(context.deref());
    `),
    "undefined",
  );
});

Deno.test(
  onLinux(
    "a context that was dropped ends with its last socket, and leaves no descriptor open",
    async () => {
      assertEquals(
        await printed(`
      const open = () => [...Deno.readDirSync("/proc/self/fd")].length;
      // Deno opens two descriptors for signals half a second after its start, or here.
      const nothing = () => {};
      Deno.addSignalListener("SIGUSR2", nothing);
      Deno.removeSignalListener("SIGUSR2", nothing);
      const use = (context) => new zmq.Dealer({ context, linger: 0 }).close();
      use(new zmq.Context()); // what the first one opens for good
      await collectAll();
      const before = open();
      use(new zmq.Context());
      const more = open() > before;
      while (open() > before) await collectAll();
      console.log(more);
    `),
        "true",
      );
    },
  ),
);

Deno.test("a Buffer can be collected as soon as its send is done, though its message waits", async () => {
  assertEquals(
    await printed(`
      const socket = new zmq.Push({ linger: 0 });
      socket.connect("inproc://no-one");
      for (const size of [16, 1025]) await socket.send(watch(Buffer.alloc(size)));
      await collectAll();
      console.log(released);
      socket.close();
    `),
    "2",
  );
});

Deno.test("sent Buffers and received messages are collected", async () => {
  assertEquals(
    await printed(`
      const [one, other] = await pairs();
      await (async () => {
        for (let i = 0; i < 10; i++) {
          await other.send(watch(Buffer.alloc(2048)));
          const message = watch(await one.receive());
          await one.send(watch(message[0]));
          watch(await other.receive());
        }
      })();
      await collectAll();
      console.log(released);
      one.close();
      other.close();
    `),
    "40",
  );
});

Deno.test("a socket whose events were read is collected, and so is its Observer", async () => {
  assertEquals(
    await printed(`
      await (async () => {
        const socket = watch(new zmq.Dealer());
        watch(socket.events);
      })();
      await collectAll();
      console.log(released);
    `),
    "2",
  );
});

Deno.test("a socket with a receive that waits isn't collected, in turn or out of it", async () => {
  assertEquals(
    await printed(`
      const sockets = [];
      await (async () => {
        for (const socket of [new zmq.Dealer(), new zmq.Request()]) {
          sockets.push(new WeakRef(socket));
          socket.receive().catch(() => {});
        }
      })();
      await collectAll();
      for (const socket of sockets) {
        console.log(socket.deref()?.closed);
        socket.deref()?.close();
      }
    `),
    "false\nfalse",
  );
});
