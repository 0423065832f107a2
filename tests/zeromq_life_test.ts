import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { canHide, startHidden } from "./ffi/hidden.ts";
import { systemLibrary } from "./ffi/programs.ts";
import { type Outcome, Program, run } from "./program.ts";
import { futureAddress } from "./socket/support.ts";
import { withFolder } from "./util.ts";

const DROP_IN = new URL("../zeromq.ts", import.meta.url).href;
const IMPORT = `import * as zmq from "${DROP_IN}";\n`;
const FLAGS = ["-A", "--v8-flags=--expose-gc"];

function outcomeOf(source: string): Promise<Outcome> {
  return run(IMPORT + source, { flags: FLAGS });
}

const ENDS: Record<string, string> = {
  "sockets that are closed": "new zmq.Dealer().close(); new zmq.Router().close();",
  "sockets that are open": "const one = new zmq.Dealer(); const other = new zmq.Router();",
  "a socket that's bound, and one that's connected": `
    const [one, other] = [new zmq.Dealer(), new zmq.Router()];
    await other.bind("tcp://127.0.0.1:*");
    one.connect(other.lastEndpoint);`,
  "a context of its own, with open sockets": `
    const context = new zmq.Context();
    const sockets = [new zmq.Dealer({ context }), new zmq.Router({ context })];`,
  "a context that was collected": `
    (() => {
      const context = new zmq.Context();
      new zmq.Dealer({ context }).close();
      new zmq.Router({ context }).close();
    })();
    gc();`,
  "a send of a Publisher without subscribers": `await new zmq.Publisher().send("test");`,
  "events that were read until the socket was closed": `
    const socket = new zmq.Dealer();
    (async () => {
      for await (const _ of socket.events);
    })();
    socket.close();`,
  "a listener for the events of a socket that was closed": `
    const socket = new zmq.Dealer();
    socket.events.on("bind", () => {});
    socket.close();`,
  "events that no one reads": "new zmq.Dealer().events;",
  "a bind that isn't awaited": `new zmq.Dealer().bind("inproc://x");`,
  "a wait out of turn that was closed": `
    const socket = new zmq.Request();
    socket.receive().catch(() => {});
    socket.close();`,
};
for (const [what, source] of Object.entries(ENDS)) {
  Deno.test(`a program ends by itself, and in silence, with ${what}`, async () => {
    const { code, signal, stdout, stderr } = await outcomeOf(source);
    assertEquals([code, signal, stdout, stderr], [0, null, "", ""]);
  });
}

const WAITS: Record<string, string> = {
  "a receive that waits": `
    const socket = new zmq.Dealer();
    socket.connect("inproc://no-one");
    socket.receive();`,
  "a receive on a socket that its program has dropped": `
    (() => {
      const context = new zmq.Context();
      const socket = new zmq.Dealer({ context });
      socket.connect("inproc://no-one");
      socket.receive();
    })();
    gc();`,
  "a receive out of turn, on a socket that its program has dropped": `
    (() => void new zmq.Request().receive())();
    gc();`,
  "a send that waits": `new zmq.Dealer().send("test");`,
  "reading the events of an open socket": `
    const socket = new zmq.Dealer();
    (async () => {
      for await (const _ of socket.events);
    })();`,
  "a listener for the events of an open socket": `
    new zmq.Dealer().events.on("bind", () => {});
    gc();`,
  "a proxy": `
    const proxy = new zmq.Proxy(new zmq.Router(), new zmq.Dealer());
    proxy.frontEnd.connect("inproc://no-one");
    proxy.backEnd.connect("inproc://no-one");
    proxy.run();`,
};
for (const [what, source] of Object.entries(WAITS)) {
  Deno.test(`${what} keeps the process alive`, async () => {
    // A timer that doesn't count fires only if something else keeps the process alive.
    await using program = await Program.start(
      `${IMPORT}${source}
      Deno.unrefTimer(setTimeout(() => console.log("alive"), 100));`,
      { flags: FLAGS },
    );
    assertEquals(await program.line(), "alive");
    program.kill("SIGTERM");
    const { signal, stdout, stderr } = await program.outcome();
    assertEquals([signal, stdout, stderr], ["SIGTERM", "", ""]);
  });
}

