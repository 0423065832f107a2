/** The runtime gets to its own descriptors, however busy the sockets are. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { WaitEstimate } from "../../poller/wait_estimate.ts";
import { defaultKind } from "../../poller/create.ts";
import { EpollBackend } from "../../poller/epoll.ts";
import { RuntimeYield } from "../../poller/runtime_yield.ts";
import { run } from "../util.ts";

const ignore = Deno.build.os !== "linux";
/** The reactor watches the runtime where it uses epoll only. */
const elsewhere = ignore || defaultKind() !== "epoll";

/** At which of these ms the runtime is due, where it can be asked whether it has something to do, or can't. */
function due(at: readonly number[], hasWork?: () => boolean): number[] {
  const backend = new EpollBackend<unknown>();
  if (hasWork !== undefined) backend.runtimeHasWork = hasWork;
  const runtimeYield = new RuntimeYield(backend, new WaitEstimate(() => hasWork !== undefined));
  runtimeYield.markYielded(0);
  const found = at.filter((now) => {
    const is = runtimeYield.isDue(now);
    if (is) runtimeYield.markYielded(now);
    return is;
  });
  backend.close();
  return found;
}

const MILLISECONDS = Array.from({ length: 12 }, (_, i) => i + 1);

Deno.test({ name: "a runtime that can't be asked is due every five milliseconds", ignore }, () => {
  assertEquals(due(MILLISECONDS), [5, 10]);
});

Deno.test({ name: "a runtime that has nothing to do is never due", ignore }, () => {
  assertEquals(due(MILLISECONDS, () => false), []);
});

Deno.test(
  { name: "a runtime that has something to do is due within a millisecond", ignore },
  () => {
    assertEquals(due([0.5, 0.9, 1, 1.5, 1.9, 2], () => true), [1, 2]);
  },
);

Deno.test({ name: "a runtime isn't asked more often than each millisecond", ignore }, () => {
  let asked = 0;
  due([0.5, 1, 1.2, 1.4, 1.6, 1.8, 2], () => {
    asked++;
    return false;
  });
  assertEquals(asked, 2);
});

Deno.test({ name: "a runtime that has ended a wait is due at once, and once", ignore }, () => {
  const backend = new EpollBackend<unknown>();
  const runtimeYield = new RuntimeYield(backend, new WaitEstimate());
  runtimeYield.markYielded(0);
  runtimeYield.markRuntimeReady();
  const first = runtimeYield.isDue(0.1);
  runtimeYield.markYielded(0.1);
  const then = runtimeYield.isDue(0.2);
  backend.close();
  assertEquals([first, then], [true, false]);
});

Deno.test({ name: "to give the runtime its turn goes on after it", ignore }, async () => {
  const backend = new EpollBackend<unknown>();
  const runtimeYield = new RuntimeYield(backend, new WaitEstimate());
  runtimeYield.markRuntimeReady();
  const gone = new Promise<void>((resolve) => runtimeYield.yieldToRuntime(resolve));
  const during = runtimeYield.inFlight;
  await gone;
  const after = runtimeYield.inFlight || runtimeYield.isDue(0.1);
  backend.close();
  assertEquals([during, after], [true, false]);
});

/** A set on the process's first thread, and a thread of the pool that ends within some ms. */
const SET = `
  import { EpollBackend } from "$MOD/../poller/epoll.ts";
  import { libc } from "$MOD/../ffi/libc.ts";
  const backend = new EpollBackend();
  /** Resolves when the thread is on its way, and the runtime waits for it. */
  const begin = (ms) => {
    libc().poll_onPool(null, 0n, ms);
    return new Promise((resolve) => setTimeout(resolve, 1));
  };
  const thread = (ms) => libc().poll_onPool(null, 0n, ms);
  const report = () => {};
`;

async function answers(source: string): Promise<unknown> {
  const { stdout, stderr } = await run(SET + source);
  return stdout === "" ? stderr : JSON.parse(stdout);
}

