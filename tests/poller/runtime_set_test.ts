import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { run } from "../program.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const ignore = !HAS_LINUX_CALLS;

/** A set on the process's first thread, and a thread of the pool that ends within some ms. */
const SET = `
  import { EpollBackend } from "$MOD/../poller/epoll.ts";
  import { EpollStrategy } from "$MOD/../poller/epoll_strategy.ts";
  import { libc } from "$MOD/../ffi/libc.ts";
  const backend = new EpollBackend();
  const strategy = new EpollStrategy(backend);
  /** Blocks, and tells whether the runtime has ended that. */
  const block = (report) => {
    strategy.waited("yield", Infinity);
    strategy.arm();
    backend.waitSync(strategy.limit, report);
    return strategy.beforeTick(0) === "yield";
  };
  /**
   * Resolves when the thread is on its way, and the runtime waits for it. On a busy machine that may take long, and the
   * thread must not have ended by then.
   */
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

Deno.test({ name: "a worker's runtime can't be watched, and says so", ignore }, async () => {
  const source = `
    const code = \`
      import { EpollBackend } from "$MOD/../poller/epoll.ts";
      import { EpollStrategy } from "$MOD/../poller/epoll_strategy.ts";
      const backend = new EpollBackend();
      const strategy = new EpollStrategy(backend);
      postMessage([strategy.watchesRuntime, strategy.runtimeHasWork()]);
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

Deno.test(
  { name: "a bounded wait ends when the runtime has something to do", ignore },
  async () => {
    const source = `
    const watches = strategy.watchesRuntime;
    await begin(300);
    const begun = performance.now();
    let ended = false;
    while (!ended && performance.now() - begun < 5000) ended = block(report);
    const hasWork = strategy.runtimeHasWork();
    // Its turn ends that.
    strategy.waited("yield", Infinity);
    console.log(JSON.stringify([watches, ended, hasWork, strategy.beforeTick(0)]));
    backend.close();
  `;
    assertEquals(await answers(source), [true, true, true, "peek"]);
  },
);

Deno.test(
  { name: "without watching the runtime, a bounded wait takes its time whatever happens", ignore },
  async () => {
    const source = `
    await begin(20);
    const ends = [];
    const begun = performance.now();
    while (performance.now() - begun < 50) ends.push(block(report));
    console.log(JSON.stringify([ends.includes(true), strategy.runtimeHasWork()]));
    backend.close();
  `;
    assertEquals(await answers(source), [false, false]);
  },
);

Deno.test({ name: "once disarmed, the runtime's doings end no parked wait", ignore }, async () => {
  const source = `
    strategy.watchesRuntime;
    block(report);
    let ended = false;
    strategy.disarm();
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

Deno.test(
  { name: "a runtime that can't be asked any more counts as one that has something to do", ignore },
  async () => {
    const source = `
    import { EpollSet } from "$MOD/../poller/epoll_set.ts";
    const watches = strategy.watchesRuntime;
    while (strategy.runtimeHasWork()) await new Promise((resolve) => setTimeout(resolve, 1));
    const { control } = EpollSet.prototype;
    EpollSet.prototype.control = () => { throw new Error("injected"); };
    strategy.arm();
    EpollSet.prototype.control = control;
    console.log(JSON.stringify([watches, strategy.runtimeHasWork()]));
    backend.close();
  `;
    assertEquals(await answers(source), [true, true]);
  },
);

Deno.test({ name: "a set that was rebuilt watches the runtime, too", ignore }, async () => {
  const source = `
    import { closeFd, duplicate, pipe, put } from "$MOD/../tests/fds.ts";
    strategy.watchesRuntime;
    const ends = pipe();
    const copy = duplicate(ends.read);
    backend.add(copy, 1, "copy");
    put(ends.write);
    // Closed before it's removed, its file stays in the set: its events belong to no entry, and the set needs a rebuild.
    closeFd(copy);
    backend.remove(copy);
    block(report);
    await begin(300);
    const begun = performance.now();
    let ended = false;
    while (!ended && performance.now() - begun < 5000) ended = block(report);
    backend.close();
    console.log(JSON.stringify(ended));
    Deno.exit();
  `;
  assertEquals(await answers(source), true);
});
