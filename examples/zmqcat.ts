/**
 * zmqcat sends a file, or standard input, through a ZeroMQ socket to another zmqcat: see `--help`.
 *
 * It's also the poll loop to learn from, in `run` below. Everything for which it may have to wait
 * stands in one Poller: a socket, a descriptor, and the time until something is due. What is waited
 * for, and what is done then, say the two directions, Sending and Receiving. They have one message in
 * hand at most: as long as one side can't take it, the other isn't watched.
 */

import { Buffer } from "node:buffer";
import { context, type Frame, Poller, Pull, Push, type Ready, ZmqError } from "../mod.ts";
import { HELP, type Job, parse, UsageError } from "./zmqcat/arguments.ts";
import { Input, Output } from "./zmqcat/files.ts";
import { say, Tally } from "./zmqcat/tally.ts";

/** How many bytes may be queued in the sending process, and how many messages in the receiving one. */
const SEND_QUEUE = 2 ** 24;
const RECEIVE_QUEUE = 128;
/** How many messages are received before everything else gets its turn. */
const BATCH = 64;
/** After a signal: how long, in ms, our reader may take for the last message, and our receiver for all. */
const GRACE = 1000;
const LINGER_STOPPED = 400;
const LINGER_DONE = 2 ** 31 - 1;

/** Exit statuses, as a shell reports a program that ended by that signal. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const SIGPIPE = 141;

/** What is done when a source is ready. It's the key under which the source stands in the Poller. */
type Handler = (ready: Ready<Handler>) => void;

/** One direction of traffic. */
interface Flow {
  readonly done: boolean;
  /** Takes nothing more, and is done as soon as what is in hand was passed on. */
  stop(): void;
}

/** The loop: waits for whatever comes first, and has it dealt with. */
async function run(poller: Poller<Handler>, flow: Flow, tally: Tally): Promise<void> {
  using signals = new Signals(poller);
  let deadline = Infinity;
  while (!flow.done && performance.now() < deadline) {
    const left = Math.max(0, deadline - performance.now());
    for (const ready of await poller.wait({ timeout: Math.min(left, tally.timeout) })) {
      if (!flow.done) ready.key!(ready);
    }
    if (signals.caught !== undefined && deadline === Infinity && !flow.done) {
      deadline = performance.now() + GRACE;
      flow.stop();
    }
    tally.show();
  }
  if (deadline !== Infinity) {
    throw new Failure(`ended by ${signals.caught}`, SIGNALS[signals.caught!]);
  }
}

/** From a descriptor to the socket. */
class Sending implements Flow {
  done = false;
  /** Read, and not taken by the socket yet. `null` stands for the end. */
  #inHand: Uint8Array | null | undefined;

  constructor(
    readonly poller: Poller<Handler>,
    readonly socket: Push,
    readonly input: Input,
    readonly tally: Tally,
  ) {
    poller.add(input.fd, { readable: true }, () => this.#read());
    poller.add(socket, {}, () => this.#send());
  }

  stop(): void {
    this.done = true;
  }

  #read(): void {
    this.#inHand = this.input.read();
    if (this.#inHand !== undefined && !this.#trySend()) {
      // There is no receiver, or it can't keep up: read nothing more until the socket can send.
      this.poller.modify(this.input.fd, {});
      this.poller.modify(this.socket, { writable: true });
    }
  }

  #send(): void {
    if (!this.#trySend()) return;
    this.poller.modify(this.socket, {});
    this.poller.modify(this.input.fd, { readable: true });
  }

  #trySend(): boolean {
    const bytes = this.#inHand!;
    if (!this.socket.trySend(bytes ?? ["", this.tally.bytes])) return false;
    if (bytes === null) this.done = true;
    else this.tally.add(bytes);
    this.#inHand = undefined;
    return true;
  }
}

/** From the socket to a descriptor. */
class Receiving implements Flow {
  done = false;
  /** How many bytes the sender had, once its last message has said so. */
  expected: number | undefined;
  #stopped = false;

  constructor(
    readonly poller: Poller<Handler>,
    readonly socket: Pull,
    readonly output: Output,
    readonly tally: Tally,
  ) {
    poller.add(socket, { readable: true }, () => this.#receive());
    poller.add(output.fd, output.idle, ({ error }) => this.#write(error));
  }

  stop(): void {
    this.#stopped = true;
    this.poller.modify(this.socket, {});
    this.done = this.output.empty;
  }

  #receive(): void {
    for (let i = 0; i < BATCH; i++) {
      const message = this.socket.tryReceive();
      if (message === undefined) return;
      if (isEnd(message)) return this.#end(message);
      const bytes = message.length === 1 ? message[0] : Buffer.concat(message);
      this.tally.add(bytes);
      this.output.put(bytes);
      if (!this.output.empty) {
        // The output's reader must catch up: receive nothing more until it has.
        this.poller.modify(this.socket, {});
        this.poller.modify(this.output.fd, { writable: true });
        return;
      }
    }
  }

  #end([, total]: Frame[]): void {
    this.expected = total === undefined ? undefined : Number(total.text());
    this.done = true;
  }