Deno.test(
  { name: "a bounded wait ends when the runtime has something to do", ignore },
  async () => {
    const source = `
    const watches = backend.watchRuntime();
    await begin(20);
    const begun = performance.now();
    let ended = false;
    while (!ended && performance.now() - begun < 5000) ended = backend.block(report);
    console.log(JSON.stringify([watches, ended, backend.runtimeHasWork()]));
    backend.close();
  `;
    assertEquals(await answers(source), [true, true, true]);
  },
);

Deno.test(
  { name: "without watching the runtime, a bounded wait takes its time whatever happens", ignore },
  async () => {
    const source = `
    await begin(20);
    const ends = [];
    const begun = performance.now();
    while (performance.now() - begun < 50) ends.push(backend.block(report));
    console.log(JSON.stringify([ends.includes(true), backend.runtimeHasWork()]));
    backend.close();
  `;
    assertEquals(await answers(source), [false, false]);
  },
);

Deno.test({ name: "the runtime's doings end no parked wait", ignore }, async () => {
  const source = `
    backend.watchRuntime();
    backend.block(report);
    let ended = false;
    const parked = backend.wait(-1).then(() => ended = true);
    for (let i = 0; i < 5; i++) await thread(2);
    const early = ended;
    backend.wake();
    await parked;
    backend.close();
    console.log(JSON.stringify(early));
  `;
  assertEquals(await answers(source), false);
});

Deno.test({ name: "a set that was rebuilt watches the runtime, too", ignore }, async () => {
  const source = `
    import { closeFd, duplicate, pipe, put } from "$MOD/../tests/fds.ts";
    backend.watchRuntime();
    const ends = pipe();
    const copy = duplicate(ends.read);
    backend.add(copy, 1, "copy");
    put(ends.write);
    // Closed before it's removed, its file stays in the set: its events are nobody's, and spoil the set.
    closeFd(copy);
    backend.remove(copy);
    backend.block(report);
    await begin(20);
    const begun = performance.now();
    let ended = false;
    while (!ended && performance.now() - begun < 5000) ended = backend.block(report);
    backend.close();
    console.log(JSON.stringify(ended));
    Deno.exit();
  `;
  assertEquals(await answers(source), true);
});

Deno.test({ name: "a worker's runtime can't be watched, and says so", ignore }, async () => {
  const source = `
    const code = \`
      import { EpollBackend } from "$MOD/../poller/epoll.ts";
      const backend = new EpollBackend();
      postMessage([backend.watchRuntime(), backend.runtimeHasWork()]);
      backend.close();
    \`;
    const url = "data:text/javascript," + encodeURIComponent(code);
    const worker = new Worker(url, { type: "module" });
    const { data } = await new Promise((resolve) => worker.onmessage = resolve);
    console.log(JSON.stringify(data));
    Deno.exit();
  `;
  assertEquals(await answers(source), [false, false]);
});

/** How many messages were exchanged during each of some HTTP requests, of which the median is printed. */
const SERVER = `
  import { Pair } from "$MOD";
  const one = new Pair();
  await one.bind("tcp://127.0.0.1:*");
  const other = new Pair();
  other.connect(one.lastEndpoint);
  let exchanges = 0;
  const exchange = async () => {
    for (;;) {
      await one.send("ping");
      await other.receive();
      exchanges++;
    }
  };
  const server = Deno.serve({ port: 0, onListen() {} }, () => new Response("answer"));
  const url = "http://127.0.0.1:" + server.addr.port;
  await (await fetch(url)).text();
  exchange();
  while (exchanges < 2000) await new Promise((resolve) => setTimeout(resolve, 10));
  const during = [];
  for (let i = 0; i < 21; i++) {
    const before = exchanges;
    await (await fetch(url)).text();
    during.push(exchanges - before);
  }
  console.log(during.sort((a, b) => a - b)[10]);
  Deno.exit();
`;

// The runtime looks at its descriptors in each 61st turn, and a request needs several such looks.
const name =
  "an HTTP answer doesn't wait for each 61st turn while messages follow each other closely";
Deno.test({ name, ignore: elsewhere }, async () => {
  const { stdout, stderr } = await run(SERVER);
  assert(/^\d+\n$/.test(stdout) && Number(stdout) < 61, `${stdout}${stderr}`);
});
