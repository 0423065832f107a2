/** Programs with workers, what a process has open, and a second copy of the library. */

import { FOLDERS, MODULES, ROOT } from "./files.ts";
import { withFolder } from "./util.ts";
import { AS_ELSEWHERE, type Outcome, run } from "./program.ts";

/** What a program has in order to look at its threads. */
export const THREADS = `
  const threads = () => [...Deno.readDirSync("/proc/self/task")].map(({ name }) => name);
  /** How many stacks of threads there are: each has a page before it that can't be touched. */
  function stacks() {
    return Deno.readTextFileSync("/proc/self/maps").split("\\n").filter((line) => {
      const [, from, to] = /^(\\w+)-(\\w+) ---p 00000000 00:00 0/.exec(line) ?? [];
      return parseInt(to, 16) - parseInt(from, 16) === 4096;
    }).length;
  }`;

/** The kinds of workers. */
export const KINDS = ["Web Worker", "node worker"] as const;

/**
 * Runs a program in which `start(kind, name, data)` starts a worker that runs the function of that name from `workers`,
 * given as source, with `data`. It gives `next()`, the worker's next message, `post(value)` and `terminate()`. In
 * the workers' functions, `tell(value)` posts to the parent, and `heard()` gives the parent's next message.
 */
export function withWorkers(
  workers: string,
  main: string,
  options: { flags?: readonly string[]; env?: Record<string, string> } = {},
): Promise<Outcome> {
  return run(
    `import * as zmq from "$MOD";
    import * as threads from "node:worker_threads";
    const { Context, context, Pair, Poller, Pull, Push, Reply, Request } = zmq;
    const inWeb = "WorkerGlobalScope" in globalThis;

    /** Messages that have come, and those who wait for one. */
    function queue() {
      const values = [], waiting = [];
      return {
        push: (value) => waiting.length > 0 ? waiting.shift()(value) : values.push(value),
        next: () => values.length > 0
          ? Promise.resolve(values.shift())
          : new Promise((resolve) => waiting.push(resolve)),
      };
    }

    function start(kind, name, data) {
      const told = queue();
      if (kind === "Web Worker") {
        const worker = new Worker(import.meta.url, { type: "module" });
        worker.onmessage = (event) => told.push(event.data);
        worker.onerror = (event) => { event.preventDefault(); told.push("failed: " + event.message); };
        worker.postMessage({ name, data });
        return {
          next: told.next,
          post: (value) => worker.postMessage(value),
          terminate: () => worker.terminate(),
        };
      }
      const worker = new threads.Worker(new URL(import.meta.url));
      worker.on("message", told.push);
      worker.on("error", (error) => told.push("failed: " + error));
      worker.postMessage({ name, data });
      return {
        next: told.next,
        post: (value) => worker.postMessage(value),
        terminate: () => worker.terminate(),
      };
    }

    const heardBy = queue();
    const heard = heardBy.next;
    const tell = (value) => inWeb ? self.postMessage(value) : threads.parentPort.postMessage(value);
    const workers = { ${workers} };

    /** How many descriptors this process has open, and how many threads it has. */
    function count() {
      const length = (folder) => [...Deno.readDirSync("/proc/self/" + folder)].length;
      return { descriptors: length("fd"), threads: length("task") };
    }

    /** How many threads have a name that begins so. */
    function threadsOf(beginning) {
      return [...Deno.readDirSync("/proc/self/task")].filter(({ name }) => {
        try {
          return Deno.readTextFileSync("/proc/self/task/" + name + "/comm").startsWith(beginning);
        } catch {
          return false; // it has ended
        }
      }).length;
    }

    /** Asks again and again, for at most 30 s. */
    async function until(condition) {
      const limit = performance.now() + 30_000;
      while (!condition() && performance.now() < limit) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return condition();
    }

    if (inWeb || !threads.isMainThread) {
      const begin = (message) => {
        if (message.name in workers && !begin.begun) {
          begin.begun = true;
          workers[message.name](message.data);
        } else heardBy.push(message);
      };
      if (inWeb) self.onmessage = (event) => begin(event.data);
      else threads.parentPort.on("message", begin);
    } else {
      await (async () => { ${main} })();
    }`,
    options,
  );
}

/** Makes a second copy of the library, and calls with its folder's address. */
export function withCopy<T>(action: (copy: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    for (const one of FOLDERS) await Deno.mkdir(`${folder}/${one}`, { recursive: true });
    for (const one of MODULES) await Deno.copyFile(new URL(one, ROOT), `${folder}/${one}`);
    if (AS_ELSEWHERE.length > 0) {
      await Deno.copyFile(new URL("tests/elsewhere/system.ts", ROOT), `${folder}/ffi/system.ts`);
    }
    return await action(`file://${folder}`);
  });
}
