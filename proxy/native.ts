/** libzmq's own proxy, on a thread of the runtime's pool. */

import { stateError } from "../ffi/errno.ts";
import { zmq } from "../ffi/libzmq.ts";
import { loadLibrary } from "../ffi/load.ts";
import { zmqSteerable } from "../ffi/proxying.ts";
import { reactor } from "../poller/reactor.ts";
import { areReadable } from "../poller/fd.ts";
import { waitUntil } from "../process/wait.ts";
import type { Handle } from "../socket/handle.ts";
import { open } from "../socket/open.ts";
import { LONGEST_PREFIX } from "../socket/hazards.ts";
import { GRACE_PERIOD } from "../socket/native_socket.ts";
import { COMMON, OPTION_NUMBERS } from "../socket/options_table.ts";
import type { Frame } from "../socket/frame.ts";
import { receiveSync, tryReceive } from "../socket/receive.ts";
import { trySend } from "../socket/send.ts";
import { TYPES } from "../socket/types.ts";
import type { Counts, Engine, Unsent, Work } from "./run.ts";
import { Run, whatOf } from "./run.ts";

const CALL = "zmq_proxy_steerable";
/** An answer with statistics has so many parts. Other answers, only of libzmq 4.3.5, are empty. */
const NUMBERS = 8;
/** How long, in ms, a program waits for statistics, and the end of a context for the proxy's thread. */
const STATISTICS_TIMEOUT = 100;
/** A proxy that libzmq has ended for a passing reason begins again, unless it has ended quickly this often in a row. */
const MOST_RESTARTS = 10;
/** An end after less than so many ms is a quick one. */
const QUICK_END = 10;

/**
 * A native proxy at work. It gets its commands through a PAIR.
 *
 * Fact: libzmq 4.3.5 pauses at RESUME and resumes at PAUSE, and answers each command with an empty message; 4.3.4 has both
 * right, and doesn't answer. Failure: `pause` had no effect. Decision: the words are swapped for that version, and
 * answers are read and discarded before each command. Cost: a test of the version.
 */
export class NativeRun implements Engine {
  readonly whole: Promise<void>;
  readonly #work: Work;
  readonly #finish: () => void;
  readonly #control: Handle;
  readonly #theirs: Handle;
  readonly #contexts: ReadonlySet<Deno.PointerObject>;
  /** The sockets that were lent to the proxy's thread, which alone may use them. */
  #lent: ReadonlyMap<Handle, Deno.PointerObject> = new Map();
  #settle!: { resolve(): void; reject(reason: unknown): void };
  #paused = false;
  #ended = false;
  #terminated = false;
  /** Until when the end passes on what has come before. */
  #deadline = 0;
  /** The run that passes it on. */
  #rest: Run | undefined;
  #counts: Counts = {};
  /** What was counted until libzmq's proxy began for the last time: it begins with zeros. */
  #before: Counts = {};
  #quick = 0;

