/**
 * Counts what the library does, without a clock: its foreign calls, its turns of the event loop, the bytes that it
 * allocates. Imported before the library, which takes the runtime's functions as it finds them.
 */

type Call = (...args: unknown[]) => unknown;

/** What was counted so far: numbers of V8's small kind, so that counting allocates nothing. */
const counted = { calls: 0, turns: 0 };

/** The same function, counted: with as many parameters, since a list of the arguments would be allocated. */
function counting(call: Call, parameters: number, of: "calls" | "turns"): Call {
  switch (parameters) {
    case 0:
      return () => (counted[of]++, call());
    case 1:
      return (a) => (counted[of]++, call(a));
    case 2:
      return (a, b) => (counted[of]++, call(a, b));
    case 3:
      return (a, b, c) => (counted[of]++, call(a, b, c));
    case 4:
      return (a, b, c, d) => (counted[of]++, call(a, b, c, d));
    default:
      return (...args) => (counted[of]++, call(...args));
  }
}

const { dlopen } = Deno;
Deno.dlopen = ((path: string, table: Deno.ForeignLibraryInterface) => {
  const { symbols } = dlopen(path, table) as { symbols: Record<string, unknown> };
  const functions = Object.entries(table) as [string, Deno.ForeignFunction][];
  return {
    symbols: Object.fromEntries(functions.map(([name, { parameters, nonblocking }]) => {
      const call = symbols[name];
      if (typeof call !== "function") return [name, call]; // an optional one that is missing
      const one = counting(call as Call, parameters.length, "calls");
      // Its result comes with a turn of the event loop.
      return [name, nonblocking ? counting(one, parameters.length, "turns") : one];
    })),
  };
}) as typeof Deno.dlopen;

/** Counts the calls of a global function, each of which makes the event loop turn. */
function countTurns(whose: object, name: string, parameters: number): void {
  const call = Reflect.get(whose, name).bind(whose);
  Object.defineProperty(whose, name, { value: counting(call, parameters, "turns") });
}
countTurns(globalThis, "setImmediate", 1);
countTurns(globalThis, "setTimeout", 2);
countTurns(Atomics, "waitAsync", 4);

/** What something costs, each time. */
export interface Cost {
  /** Foreign calls. */
  calls: number;
  /** Turns of the event loop that it asks for. */
  turns: number;
  /** Bytes of V8's heap. */
  heap: number;
  /** Bytes of new buffers. */
  buffers: number;
}

/** So many are counted together, within the budget of a tick. */
const BATCH = 100;
/** So many batches make a round, of which the first only warms up, and the last is that of one that costs too much. */
const BATCHES = 25;
const ROUNDS = 12;

/**
 * Counts what `act` costs, for each of the messages that it's told to handle, until it costs no more than `most`;
 * `prepare` comes before each batch, and isn't counted.
 *
 * Until V8 has compiled everything, which takes long on a busy machine, more is allocated: hence the rounds. Calls and
 * turns are the fewest of a round's batches, since one may meet the reactor's clock. Bytes are the lower quartile of those
 * within which the collector hasn't run.
 */
export async function costOf(
  act: (messages: number) => unknown,
  prepare: (messages: number) => unknown,
  most: Cost,
): Promise<Cost> {
  for (let round = 0;; round++) {
    const found: Cost[] = [];
    for (let i = 0; i < BATCHES; i++) {
      await prepare(BATCH);
      found.push(await costOfBatch(act));
    }
    const cost = summary(found);
    if (round === ROUNDS || (round > 0 && isWithin(cost, most))) return cost;
  }
}

async function costOfBatch(act: (messages: number) => unknown): Promise<Cost> {
  const { calls, turns } = counted;
  const first = Deno.memoryUsage();
  const before = Deno.memoryUsage();
  await act(BATCH);
  const after = Deno.memoryUsage();
  return {
    calls: counted.calls - calls,
    turns: counted.turns - turns,
    // Without what the question itself allocates.
    heap: after.heapUsed - before.heapUsed - (before.heapUsed - first.heapUsed),
    buffers: after.external - before.external,
  };
}

function summary(found: readonly Cost[]): Cost {
  const sorted = (of: keyof Cost) =>
    found.map((cost) => cost[of] / BATCH).filter((one) => one >= 0).sort((a, b) => a - b);
  const quartile = (of: keyof Cost) => sorted(of)[sorted(of).length >> 2];
  return {
    calls: sorted("calls")[0],
    turns: sorted("turns")[0],
    heap: quartile("heap"),
    buffers: quartile("buffers"),
  };
}

/** Whether something costs no more than `most`. A tick's end, or a question to the clock, is one call in many messages. */
export function isWithin({ calls, turns, heap, buffers }: Cost, most: Cost): boolean {
  return calls < most.calls + 0.9 && turns < most.turns + 0.5 &&
    heap <= most.heap && buffers <= most.buffers + 1;
}
