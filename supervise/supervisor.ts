/** The parent's side: it listens, and starts a child again whenever one has ended. */

import { checkWait, type Signature } from "../poller/wait_options.ts";
import { inspectAs } from "../poller/inspect.ts";
import { Uncloneable } from "../poller/uncloneable.ts";
import { takeOnly } from "../poller/unknown_property.ts";
import { Child, type ChildOptions } from "./child.ts";
import { Life, LONGEST_TIMER } from "./life.ts";
import { listenAt, type Listening, stopListening } from "./listening.ts";
import { Restarts } from "./restarts.ts";

/** How a child has ended. */
export interface ProcessEnd {
  /** Its process id. */
  readonly pid: number;
  /** Its exit status; that of a shell where a signal has ended it. */
  readonly code: number;
  /** The signal that has ended it, or `null`. */
  readonly signal: Deno.Signal | null;
  /** For how long it has served, in ms. */
  readonly uptime: number;
  /** Whether the supervisor has ended it, see {@linkcode SupervisorOptions.unresponsiveAfter}. */
  readonly unresponsive: boolean;
}

/** Options of a {@linkcode Supervisor}, and those of `Deno.Command` for the child. */
export interface SupervisorOptions extends ChildOptions {
  /** The address of tcp at which the parent listens, or several, such as `"tcp://*:5555"`. */
  listen: string | readonly string[];
  /** How many connections may wait to be accepted, which they do while no child serves. Default 512. */
  backlog?: number;
  /**
   * Whether a second child waits, loaded, to take the place of one that ends: its turn then comes within milliseconds, and it
   * takes as much memory as a program that does nothing. Default true.
   */
  spare?: boolean;
  /** How often a child may be started within {@linkcode SupervisorOptions.within}; `Infinity` for no limit. Default 50. */
  maxStarts?: number;
  /** The time in which starts are counted, in ms. Default 60,000. */
  within?: number;
  /** How long a child that was told to end may take, in ms, before it's killed; `Infinity` for no limit. Default 10,000. */
  gracePeriod?: number;
  /**
   * After how long a child that doesn't respond is ended by SIGKILL, in ms, and another one has its turn. Default `Infinity`:
   * never.
   *
   * It responds while its main thread's event loop turns, from when {@linkcode supervised} has resolved; until then it has ten
   * times as long, counted from its turn. So this has to be longer than whatever may keep its event loop, such as a long
   * computation or a `receiveSync`; one or two seconds are short on a busy machine. Time in which the supervisor itself is
   * suspended doesn't count. 100 or more.
   */
  unresponsiveAfter?: number;
  /** Called when a child has ended, unless it was told to. Default: writes a line to standard error. */
  onEnd?: (end: ProcessEnd) => void;
}

/** Options of {@linkcode Supervisor.run}. */
export interface RunOptions {
  /** When aborted, the child gets SIGTERM, and the supervisor ends with it. */
  signal?: AbortSignal;
}

/** How long after a child's begin the next spare is started, in ms: it takes a processor for about as long as that. */
const SPARE_DELAY = 100;

let make: (
  command: string | URL,
  options: SupervisorOptions,
  listening: readonly Listening[],
) => Supervisor;

/**
 * Listens at an address, and has a child process serve there, which it starts again whenever it's ended, by a signal or
 * with a status that isn't 0. What a peer can't be kept from doing to a process that it can reach, it does to the child: the
 * port stays open, connections wait in it, and clients that ask again, with a new socket, when their connection is lost or no
 * answer comes in time lose none.
 *
 * The child gets the listening descriptors, and calls {@linkcode supervised} for them. Its standard output and error are the
 * parent's. A second one waits, loaded, until the first has ended.
 *
 * - A child that has ended is followed by the next one at once. After one that has served for less than a second, each
 *   further start waits longer, from 50 ms to a second.
 * - After 50 starts within a minute the supervisor gives up, unless its options say otherwise.
 * - A start that fails, where there's no memory for it, say, is tried again likewise, unless it's the first.
 * - A child that ends with status 0 in its turn has finished, and so has the supervisor.
 * - A child that hangs is ended, and followed by the next one, if the option `unresponsiveAfter` says when.
 *
 * The parent needs `--allow-ffi` and `--allow-run` for the child's command; the child what it needs. For Linux and macOS.
 *
 * @example A child that finishes
 * ```ts
 * import { Supervisor } from "@deno-zmq/zmq/supervise";
 *
 * await using supervisor = await Supervisor.listen(Deno.execPath(), {
 *   args: ["eval", "console.log('served')"], // a program that calls supervised()
 *   listen: "tcp://127.0.0.1:*",
 *   spare: false,
 * });
 * console.log(supervisor.addresses);
 * const { code } = await supervisor.run(); // until a signal is aborted, mostly
 * console.log(code); // 0
 * ```
 */
