/** How programs with a proxy at work end, and what becomes of a proxy without one: the same, whichever way it runs. */

import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import { Pull } from "../../mod.ts";
import { printed } from "../collecting.ts";
import { type Ending, endsSo } from "../endings.ts";
import { Program, run } from "../program.ts";
import { receivedMany } from "../socket/support.ts";

/** A proxy, and a socket at its front end. */
const half = (options: string, mark = 1000) => `
  import { Dealer, Pull, Push, Router, Poller } from "$MOD";
  import { Proxy } from "$ROOT/proxy.ts";
  const proxy = new Proxy(
    new Pull({ receiveHighWaterMark: ${mark} }), new Push({ sendHighWaterMark: ${mark} }), ${options},
  );
  await proxy.frontEnd.bind("tcp://127.0.0.1:*");
  await proxy.backEnd.bind("tcp://127.0.0.1:*");
  const push = new Push({ linger: 0 });
  push.connect(proxy.frontEnd.lastEndpoint);
`;

/** What most programs begin with. */
const begin = (options: string, mark?: number) => `
  ${half(options, mark)}
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

const ENDINGS: (Ending & { mark?: number })[] = [
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
    mark: 10,
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
    source: `proxy.run(); await Poller.idle(); push.context.shutdown();`,
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

/** The claims of a proxy that is made with these options, each with its test. */
export function endings(options: string): [claim: string, test: () => Promise<void>][] {
  return [
    ...ENDINGS.map(({ claim, source, mark, ...end }): [string, () => Promise<void>] => [
      claim,
      () => endsSo(end, () => run(`${begin(options, mark)}${source}`)),
    ]),
    ["a proxy that runs keeps the process alive", () => keepsAlive(options)],
    [
      "what a proxy has passed on before the end of its process arrives",
      () => arrivesBeforeEnd(options),
    ],
    ["a proxy that its program has dropped goes on while it runs", () => goesOn(options)],
    ["a proxy that has ended is collected, and its sockets", () => isCollected(options)],
  ];
}

async function keepsAlive(options: string): Promise<void> {
  // A timer that doesn't count fires only if something else keeps the process alive.
  await using program = await Program.start(
    `${begin(options).replace("$ROOT/", new URL("../../", import.meta.url).href)}
      proxy.run();
      Deno.unrefTimer(setTimeout(() => console.log("alive"), 100));`,
  );
  assertEquals(await program.line(), "alive");
}

async function arrivesBeforeEnd(options: string): Promise<void> {
  await using sink = new Pull();
  await sink.bind("tcp://127.0.0.1:*");
  const receiving = receivedMany(sink, 5000);
  const outcome = await run(`
      ${half(options)}
      proxy.backEnd.connect(${JSON.stringify(sink.lastEndpoint)});
      proxy.run();
      for (let i = 0; i < 5000; i++) await push.send(String(i));
      while (proxy.statistics().toBack.messages < 5000) await new Promise((resolve) => setTimeout(resolve, 1));
      Deno.exit(7);
    `);
  assertEquals(outcome.stderr, "");
  assertEquals(outcome.code, 7);
  const all = await receiving;
  assert(all.every((text, i) => text === `${i}`));
}

async function goesOn(options: string): Promise<void> {
  assertEquals(
    await printed(`
        await (async () => {
          const proxy = new Proxy(new Pull(), new Push(), ${options});
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
}

async function isCollected(options: string): Promise<void> {
  assertEquals(
    await printed(`
        let left = 3;
        const gone = new FinalizationRegistry(() => left--);
        await (async () => {
          const proxy = new Proxy(new Pull(), new Push(), ${options});
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
}