  #write(error: boolean): void {
    if (error) throw readerGone();
    this.output.write();
    if (!this.output.empty) return;
    if (this.#stopped) {
      this.done = true;
    } else {
      this.poller.modify(this.output.fd, this.output.idle);
      this.poller.modify(this.socket, { readable: true });
    }
  }
}

/** Whether a message is the one that Sending sends after the last byte. */
function isEnd([first, second, third]: Frame[]): boolean {
  if (first.length > 0 || third !== undefined) return false;
  return second === undefined || /^\d+$/.test(second.text());
}

/** Hears of signals, and ends the Poller's wait when one comes. */
class Signals implements Disposable {
  caught: keyof typeof SIGNALS | undefined;
  readonly #listeners = new Map<Deno.Signal, () => void>();

  constructor(poller: Poller<Handler>) {
    for (const signal of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) {
      const listener = () => {
        this.caught = signal;
        poller.wake();
        // Without listeners, a second signal ends the process.
        this[Symbol.dispose]();
      };
      Deno.addSignalListener(signal, listener);
      this.#listeners.set(signal, listener);
    }
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
    this.#listeners.clear();
  }
}

async function push(job: Job, tally: Tally): Promise<void> {
  context.exitLinger = LINGER_STOPPED;
  using socket = new Push({
    linger: -1,
    // Nothing is queued for a receiver that isn't there yet. And what was queued for one that has gone
    // isn't kept for the next one, which couldn't make a whole file of it.
    immediate: true,
    sendHighWaterMark: Math.min(Math.ceil(SEND_QUEUE / job.chunk), 1000),
  });
  await open(socket, job);
  using input = new Input(job.path, job.chunk);
  using poller = new Poller<Handler>();
  announce(socket, job);
  await run(poller, new Sending(poller, socket, input, tally), tally);
  // libzmq has all of it. From here on the receiver may take its time, as long as it's there.
  context.exitLinger = LINGER_DONE;
}

async function pull(job: Job, tally: Tally): Promise<void> {
  using socket = new Pull({ receiveHighWaterMark: RECEIVE_QUEUE });
  await open(socket, job);
  using output = new Output(job.path);
  using poller = new Poller<Handler>();
  const flow = new Receiving(poller, socket, output, tally);
  announce(socket, job);
  await run(poller, flow, tally);
  const { expected = tally.bytes } = flow;
  if (tally.bytes !== expected) {
    throw new Failure(`the file isn't whole: ${tally.bytes} of ${expected} bytes came`);
  }
}

async function open(socket: Push | Pull, { binds, address }: Job): Promise<void> {
  try {
    if (binds) await socket.bind(address);
    else socket.connect(address);
  } catch (error) {
    const taken = error instanceof ZmqError && error.code === "EADDRINUSE";
    throw new Failure((error as Error).message, taken ? 1 : 2);
  }
}

/** Tells an address that the system has chosen. */
function announce({ lastEndpoint }: Push | Pull, { binds, address }: Job): void {
  if (binds && lastEndpoint !== address) say(`endpoint ${lastEndpoint}\n`);
}

/** What ends zmqcat, with the status that says so. */
class Failure extends Error {
  constructor(message: string, readonly status = 1) {
    super(message);
  }
}

function readerGone(): Failure {
  return new Failure("the reader of the output has gone", SIGPIPE);
}

/** Does what the command line says, and gives the exit status. */
async function main(args: string[]): Promise<number> {
  try {
    const job = parse(args);
    if (job === "help") console.log(HELP.trimEnd());
    else await transfer(job);
    return 0;
  } catch (error) {
    const { message, status } = toFailure(error);
    say(`zmqcat: ${message}\n`);
    return status;
  }
}

async function transfer(job: Job): Promise<void> {
  const terminal = !job.quiet && Deno.stderr.isTerminal();
  const standard = job.type === "push" ? Deno.stdin : Deno.stdout;
  // What is typed or printed there would get mixed up with the progress line.
  const mixed = job.path === undefined && standard.isTerminal();
  const tally = new Tally({ sha256: job.sha256, shown: terminal && !mixed });
  try {
    await (job.type === "push" ? push : pull)(job, tally);
  } finally {
    tally.clear();
    if (terminal || job.summary) say(`${tally.summary()}\n`);
    if (job.sha256) say(`sha256 ${tally.hash()}\n`);
  }
}

/** What to say of an error; throws on what is none of the user's, the system's or libzmq's making. */
function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof UsageError) return new Failure(`${error.message} (see --help)`, 2);
  const { code, message } = error as Error & { code?: string };
  if (code === "EPIPE") return readerGone();
  if (code === undefined && !(error instanceof Deno.errors.NotCapable)) throw error;
  return new Failure(message, 1);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