export class Supervisor extends Uncloneable implements Disposable, AsyncDisposable {
  readonly #command: string | URL;
  readonly #options: SupervisorOptions;
  readonly #listening: readonly Listening[];
  readonly #life: Life | undefined;
  readonly #restarts: Restarts;
  #child: Child | undefined;
  #spare: Child | undefined;
  #spareTimer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<ProcessEnd> | undefined;
  readonly #stop = new AbortController();

  static {
    inspectAs(this.prototype, ({ addresses, pid }) => ({ addresses, pid }));
    make = (command, options, listening) => new Supervisor(command, options, listening);
  }

  private constructor(
    command: string | URL,
    options: SupervisorOptions,
    listening: readonly Listening[],
  ) {
    super();
    this.#command = command;
    this.#options = options;
    this.#listening = listening;
    const { unresponsiveAfter = Infinity } = options;
    if (unresponsiveAfter !== Infinity) this.#life = new Life(unresponsiveAfter);
    this.#restarts = new Restarts(options.maxStarts ?? 50, options.within ?? 60_000);
  }

  /**
   * Listens, and returns a supervisor, which starts the command when it's run.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type, or if an address isn't one of tcp.
   * @throws {RangeError} If an option is out of range.
   * @throws {ZmqError} EADDRINUSE If something else listens there, and whatever else libzmq finds.
   */
  static async listen(command: string | URL, options: SupervisorOptions): Promise<Supervisor> {
    checkWait(LISTEN, options ?? null, arguments[2]);
    if (!(typeof command === "string" || command instanceof URL)) {
      throw new TypeError("A supervisor's command is a program, as Deno.Command takes it");
    }
    checkNumbers(options);
    const { listen, spare, onEnd, backlog = 512 } = options;
    if (spare !== undefined && typeof spare !== "boolean") {
      throw new TypeError("The option spare must be a boolean");
    }
    if (onEnd !== undefined && typeof onEnd !== "function") {
      throw new TypeError("The option onEnd must be a function");
    }
    const addresses = typeof listen === "string" ? [listen] : listen;
    if (!Array.isArray(addresses) || addresses.length === 0) {
      throw new TypeError("The option listen is an address, or an array of addresses");
    }
    const listening: Listening[] = [];
    try {
      for (const address of addresses) listening.push(await listenAt(address, backlog));
      return make(command, { ...options }, listening);
    } catch (error) {
      listening.forEach(stopListening);
      throw error;
    }
  }

  /** The addresses at which it listens, with wildcards replaced. */
  get addresses(): readonly string[] {
    return this.#listening.map(({ address }) => address);
  }

