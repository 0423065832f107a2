/**
 * A pool of threads for work that takes a processor: a call is handed to a thread that has room, and returns as a promise.
 *
 * The threads are Web Workers that share a context with the program, so that messages pass within the process. At most
 * two tasks wait at each thread; while all are that busy, `run` waits before it hands over, so what is under way stays bounded.
 * What a task throws rejects its call. `primes.ts` is a program with a pool, and `worker.ts` what its threads do.
 */

import { Context, Pull, Push } from "../../mod.ts";

export class WorkerPool<Argument, Result> implements AsyncDisposable {
  readonly #context = new Context();
  // One that waits here and one there: a task isn't tied to a busy thread while another is free.
  readonly #tasks = new Push({ context: this.#context, sendHighWaterMark: 1 });
  readonly #results = new Pull({ context: this.#context });
  readonly #calls = new Map<string, PromiseWithResolvers<Result>>();
  readonly #workers: Worker[] = [];
  #last = 0;

  /** Starts threads that run the module at `url`, in which `serve` is called. By default as many as there are processors. */
  constructor(url: URL, size: number = navigator.hardwareConcurrency) {
    this.#tasks.bindSync("inproc://tasks");
    this.#results.bindSync("inproc://results");
    const token = this.#context.share();
    for (let i = 0; i < size; i++) {
      const worker = new Worker(url, { type: "module" });
      worker.postMessage(token);
      this.#workers.push(worker);
    }
    this.#takeResults();
  }

  /** Runs a task in one of the threads. Argument and result are copied as JSON. */
  async run(argument: Argument): Promise<Result> {
    const json = JSON.stringify(argument); // what can't be copied throws here, before there is a call
    const id = String(++this.#last);
    const call = Promise.withResolvers<Result>();
    this.#calls.set(id, call);
    const sent = this.#tasks.send([id, json]);
    return (await Promise.all([call.promise, sent]))[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) worker.terminate();
    for (const call of this.#calls.values()) call.reject(new Error("the pool has ended"));
    this.#context.shutdown();
    await this.#context[Symbol.asyncDispose]();
  }

  async #takeResults(): Promise<void> {
    for await (const [id, kind, value] of this.#results) {
      const call = this.#calls.get(id.text());
      this.#calls.delete(id.text());
      if (kind.text() === "result") call?.resolve(value.json() as Result);
      else call?.reject(new Error(value.text()));
    }
  }
}

/** Serves tasks in a thread of a pool, one after another. */
export async function serve<Argument, Result>(
  token: string,
  task: (argument: Argument) => Result | Promise<Result>,
): Promise<void> {
  const context = Context.join(token);
  const tasks = new Pull({ context, receiveHighWaterMark: 1 });
  const results = new Push({ context });
  tasks.connect("inproc://tasks");
  results.connect("inproc://results");
  for await (const [id, argument] of tasks) {
    try {
      const result = JSON.stringify(await task(argument.json() as Argument));
      await results.send([id, "result", result]);
    } catch (error) {
      await results.send([id, "error", String(error)]);
    }
  }
}