Deno.test("a message for no one is waited for as long as it lingers, in silence up to half a second", async () => {
  const { code, stderr } = await outcomeOf(`
    const socket = new zmq.Dealer({ linger: 50 });
    socket.connect("${futureAddress()}");
    await socket.send("x");
    // The end's clock is slower than the linger's, so that it has a few seconds.
    const now = performance.now.bind(performance);
    performance.now = () => now() / 10;
  `);
  assertEquals([code, stderr], [0, ""]);
});

for (const blocky of [true, false]) {
  Deno.test(`a longer linger says so, with advice if blocky is true: ${blocky}`, async () => {
    const { code, stderr } = await outcomeOf(`
      zmq.context.blocky = ${blocky};
      const socket = new zmq.Dealer({ linger: 1000 });
      socket.connect("${futureAddress()}");
      await socket.send("x");
      // The end's clock is faster than the linger's, since it speaks after half a second.
      const now = performance.now.bind(performance);
      performance.now = () => 20 * now();
    `);
    const advice = blocky ? " Set 'context.blocky = false' to change this behaviour." : "";
    assertEquals(code, 0);
    assertEquals(
      stderr.replace(/\d+/, "PID"),
      `(node:PID) WARNING: Waiting for queued ZeroMQ messages to be delivered.${advice}\n`,
    );
  });
}

Deno.test("what was sent just before the end arrives", async () => {
  const { code, stdout, stderr } = await run(`
    import { Pull } from "$MOD";
    using pull = new Pull();
    await pull.bind("tcp://127.0.0.1:*");
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", \`
        import { Push } from "${DROP_IN}";
        const push = new Push();
        push.connect("\${pull.lastEndpoint}");
        for (let i = 0; i < 1000; i++) await push.send(String(i));
      \`],
    }).spawn();
    let sum = 0;
    for (let i = 0; i < 1000; i++) sum += Number(String(await pull.receive()));
    console.log(sum, (await child.status).code);
  `);
  assertEquals([code, stdout, stderr], [0, "499500 0\n", ""]);
});

Deno.test("require loads the module, synchronously", async () => {
  const { code, stdout, stderr } = await run(`
    import { createRequire } from "node:module";
    const zmq = createRequire(import.meta.url)("${new URL(DROP_IN).pathname}");
    console.log(Object.keys(zmq).length, zmq.default, new zmq.Dealer().type);
  `);
  assertEquals([code, stdout, stderr], [0, "20 undefined 5\n", ""]);
});

Deno.test({
  name: "a permission for libzmq's path alone is enough for the drop-in",
  ignore: systemLibrary === undefined,
  fn: async () => {
    const { code, stdout, stderr } = await run(
      `${IMPORT}
      const [one, other] = [new zmq.Pair(), new zmq.Pair()];
      await one.bind("inproc://x");
      other.connect("inproc://x");
      await other.send(["a", Buffer.alloc(5000)]);
      console.log((await one.receive()).map((part) => part.length));
      console.log(one.lastEndpoint, typeof one.events.closed);
      for (const socket of [one, other]) socket.close();`,
      { flags: [`--allow-ffi=${systemLibrary}`] },
    );
    assertEquals([code, stdout, stderr], [0, "[ 1, 5000 ]\ninproc://x boolean\n", ""]);
  },
});

Deno.test({
  name: "without libzmq in reach, importing says where it was looked for, and what to do",
  ignore: !canHide,
  fn: () =>
    withFolder(async (folder) => {
      const report = `await import("$ROOT/zeromq.ts").then(
        () => console.log("it was imported"),
        (error) => console.log(error.name, error.message),
      );`;
      await using program = await startHidden(report, folder, { network: false, cache: folder });
      const { stdout } = await program.outcome();
      for (const word of ["LibraryError", "libzmq.so.5", "deno cache npm:zeromq@6.8.0"]) {
        assert(stdout.includes(word), stdout);
      }
    }),
});

Deno.test("nothing in the module's graph awaits at the top level, or needs another name than files'", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", DROP_IN],
    stderr: "null",
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string; dependencies?: { specifier: string; code?: unknown }[] }[];
  };
  const specifiers = modules.map(({ specifier }) => specifier);
  assert(specifiers.includes(DROP_IN) && specifiers.length > 40);
  assert(!specifiers.some((specifier) => specifier.endsWith("/ffi/ready.ts")));
  const foreign = modules.flatMap(({ dependencies = [] }) =>
    dependencies.filter(({ specifier, code }) =>
      code !== undefined && !/^\.{1,2}\/.*\.ts$/.test(specifier)
    ).map(({ specifier }) => specifier)
  );
  assertEquals(foreign, ["node:worker_threads"]);
});