  /** Begins to work. `finish` is called at the end, before `whole` settles. */
  constructor(work: Work, finish: () => void) {
    const { front, back } = this.#work = work;
    this.#finish = finish;
    for (const { dependents, backgroundUses, limits, midMessage } of [front, back]) {
      if (midMessage) {
        const message = "A visit is showing a part of a message, and others of it follow";
        throw stateError("EBUSY", CALL, message);
      }
      if (limits?.matters) {
        const message =
          "libzmq's own proxy doesn't look at maxMessageParts and maxMultipartSize: leave out native";
        throw stateError("EINVAL", CALL, message);
      }
      if (dependents === 0 && backgroundUses === 0) continue;
      const message =
        "Something waits for the socket, or a Poller has it: a native proxy needs it for itself";
      throw stateError("EBUSY", CALL, message);
    }
    assertSafeSubscriptions(front, back);
    assertSafeSubscriptions(back, front);
    this.#contexts = new Set([front, back].map(({ context }) => context.pointer(CALL)));
    const control = this.#control = open(front.context, TYPES.Pair);
    let theirs: Handle | undefined;
    try {
      theirs = open(front.context, TYPES.Pair);
      const address = `inproc://deno-zmq.proxy.${crypto.randomUUID()}`;
      control.linger = theirs.linger = 0;
      theirs.endpoints.bind(address);
      control.endpoints.connect(address);
    } catch (error) {
      control.close();
      theirs?.close();
      throw error;
    }
    this.#theirs = theirs;
    this.whole = new Promise((resolve, reject) => this.#settle = { resolve, reject });
    this.#begin();
  }

  get closed(): boolean {
    return this.#ended;
  }

  get what(): string {
    return whatOf(this.#work);
  }

  get paused(): boolean {
    return this.#paused;
  }

  get unsent(): readonly Unsent[] {
    return this.#rest?.unsent ?? [];
  }

  /** Asks the proxy's thread; returns the last answer while that is held up. */
  get counts(): Counts {
    if (!this.#ended && !this.#terminated && this.#command("STATISTICS")) this.#awaitStatistics();
    return this.#rest === undefined ? this.#counts : sum(this.#counts, this.#rest.counts);
  }

  pause(): void {
    if (this.#paused || this.#terminated) return;
    this.#paused = true;
    this.#command(words().pause);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#command(words().resume);
  }

  drain(limit: number): void {
    this.#deadline = performance.now() + limit;
    if (this.#rest !== undefined) this.#rest.drain(limit);
    else if (!this.#terminated) this.#terminate();
  }

  end(): void {
    this.drain(0);
  }

  #begin(): void {
    this.#before = this.#counts;
    const { front, back } = this.#work;
    const lent = this.#lent = new Map(
      [...new Set([front, back, this.#theirs])].map((handle) => [
        handle,
        handle.lend(CALL, refuse, () => this.#abandon()),
      ]),
    );
    reactor().poolCalls.add(this);
    const since = performance.now();
    zmqSteerable().zmq_proxy_steerable(
      lent.get(front)!,
      lent.get(back)!,
      null,
      lent.get(this.#theirs)!,
    ).then((result) => {
      reactor().poolCalls.delete(this);
      this.#quick = performance.now() - since < QUICK_END ? this.#quick + 1 : 0;
      this.#returned(result);
    });
  }

  #returned(result: number): void {
    if (this.#ended) return;
    for (const handle of this.#lent.keys()) handle.reclaim();
    this.#lent = new Map();
    try {
      this.#read();
      if (this.#terminated) return this.#passOnRest();
      if (result !== 0) {
        // The other thread's errno can't be read. A lasting reason, such as ETERM, shows in this call as well.
        for (const handle of [this.#work.front, this.#work.back]) {
          handle.getValue(OPTION_NUMBERS.events, "events", "int");
        }
      }
      if (this.#quick < MOST_RESTARTS) {
        // A signal came to its thread, or a message was for a peer that had gone.
        this.#begin();
        if (this.#paused) this.#command(words().pause);
        return;
      }
      throw stateError("EINVAL", CALL, "libzmq's proxy ends again and again, and doesn't say why");
    } catch (error) {
      this.#end(error);
    }
  }

  /** Passes on what libzmq's proxy has left in the sockets. */
  #passOnRest(): void {
    const left = this.#deadline - performance.now();
    if (left <= 0) return this.#end();
    const rest = this.#rest = new Run(this.#work, () => {
      this.#ended = true;
      this.#release();
    });
    rest.drain(left);
    rest.whole.then(this.#settle.resolve, this.#settle.reject);
  }

  #end(...[error]: unknown[]): void {
    if (this.#ended) return;
    this.#ended = true;
    try {
      this.#release();
    } catch (thrown) { // by a program's own close, say
      error ??= thrown;
    }
    if (error === undefined) this.#settle.resolve();
    else this.#settle.reject(error);
  }

  #release(): void {
    this.#theirs.close();
    this.#control.close();
    this.#finish();
  }

  /** Makes the thread leave the sockets now, since the context is being closed, perhaps with the process. */
  #abandon(): void {
    if (this.#lent.size === 0) return;
    const lent = this.#lent;
    this.#lent = new Map();
    this.#ended = true;
    if (!this.#terminated) this.#terminate();
    // The thread may be held up in a send, which only the shutdown of its context ends.
    const answers = this.#awaitStatistics();
    if (!answers) {
      for (const context of this.#contexts) {
        zmq().zmq_ctx_shutdown(context);
      }
    }
    // A shutdown makes this end's own descriptor readable, which says nothing of the thread. Not one wait, which a signal
    // would end: the sockets were closed then while the thread could still use them.
    waitUntil(() => answers && areReadable([this.#control.fd]).length > 0, GRACE_PERIOD);
    for (const handle of lent.keys()) handle.reclaim();
    const message = "The context was closed while the proxy ran";
    this.#settle.reject(stateError("ETERM", CALL, message));
    this.#release();
  }

  #terminate(): void {
    this.#terminated = true;
    this.#paused = false;
    try {
      this.#command("STATISTICS");
      trySend(this.#control, "TERMINATE");
    } catch {
      // The context was shut down, which ends the thread's loop as well.
    }
  }

  #command(word: string): boolean {
    this.#read();
    return trySend(this.#control, word);
  }

  /** Takes the answers that have come. Returns whether one of them had statistics. */
  #read(): boolean {
    let found = false;
    for (let answer; (answer = tryReceive(this.#control)) !== undefined;) {
      found = this.#recordStatistics(answer) || found;
    }
    return found;
  }

  /** Waits for statistics. */
  #awaitStatistics(): boolean {
    const deadline = performance.now() + STATISTICS_TIMEOUT;
    try {
      for (;;) {
        const left = Math.max(0, deadline - performance.now());
        if (this.#recordStatistics(receiveSync(this.#control, { timeout: left }))) return true;
      }
    } catch {
      return false; // the time is over, or the context was shut down
    }
  }

  #recordStatistics(answer: readonly Frame[]): boolean {
    if (answer.length !== NUMBERS) return false;
    const numbers = answer.map(({ buffer, byteOffset }) =>
      Number(new DataView(buffer, byteOffset).getBigUint64(0, true))
    );
    const count = (at: number) => ({
      messages: numbers[at],
      bytes: numbers[at + 1],
      dropped: 0,
      undeliverable: 0,
    });
    // Messages and bytes: received and sent by the front end, then the same of the back end.
    this.#counts = sum(this.#before, { toFront: count(2), toBack: count(6) });
    return true;
  }
}

function refuse(): never {
  const message = "A native proxy has this socket, on another thread: terminate the proxy first";
  throw stateError("EBUSY", CALL, message);
}

function words(): { pause: string; resume: string } {
  return loadLibrary().version === "4.3.5"
    ? { pause: "RESUME", resume: "PAUSE" }
    : { pause: "PAUSE", resume: "RESUME" };
}

function sum(one: Counts, other: Counts): Counts {
  const add = (direction: "toBack" | "toFront") => {
    const [a, b] = [one[direction], other[direction]];
    if (a === undefined || b === undefined) return a ?? b;
    return { ...a, messages: a.messages + b.messages, bytes: a.bytes + b.bytes };
  };
  return { toBack: add("toBack"), toFront: add("toFront") };
}

/**
 * Throws if what peers send to `source` can be a subscription of `target` that ends the process: see `LONGEST_PREFIX`.
 * libzmq's loop shows no message, but what is too large for the source never comes to it.
 */
function assertSafeSubscriptions(source: Handle, target: Handle): void {
  if (target.type.subscribes !== true) return;
  const most = Number(source.getValue(COMMON.maxMessageSize.number, "maxMessageSize", "int64"));
  if (most >= 0 && most <= LONGEST_PREFIX + 1) return;
  throw stateError(
    "EINVAL",
    CALL,
    `libzmq's own proxy passes on subscriptions of any length, and takes a long one back by ending the process: give the ` +
      `${source.type.name} a maxMessageSize of at most ${
        LONGEST_PREFIX + 1
      } before it's bound or connected, or leave out native`,
  );
}
