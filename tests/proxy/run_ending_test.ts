import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import { Pull } from "../../mod.ts";
import { Program } from "../program.ts";
import { receivedMany } from "../socket/support.ts";
import { run } from "../util.ts";

/** How often each program is run: an end that fails often doesn't always fail. */
const TIMES = 3;

/** A proxy, and a socket at its front end. */
const half = (options: string) => `
  import { Dealer, Pull, Push, Router, settled } from "$MOD";
  import { Proxy } from "$ROOT/proxy.ts";
  const proxy = new Proxy(new Pull(), new Push(), ${options});
  await proxy.frontEnd.bind("tcp://127.0.0.1:*");
  await proxy.backEnd.bind("tcp://127.0.0.1:*");
  const push = new Push({ linger: 0 });
  push.connect(proxy.frontEnd.lastEndpoint);
`;

/** What most programs begin with. */
const begin = (options: string) => `
  ${half(options)}
  const pull = new Pull();
  pull.connect(proxy.backEnd.lastEndpoint);
`;

/** Messages without end, of which the thousandth says so. */
const TRAFFIC = `
  (async () => { while (true) await push.send(["hello", new Uint8Array(100)]); })();
  (async () => {
    let count = 0;
    for await (const _ of pull) if (++count === 1000) atFullSpeed();
  })();
`;

interface Ending {
  claim: string;
  source: string;
  code: number;
  stdout?: string;
  stderr?: RegExp;
}

const ENDINGS: Ending[] = [
  {
    claim: "a proxy that doesn't run doesn't keep the process alive",
    source: `Deno.unrefTimer(setTimeout(() => console.log("still alive"), 5000));`,
    code: 0,
  },
  {
    claim: "after terminate the process ends by itself",
    source: `
      Deno.unrefTimer(setTimeout(() => console.log("still alive"), 5000));
      proxy.run().then(() => console.log("ended"));
      setTimeout(() => proxy.terminate(), 10);`,
    code: 0,
    stdout: "ended\n",
  },
  {
    claim: "Deno.exit while a proxy is idle: its status",
    source: `proxy.run(); setTimeout(() => Deno.exit(7), 10);`,
    code: 7,
  },
  {
    claim: "Deno.exit in the task that began to run: its status",
    source: `proxy.run(); Deno.exit(7);`,
    code: 7,
  },
  {
    claim: "Deno.exit while a proxy is paused: its status",
    source: `proxy.run(); proxy.pause(); setTimeout(() => Deno.exit(7), 10);`,
    code: 7,
  },
  {
    claim: "Deno.exit under full traffic: its status",
    source: `proxy.run(); const atFullSpeed = () => Deno.exit(7); ${TRAFFIC}`,
    code: 7,
  },
  {
    claim: "Deno.exit while a proxy's back end is full: its status",
    source: `
      proxy.run();
      pull.close();
      let refused = 0;
      const flood = setInterval(() => {
        if (push.trySend(new Uint8Array(100_000))) while (push.trySend(new Uint8Array(100_000)));
        else if (++refused === 10) Deno.exit(7);
      }, 5);`,
    code: 7,
  },
  {
    claim: "an uncaught throw under full traffic: status 1",
    source: `
      proxy.run();
      function atFullSpeed() { queueMicrotask(() => { throw new Error("on purpose"); }); }
      ${TRAFFIC}`,
    code: 1,
    stderr: /on purpose/,
  },
  {
    claim: "run's own rejection, unhandled: status 1",
    source: `proxy.run(); await settled(); push.context.shutdown();`,
    code: 1,
    stderr: /ETERM/,
  },
  {
    claim: "a worker that's terminated while it has a proxy leaves the rest alone",
    source: `
      if ("WorkerGlobalScope" in globalThis) {
        proxy.run();
        const atFullSpeed = () => self.postMessage("now");
        ${TRAFFIC}
      } else {
        proxy.run();
        const worker = new Worker(import.meta.url, { type: "module" });
        await new Promise((resolve) => worker.onmessage = resolve);
        worker.terminate();
        for (let i = 0; i < 100; i++) {
          await push.send(String(i));
          await pull.receive();
        }
        console.log("worked on");
        Deno.exit(7);
      }`,
    code: 7,
    stdout: "worked on\n",
  },
];

