/** The wait at the end of the program: for which messages, for how long, and what it says on standard error. */

import { useDefaultSignals } from "./exit_signals.ts";
import { inWorker } from "./isolate.ts";
import { waitUntil } from "./wait.ts";

/** The messages of one context that may still be going out. */
export interface Unsent {
  /** Whether they have gone, or their lingers are over. */
  haveGone(): boolean;
  /** How long, in ms, the end waits for them at most. */
  readonly limit: number;
  /** Whether a natural end, by no call of the program's, waits without a limit. */
  readonly naturallyUnlimited?: boolean;
  /** Their context, in words. */
  readonly context: string;
  /** The sockets, in words, that have sent to this isolate itself, in which no one receives any more. */
  readonly ownSenders?: readonly string[];
  /** What the end says about them; the library's own texts if undefined. */
  readonly texts?: ExitTexts;
}

/** What a long end says on standard error. */
export interface ExitTexts {
  /** Why it waits. `limit` is in ms, or Infinity. */
  waiting(limit: number): string;
  /** That it has given up after so many ms, such as "800" or "800 to 10000", and whose messages are lost. */
  gaveUp(limits: string, contexts: string): string;
  /** That a worker's end has given up after so many ms, and whose messages go on in the background. */
  goesOn(limits: string, contexts: string): string;
}

const OWN_TEXTS: ExitTexts = {
  waiting: (limit) =>
    `deno-zmq: waiting up to ${limit} ms for messages that are still to be sent. ` +
    "See the linger of sockets, and exitLinger of their context.",
  gaveUp: (limits, contexts) =>
    `deno-zmq: gave up after ${limits} ms. Messages that were still to be sent are lost: those of ${contexts}.`,
  goesOn: (limits, contexts) =>
    `deno-zmq: gave up after ${limits} ms. Messages that were still to be sent go on in the background, ` +
    `and are lost if the process ends first: those of ${contexts}.`,
};

/** After so many ms of waiting, the end says on standard error why it waits. */
const WARN_AFTER = 500;
/**
 * After so many ms of waiting, signals have their default effect.
 *
 * Fact: a terminal sends SIGINT to all processes in the foreground, and `deno task` sends its own on to the program.
 * Failure: the second one, less than a millisecond later, would end a program whose listener for the first had called
 * `Deno.exit`, and what it had sent would be lost. Decision: until then, a signal goes where it went before. Cost: a
 * second Ctrl-C within that time isn't heeded.
 */
const SIGNALS_AFTER = 100;

const unsent = new Set<Unsent>();

/** Has the end wait for messages. */
export function awaitAtExit(messages: Unsent): void {
  for (const earlier of unsent) {
    if (earlier.haveGone()) unsent.delete(earlier);
  }
  unsent.add(messages);
}

/** Waits for those messages, each for as long as its limit says, and forgets them. */
export function waitForUnsent(isNatural: boolean): void {
  try {
    waitForEach(isNatural);
  } finally {
    // A node worker that ends by process.exit shuts down twice.
    unsent.clear();
  }
}

function waitForEach(isNatural: boolean): void {
  const started = performance.now();
  const limitOf = ({ limit, naturallyUnlimited }: Unsent) =>
    isNatural && naturallyUnlimited ? Infinity : limit;
  const isOver = () => {
    const waited = performance.now() - started;
    for (const messages of unsent) {
      if (limitOf(messages) > waited && !messages.haveGone()) return false;
    }
    return true;
  };
  // Also where all limits are over: a machine that stood still may have let them pass, and then what is lost is told.
  const lateOnes = () =>
    [...unsent].filter((messages) => limitOf(messages) > WARN_AFTER && !messages.haveGone());
  if (waitUntil(isOver, SIGNALS_AFTER) && lateOnes().length === 0) return;
  // In a worker, they're the other isolates' as well.
  const restoreSignals = inWorker() ? undefined : useDefaultSignals();
  try {
    waitUntil(isOver, WARN_AFTER - SIGNALS_AFTER);
    const late = lateOnes();
    if (late.length > 0) sayAndWait(late, limitOf, isOver);
  } finally {
    restoreSignals?.();
  }
}

function sayAndWait(
  late: Unsent[],
  limitOf: (messages: Unsent) => number,
  isOver: () => boolean,
): void {
  const texts = late.find(({ texts }) => texts !== undefined)?.texts ?? OWN_TEXTS;
  console.error(texts.waiting(Math.max(...late.map(limitOf))) + aboutOwn(late));
  waitUntil(isOver, Infinity);
  const lost = late.filter((messages) => !messages.haveGone());
  if (lost.length === 0) return;
  const byLimit = Map.groupBy(lost.sort((a, b) => limitOf(a) - limitOf(b)), limitOf);
  const limits = [...byLimit.keys()];
  const contexts = [...byLimit].map(([limit, messages]) => {
    const those = [...new Set(messages.map(({ context }) => context))].join(" and ");
    return limits.length === 1 ? those : `${those} after ${limit} ms`;
  });
  // Fact: the threads that terminate a worker's contexts live on after the worker, and no end waits for them.
  const told = inWorker() ? texts.goesOn : texts.gaveUp;
  const range = limits.length === 1 ? `${limits[0]}` : `${limits[0]} to ${limits.at(-1)}`;
  console.error(told(range, contexts.join(", and those of ")));
}

/** What a long end adds where senders' receivers were in this isolate: it waits in vain. */
function aboutOwn(late: readonly Unsent[]): string {
  const senders = [...new Set(late.flatMap(({ ownSenders }) => ownSenders ?? []))];
  if (senders.length === 0) return "";
  return ` Those of ${
    senders.join(" and ")
  } were for this program itself, where no one receives them now.`;
}