  /** The process id of the child that serves; `undefined` while none does. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Has children serve, one after another, until one finishes with status 0 or the signal is aborted. Resolves to how the
   * last one has ended. Afterwards it no longer listens.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {Error} If it was run already, or closed; or if it gives up, since children were started too often.
   * @throws {Deno.errors.NotFound} If there is no such command, and what else `Deno.Command` throws for the first child.
   */
  run(options?: RunOptions): Promise<ProcessEnd>;
  async run(options?: RunOptions, extra?: never): Promise<ProcessEnd> {
    checkWait(RUN, options, extra);
    if (this.#running !== undefined || this.#stop.signal.aborted) {
      throw new Error("The supervisor was run already, or closed");
    }
    const stop = () => this.#stop.abort();
    const signal = options?.signal;
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop);
    try {
      return await (this.#running = this.#run());
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Ends the child as an aborted signal does, and stops listening. Idempotent. */
  close(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    if (this.#running === undefined) this.#stopListening();
  }

  /** Calls {@linkcode Supervisor.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Calls {@linkcode Supervisor.close}, and waits for the child's end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#running?.catch(() => {}); // who has called `run` is told
  }

  async #run(): Promise<ProcessEnd> {
    const { signal } = this.#stop;
    let last: ProcessEnd = { pid: 0, code: 0, signal: null, uptime: 0, unresponsive: false };
    let unreported: ProcessEnd | undefined;
    const report = () => {
      if (unreported !== undefined) this.#report(unreported);
      unreported = undefined;
    };
    try {
      while (!signal.aborted) {
        if (!this.#restarts.mayStart(performance.now())) throw this.#givenUp(last);
        const child = this.#next(last.pid !== 0);
        if (child === undefined) {
          report();
          await this.#pause(this.#restarts.delayAfter(0));
          continue;
        }
        const ended = child.ended; // a spare that didn't wait for its turn, so it can't have finished
        const serving = this.#serve(child);
        report(); // after the next one's begin, since the port waits for that
        last = await serving;
        if (signal.aborted || (!ended && last.code === 0 && last.signal === null)) break;
        unreported = last;
        const delay = this.#restarts.delayAfter(last.uptime);
        if (delay === 0) continue;
        report();
        await this.#pause(delay);
      }
      return last;
    } finally {
      report();
      clearTimeout(this.#spareTimer);
      this.#spare?.kill("SIGKILL"); // it has done nothing yet
      await this.#spare?.status;
      this.#stopListening();
    }
  }

  #stopListening(): void {
    this.#listening.forEach(stopListening);
    this.#life?.close();
  }

  /**
   * Returns the child whose turn it is; undefined if none can be started now, such as without memory or descriptors: what
   * has ended the last one may have taken them, so there is a next time, unless it would have been the first.
   */
  #next(again: boolean): Child | undefined {
    try {
      return this.#spare ?? this.#start();
    } catch (error) {
      if (!again) throw error;
      console.error("deno-zmq: a process can't be started, which is tried again:", error);
      return undefined;
    } finally {
      this.#spare = undefined;
    }
  }

  /** Has one child serve, and waits for its end. */
  async #serve(child: Child): Promise<ProcessEnd> {
    this.#child = child;
    child.begin();
    clearTimeout(this.#spareTimer);
    if (this.#options.spare ?? true) {
      this.#spareTimer = setTimeout(() => this.#startSpare(), SPARE_DELAY);
    }
    const { signal } = this.#stop;
    let unresponsive = false;
    const unwatch = this.#life?.watch(() => {
      unresponsive = true;
      child.kill("SIGKILL");
    });
    let killing: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      unwatch?.();
      child.kill("SIGTERM");
      const { gracePeriod = 10_000 } = this.#options;
      killing = setTimeout(() => child.kill("SIGKILL"), Math.min(gracePeriod, LONGEST_TIMER));
    };
    signal.addEventListener("abort", end);
    const status = await child.status;
    unwatch?.();
    clearTimeout(killing);
    signal.removeEventListener("abort", end);
    this.#child = undefined;
    const uptime = performance.now() - child.begun;
    return { pid: child.pid, code: status.code, signal: status.signal, uptime, unresponsive };
  }

  #start(): Child {
    return new Child(this.#command, this.#options, this.#listening, this.#life);
  }

  #startSpare(): void {
    try {
      this.#spare = this.#start();
    } catch {
      // Such as where there's no memory for it. The next start tries it again.
    }
  }

  #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener("abort", done);
      function done() {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
    });
  }

  #report(end: ProcessEnd): void {
    const { onEnd } = this.#options;
    if (onEnd !== undefined) {
      try {
        onEnd(end);
      } catch (error) {
        reportError(error);
      }
      return;
    }
    const why = end.unresponsive ? "it hung" : end.signal ?? `status ${end.code}`;
    console.error(
      `deno-zmq: process ${end.pid} has ended (${why}) after ${
        Math.round(end.uptime)
      } ms, and is started again`,
    );
  }

  #givenUp({ code, signal }: ProcessEnd): Error {
    const { maxStarts = 50, within = 60_000 } = this.#options;
    const last = signal ?? `status ${code}`;
    return new Error(
      `The supervisor has given up: ${maxStarts} starts within ${within} ms, the last of which ended with ${last}`,
    );
  }
}

takeOnly(Supervisor, []);

const COMMAND_OPTIONS = ["args", "cwd", "env", "clearEnv", "uid", "gid"];
const LISTEN: Signature = {
  name: "Supervisor.listen",
  options: [
    ...[
      "listen",
      "backlog",
      "spare",
      "maxStarts",
      "within",
      "gracePeriod",
      "unresponsiveAfter",
      "onEnd",
    ],
    ...COMMAND_OPTIONS,
  ],
  example: '{ args: ["run", "server.ts"], listen: "tcp://*:5555" }',
};
const RUN: Signature = { name: "Supervisor.run", options: ["signal"], example: "{ signal }" };

const LEAST: Record<string, number> = { maxStarts: 1, unresponsiveAfter: 100 };

function checkNumbers(options: SupervisorOptions): void {
  const { maxStarts = 1, within = 1, gracePeriod = 1, unresponsiveAfter = Infinity } = options;
  for (
    const [name, value] of Object.entries({ maxStarts, within, gracePeriod, unresponsiveAfter })
  ) {
    if (typeof value !== "number" || Number.isNaN(value)) {
      throw new TypeError(`The option ${name} must be a number`);
    }
    const least = LEAST[name] ?? 0;
    if (value < least) throw new RangeError(`The option ${name} must be ${least} or more`);
  }
}