for (const [way, options] of [["own loop", "{}"], ["native", "{ native: true }"]]) {
  for (const { claim, source, code, stdout = "", stderr } of ENDINGS) {
    Deno.test(`${way}: ${claim}`, async () => {
      const outcomes = await Promise.all(
        Array.from({ length: TIMES }, () => run(`${begin(options)}${source}`)),
      );
      for (const outcome of outcomes) {
        if (stderr === undefined) assertEquals(outcome.stderr, "");
        else assert(stderr.test(outcome.stderr), outcome.stderr);
        assertEquals(outcome.signal, null);
        assertEquals(outcome.stdout, stdout);
        assertEquals(outcome.code, code);
      }
    });
  }

  Deno.test(`${way}: a proxy that runs keeps the process alive`, async () => {
    // A timer that doesn't count fires only if something else keeps the process alive.
    await using program = await Program.start(
      `${begin(options).replace("$ROOT/", new URL("../../", import.meta.url).href)}
      proxy.run();
      Deno.unrefTimer(setTimeout(() => console.log("alive"), 100));`,
    );
    assertEquals(await program.line(), "alive");
  });

  Deno.test(`${way}: what a proxy has passed on before the end of its process arrives`, async () => {
    await using sink = new Pull();
    await sink.bind("tcp://127.0.0.1:*");
    const receiving = receivedMany(sink, 5000);
    const outcome = await run(`
      ${half(options)}
      proxy.backEnd.connect(${JSON.stringify(sink.lastEndpoint)});
      proxy.run();
      for (let i = 0; i < 5000; i++) await push.send(String(i));
      while (proxy.statistics.toBack.messages < 5000) await new Promise((resolve) => setTimeout(resolve, 1));
      Deno.exit(7);
    `);
    assertEquals(outcome.stderr, "");
    assertEquals(outcome.code, 7);
    const all = await receiving;
    assert(all.every((text, i) => text === `${i}`));
  });
}

/** Runs a program in which `collect()` collects garbage, and returns what it printed. */
async function printed(source: string): Promise<string> {
  const outcome = await run(
    `
    import { Dealer, Pull, Push, Router } from "$MOD";
    import { Proxy } from "$ROOT/proxy.ts";
    const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
    const collect = async () => {
      for (let i = 0; i < 5; i++) {
        await turn(); // what a stack still holds is let go
        gc();
        await turn(); // finalizers run as tasks of their own
      }
    };
    ${source}
    `,
    { flags: ["-A", "--v8-flags=--expose-gc"] },
  );
  assertEquals(outcome.stderr, "");
  assertEquals(outcome.code, 0);
  return outcome.stdout.trim();
}

for (const native of [false, true]) {
  const way = native ? "native" : "own loop";
  Deno.test(`${way}: a proxy that its program has dropped goes on while it runs`, async () => {
    assertEquals(
      await printed(`
        await (async () => {
          const proxy = new Proxy(new Pull(), new Push(), { native: ${native} });
          await proxy.frontEnd.bind("inproc://front");
          await proxy.backEnd.bind("inproc://back");
          proxy.run();
        })();
        const push = new Push(), pull = new Pull();
        push.connect("inproc://front");
        pull.connect("inproc://back");
        for (let i = 0; i < 3; i++) {
          await collect();
          await push.send("still there");
          console.log((await pull.receive())[0].text());
        }
        Deno.exit(0);
      `),
      "still there\nstill there\nstill there",
    );
  });

  Deno.test(`${way}: a proxy that has ended is collected, and its sockets`, async () => {
    assertEquals(
      await printed(`
        let left = 3;
        const gone = new FinalizationRegistry(() => left--);
        await (async () => {
          const proxy = new Proxy(new Pull(), new Push(), { native: ${native} });
          for (const one of [proxy, proxy.frontEnd, proxy.backEnd]) gone.register(one);
          await proxy.frontEnd.bind("inproc://front");
          await proxy.backEnd.bind("inproc://back");
          const run = proxy.run();
          proxy.terminate();
          await run;
        })();
        for (let i = 0; i < 100 && left > 0; i++) await collect();
        console.log(left);
      `),
      "0",
    );
  });
}
