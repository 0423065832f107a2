/**
 * zmqcat connects a file, or standard input and output, with a ZeroMQ socket of any type. Its help has examples:
 *
 *     deno run --allow-ffi --allow-read --allow-write examples/zmqcat.ts --help
 *
 * It's also the poll loop to learn from, in `run` below. Everything for which it may have to wait
 * stands in one Poller: a socket, descriptors, timers. A signal wakes it. What is waited for, and what
 * is done then, say the directions of traffic, Sending and Receiving: each source's key in the Poller
 * is the function to be called. They have one message or one turn's messages in hand at most: as long
 * as one side can't take them, the other isn't watched.
 */

import { context, Poller, ZmqError } from "../mod.ts";
import { Answering } from "./zmqcat/answering.ts";
import { type Job, parse } from "./zmqcat/arguments.ts";
import { endedBy, Failure, Signals, toFailure } from "./zmqcat/ending.ts";
import { Input, Output } from "./zmqcat/files.ts";
import { HELP } from "./zmqcat/help.ts";
import { Receiving } from "./zmqcat/receiving.ts";
import { Sending } from "./zmqcat/sending.ts";
import { say, Tally } from "./zmqcat/tally.ts";
import { type AnySocket, openSocket, TYPES } from "./zmqcat/types.ts";
import { type Flow, type Handler, Patience, Wire } from "./zmqcat/wire.ts";

/** After a signal: how long, in ms, our reader may take for the last message, and our receiver for all. */
const GRACE = 1000;
const LINGER_STOPPED = 400;
const LINGER_DONE = 2 ** 31 - 1;
/** How much is read at a time, where that isn't what a message is. */
const READ = 65536;

/** The loop: waits for whatever comes first, and has it dealt with. */
async function run(poller: Poller<Handler>, flow: Flow, signals: Signals): Promise<void> {
  let stopped = false;
  while (!flow.done) {
    for (const ready of await poller.wait()) {
      if (!flow.done) ready.key!(ready);
    }
    if (signals.caught !== undefined && !stopped && !flow.done) {
      stopped = true;
      poller.addTimer(GRACE, {
        key: () => {
          throw endedBy(signals.caught!);
        },
      });
      flow.stop();
    }
  }
  if (stopped) throw endedBy(signals.caught!);
}

/** Does a job: opens what it needs, puts it into a Poller, and runs the loop until it's done. */
async function work(job: Job): Promise<void> {
  const { reads, prints } = TYPES[job.type];
  using socket = openSocket(job);
  const endpoints = await open(socket, job);
  using input = reads
    ? new Input(job.file, job.cut.by === "chunk" ? job.cut.size : READ)
    : undefined;
  using output = prints ? new Output(job.output) : undefined;
  using poller = new Poller<Handler>();
  using tally = new Tally(poller, job);
  // The last to come, so the first to go: by the time the end is reported, signals just end the process.
  using signals = new Signals(() => poller.wake());

  const wire = new Wire(poller, socket);
  const patience = new Patience(poller, job.timeout, () => {
    if (!flow.waiting) return patience.renew();
    if (expects(job)) throw new Failure(`nothing has come or gone for ${job.timeout} ms`);
    flow.stop();
  });
  const sending = input && new Sending(wire, input, job, tally, patience, startsPaused(job));
  const receiving = output &&
    new Receiving(wire, output, job, tally, patience, job.type === "req");
  using _answering = job.type === "rep" ? new Answering(wire, receiving!, job, tally) : undefined;
  const flow = combined(wire, sending, receiving, job);
  for (const endpoint of endpoints) say(`endpoint ${endpoint}\n`);
  await run(poller, flow, signals).catch((error) => signals.before(error));

  // libzmq has all of it. From here on the receivers may take their time, as long as they're there. What
  // one that isn't there was to have is given up where something else has brought the end.
  const settled = !prints || !reads || job.endMarker;
  context.exitLinger = job.linger ?? (settled ? LINGER_DONE : LINGER_STOPPED);
  const { expected = tally.received.bytes } = receiving ?? {};
  if (tally.received.bytes !== expected) {
    throw new Failure(`the file isn't whole: ${tally.received.bytes} of ${expected} bytes came`);
  }
}

/** Whether the end was to come by something else than silence. */
function expects({ type, count, endMarker }: Job): boolean {
  return !TYPES[type].prints || type === "req" || count !== undefined || endMarker;
}

/** A publisher begins when it has its first subscriber: what it sends before goes nowhere. */
function startsPaused({ type }: Job): boolean {
  return type === "pub" || type === "xpub";
}

/** Makes one of the directions, and has them tell each other what they have to know. */
function combined(
  wire: Wire,
  sending: Sending | undefined,
  receiving: Receiving | undefined,
  job: Job,
): Flow {
  if (sending === undefined) return receiving!;
  if (receiving === undefined) {
    if (startsPaused(job)) {
      wire.onReadable = () => {
        for (const _subscription of wire.socket.drain()) sending.resume();
      };
      wire.watch({ readable: true });
    }
    return sending;
  }
  const inTurn = job.type === "req";
  if (inTurn) {
    sending.onSent = () => {
      sending.pause();
      receiving.resume();
    };
    receiving.onMessage = () => {
      receiving.pause();
      if (!receiving.ending) sending.resume();
    };
  } else {
    receiving.onMessage = () => sending.resume();
  }
  return {
    // Only of a req is it known what is still to come: the reply to its last request is the last message.
    get done() {
      if (inTurn && sending.done && receiving.waiting) return true;
      return receiving.done && (sending.done || !job.endMarker);
    },
    get waiting() {
      return receiving.waiting && (sending.waiting || !inTurn);
    },
    stop() {
      sending.stop();
      receiving.stop();
    },
  };
}

/** Binds and connects. Returns the addresses of which the system has chosen a part. */
async function open(socket: AnySocket, { addresses }: Job): Promise<string[]> {
  const chosen: string[] = [];
  try {
    for (const { binds, address } of addresses) {
      // Only then: a name, such as localhost, would else be looked for among IPv6 addresses first.
      socket.ipv6 = address.includes("//[");
      if (!binds) socket.connect(address);
      else {
        const bound = await socket.bind(address);
        if (bound !== address) chosen.push(bound);
      }
    }
  } catch (error) {
    const taken = error instanceof ZmqError && error.code === "EADDRINUSE";
    throw new Failure((error as Error).message, taken ? 1 : 2);
  }
  return chosen;
}

/** Does what the command line says, and returns the exit status. */
async function main(args: string[]): Promise<number> {
  try {
    const job = parse(args);
    if (job === "help") console.log(HELP.trimEnd());
    else {
      context.exitLinger = Math.min(LINGER_STOPPED, job.linger ?? LINGER_STOPPED);
      await work(job);
    }
    return 0;
  } catch (error) {
    const { message, status } = toFailure(error);
    say(`zmqcat: ${message}\n`);
    return status;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
