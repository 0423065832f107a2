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
import { HELP, type Job, parse } from "./zmqcat/arguments.ts";
import { endedBy, Failure, readerGone, Signals, toFailure } from "./zmqcat/ending.ts";
import { Input, Output } from "./zmqcat/files.ts";
import { say, Tally } from "./zmqcat/tally.ts";

/** How many bytes may be queued in the sending process, and how many messages in the receiving one. */
const SEND_QUEUE = 2 ** 24;
const RECEIVE_QUEUE = 128;
/** After a signal: how long, in ms, our reader may take for the last message, and our receiver for all. */
const GRACE = 1000;
const LINGER_STOPPED = 400;
const LINGER_DONE = 2 ** 31 - 1;

/** What is done when a source is ready. It's the key under which the source stands in the Poller. */
type Handler = (ready: Ready<Handler>) => void;

/** One direction of traffic. */
interface Flow {
  readonly done: boolean;
  /** Takes nothing more, and is done as soon as what is in hand was passed on. */
  stop(): void;
}

/** The loop: waits for whatever comes first, and has it dealt with. */
async function run(
  poller: Poller<Handler>,
  flow: Flow,
  signals: Signals,
  tally: Tally,
): Promise<void> {
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
  if (deadline < Infinity) throw endedBy(signals.caught!);
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
    // One message a turn: whatever else is left there, the next wait reports the socket again.
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

async function push(job: Job): Promise<void> {
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
  using tally = new Tally(job);
  // The last to come, so the first to go: by the time the end is reported, signals just end the process.
  using signals = new Signals(() => poller.wake());
  const flow = new Sending(poller, socket, input, tally);
  announce(socket, job);
  await run(poller, flow, signals, tally);
  // libzmq has all of it. From here on the receiver may take its time, as long as it's there.
  context.exitLinger = LINGER_DONE;
}

async function pull(job: Job): Promise<void> {
  using socket = new Pull({ receiveHighWaterMark: RECEIVE_QUEUE });
  await open(socket, job);
  using output = new Output(job.path);
  using poller = new Poller<Handler>();
  using tally = new Tally(job);
  using signals = new Signals(() => poller.wake());
  const flow = new Receiving(poller, socket, output, tally);
  announce(socket, job);
  await run(poller, flow, signals, tally);
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

/** Does what the command line says, and gives the exit status. */
async function main(args: string[]): Promise<number> {
  context.exitLinger = LINGER_STOPPED;
  try {
    const job = parse(args);
    if (job === "help") console.log(HELP.trimEnd());
    else if (job.type === "push") await push(job);
    else await pull(job);
    return 0;
  } catch (error) {
    const { message, status } = toFailure(error);
    say(`zmqcat: ${message}\n`);
    return status;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
