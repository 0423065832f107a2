/**
 * One loop, many kinds of descriptor. A single Poller waits for
 *
 * - a ZMQ socket,
 * - a folder in which files are written (inotify),
 * - a clock (timerfd),
 * - standard input,
 * - a program's output, through a pipe,
 * - a program in a pseudo terminal, which is talked to,
 * - and a timer of the Poller's own, which needs no descriptor and makes things happen.
 *
 * It prints what happens, and ends when everything has. Run it on Linux by
 * `deno run -A examples/one_loop.ts`, and type something, or give it a file as its standard input.
 */

import { spawn } from "node:child_process";
import { type Pollable, Poller, Pull, Push, type Ready } from "../mod.ts";
import { Clock, type Descriptor, pipe, terminal, WatchedFolder } from "./descriptors.ts";

/** How often each thing is to happen. */
const TIMES = 3;
/** Every how many ms the timer makes something happen, and how often the clock ticks. */
const [TURN, TICK] = [100, 80];
/** All takes half a second; in ms, after which something must have gone wrong. */
const PATIENCE = 20_000;

/**
 * Something that is waited for. The Poller gives it back as the key of what is ready, so the loop
 * needn't know who is who.
 */
interface Part {
  name: string;
  /** Says what has happened. False when nothing more is to come. */
  happened(ready: Ready<Part | undefined>): boolean;
}

/** The loop, and all that takes part in it. */
class Loop implements Disposable {
  readonly poller: Poller<Part | undefined> = new Poller<Part | undefined>();
  readonly #started = performance.now();
  /** What the end waits for. */
  readonly #lasting = new Set<Part>();

  /** Adds what has a descriptor: a socket, or one by its number. `last` is whether the end waits for it. */
  watch(source: Pollable | number, part: Part, last = true): void {
    this.poller.add(source, { key: part });
    if (last) this.#lasting.add(part);
  }

  /** Adds a timer. */
  every(interval: number, part: Part): void {
    this.poller.addTimer(interval, { repeat: true, key: part });
    this.#lasting.add(part);
  }

  /** Goes on until everything has happened. */
  async run(): Promise<void> {
    const patience = this.poller.addTimer(PATIENCE);
    while (this.#lasting.size > 0) {
      for (const ready of await this.poller.wait()) {
        const { source, key: part } = ready;
        if (part === undefined) throw new Error(`${this.#names()} didn't come to an end`);
        if (part.happened(ready)) continue;
        this.say(part.name, "done");
        this.#lasting.delete(part);
        // A timer is reported as itself, everything else as what was added.
        if (typeof source === "object" && "cancel" in source) source.cancel();
        else this.poller.remove(source);
      }
    }
    patience.cancel();
  }

  /** Prints who says what, and when. */
  say(name: string, what: string): void {
    const time = Math.round(performance.now() - this.#started);
    console.log(`${String(time).padStart(5)} ms  ${name.padEnd(8)}  ${what}`);
  }

  #names(): string {
    return [...this.#lasting].map(({ name }) => name).join(", ");
  }

  [Symbol.dispose](): void {
    this.poller.close();
  }
}

/** Tells lines from each other in what comes in pieces. */
function linesOf(say: (line: string) => void): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder();
  let begun = "";
  return (bytes) => {
    const lines = (begun + decoder.decode(bytes, { stream: true })).split(/\r?\n/);
    begun = lines.pop()!;
    lines.forEach(say);
  };
}

/** A part that reads lines from a descriptor until its other side has gone. */
function reader(loop: Loop, name: string, { read }: Pick<Descriptor, "read">): Part {
  const lines = linesOf((line) => loop.say(name, `"${line}"`));
  return {
    name,
    happened() {
      const bytes = read();
      if (bytes !== null) lines(bytes);
      return bytes !== null;
    },
  };
}

async function main(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "one-loop-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(folder: string): Promise<void> {
  using loop = new Loop();
  const { poller } = loop;

  // A socket, and another that sends to it.
  await using pull = new Pull();
  await using push = new Push();
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  let messages = 0;
  loop.watch(pull, {
    name: "socket",
    happened() {
      for (const [frame] of pull.drain()) {
        loop.say("socket", `"${frame.text()}"`);
        messages++;
      }
      return messages < TIMES;
    },
  });

  // A folder.
  using watched = new WatchedFolder(folder);
  let files = 0;
  loop.watch(watched.fd, {
    name: "folder",
    happened() {
      for (const name of watched.names()) {
        loop.say("folder", `${name} was written`);
        files++;
      }
      return files < TIMES;
    },
  });

  // A clock.
  using clock = new Clock(TICK);
  let ticks = 0;
  loop.watch(clock.fd, {
    name: "clock",
    happened() {
      ticks += clock.ticks();
      loop.say("clock", `tick ${ticks}`);
      return ticks < TIMES;
    },
  });

  // A program's output. It has the other end of the pipe, which therefore ends when the program does.
  const { reading, writing } = pipe();
  using output = reading;
  const script = `for i in $(seq ${TIMES}); do echo "line $i"; sleep 0.05; done`;
  spawn("sh", ["-c", script], { stdio: ["ignore", writing.fd, "inherit"] });
  writing.close();
  loop.watch(output.fd, reader(loop, "program", { read: () => output.read() }));

  // A program that believes it's at a terminal. What is typed is shown there, as at any terminal.
  const { outside, inside } = terminal();
  using screen = outside;
  const dialogue = 'test -t 0 && echo "who is there?"; read name; echo "hello, $name"';
  spawn("sh", ["-c", dialogue], { stdio: [inside.fd, inside.fd, inside.fd] });
  inside.close();
  screen.write("the loop\n");
  loop.watch(screen.fd, reader(loop, "terminal", { read: () => screen.read() }));

  // Standard input. No one has to type, so the end doesn't wait for it.
  const typed = new Uint8Array(4096);
  const read = () => {
    const count = Deno.stdin.readSync(typed);
    return count === null ? null : typed.slice(0, count);
  };
  loop.watch(0, reader(loop, "stdin", { read }), false);

  // The timer, which makes the socket and the folder ready.
  let turns = 0;
  loop.every(TURN, {
    name: "timer",
    happened({ late, missed }) {
      turns++;
      loop.say("timer", `turn ${turns}, ${late!.toFixed(1)} ms late, ${missed} missed`);
      push.trySend(`message ${turns}`);
      Deno.writeTextFileSync(`${folder}/file ${turns}`, "text");
      return turns < TIMES;
    },
  });

  console.log(`One Poller (${poller.backend}) over ${poller.size} descriptors and a timer:`);
  await loop.run();
}

if (import.meta.main) {
  if (Deno.build.os === "linux") {
    await main();
  } else {
    console.error("This example opens descriptors that only Linux has");
    Deno.exitCode = 1;
  }
}
