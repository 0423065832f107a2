/**
 * The demonstration: zmqcat carries a large file from one process to another, and both ends' hashes
 * must agree with the file's. Then one Poller waits for standard input, a socket and the clock.
 *
 * Run it with `./dev demo`, or by `deno run -A examples/demo.ts [FILE]`. Without a FILE it takes Deno's own
 * executable. The exit status isn't 0 if a single bit differs.
 */

import { createHash } from "node:crypto";
import { Poller, Pull, Push, version } from "../mod.ts";

const CHUNK = 65536;
/** The transfer takes a second or two. */
const PATIENCE = 40_000;
const ZMQCAT = new URL("zmqcat.ts", import.meta.url);
const PERMISSIONS = [
  "--allow-ffi",
  "--allow-read",
  "--allow-write",
  "--allow-env=LIBZMQ_PATH,ZMQ_POLLER",
];

async function main(file = Deno.execPath()): Promise<boolean> {
  // Interrupted or late, it still takes the children and the copy away.
  const ending = new AbortController();
  const end = () => ending.abort(new Error("interrupted"));
  const timer = setTimeout(() => ending.abort(new Error("the transfer took too long")), PATIENCE);
  Deno.addSignalListener("SIGINT", end);
  Deno.addSignalListener("SIGTERM", end);
  const folder = await Deno.makeTempDir({ prefix: "deno-zmq-demo-" });
  let same: boolean;
  try {
    same = await transfer(file, `${folder}/copy`, ending.signal);
  } finally {
    clearTimeout(timer);
    await Deno.remove(folder, { recursive: true });
    Deno.removeSignalListener("SIGINT", end);
    Deno.removeSignalListener("SIGTERM", end);
  }
  await showPoller();
  return same;
}

// The file -----------------------------------------------------------------------------------------

async function transfer(file: string, copy: string, signal: AbortSignal): Promise<boolean> {
  const { size } = await Deno.stat(file);
  console.log(`libzmq ${version}. From one process to another, over tcp:`);
  console.log(`  file      ${file}, ${(size / 1e6).toFixed(1)} MB, in messages of ${CHUNK} bytes`);

  // The receiver binds to a port that the system chooses, and tells it; the sender connects to it.
  await using pull = new Zmqcat(
    ["pull", "--bind", "tcp://127.0.0.1:*", "--raw", "--end-marker", "--output", copy],
    signal,
  );
  const address = await pull.line("endpoint ");
  console.log(`  address   ${address}`);
  await using push = new Zmqcat(
    ["push", "--connect", address, "--file", file, "--chunk", `${CHUNK}`, "--end-marker"],
    signal,
  );
  const sent = await push.line("sha256 ");
  const received = await pull.line("sha256 ");
  const ended = await push.ended() && await pull.ended();
  signal.throwIfAborted();

  console.log(`  sent      ${push.summary}`);
  console.log(`  received  ${pull.summary} (hashed at both ends)`);
  const hashes = { sent, received, file: await hash(file), copy: await hash(copy) };
  for (const [name, hash] of Object.entries(hashes)) {
    console.log(`  SHA-256   ${hash}  ${name}`);
  }
  const same = ended && new Set(Object.values(hashes)).size === 1;
  console.log(same ? "  All four are the same." : "  FAILED: they should all be the same.");
  return same;
}

/** A zmqcat in a process of its own, and what it says. */
class Zmqcat implements AsyncDisposable {
  summary = "";
  readonly #process: Deno.ChildProcess;
  readonly #lines: AsyncIterableIterator<string>;

  constructor(args: string[], readonly signal: AbortSignal) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", ...PERMISSIONS, ZMQCAT.href, ...args, "--sha256", "--summary"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      signal,
    }).spawn();
    this.#lines = linesOf(this.#process.stderr);
  }

  /** The rest of the next line that begins so. */
  async line(beginning: string): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) {
        this.signal.throwIfAborted();
        throw new Error(`zmqcat ended without saying its "${beginning.trim()}"`);
      }
      if (value.startsWith(beginning)) return value.slice(beginning.length);
      if (value.includes(" messages, ")) this.summary = value;
      else console.error(value);
    }
  }

  async ended(): Promise<boolean> {
    for await (const line of this.#lines) console.error(line);
    return (await this.#process.status).success;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.ended();
  }
}

async function* linesOf(bytes: ReadableStream<Uint8Array<ArrayBuffer>>) {
  let begun = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (begun + text).split("\n");
    begun = lines.pop()!;
    yield* lines;
  }
}

async function hash(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const bytes of file.readable) hash.update(bytes);
  return hash.digest("hex");
}

// The loop -----------------------------------------------------------------------------------------

const DURATION = 3000;
const SILENCE = 400;
/** When the other end sends something: twice in a row, then with pauses longer than the time-out. */
const MESSAGES_AT = [200, 250, 1300, 1800, 2600];
/** Standard input may be a large file, and the log is to stay short. */
const READS = 5;

async function showPoller(): Promise<void> {
  await using pull = new Pull();
  await using push = new Push({ linger: 0 });
  push.connect(await pull.bind("tcp://127.0.0.1:*"));

  using poller = new Poller<string>();
  poller.add(pull, { key: "socket" });
  poller.add(0, { key: "stdin" });

  console.log(
    `One Poller (${poller.backend}) over standard input, a socket and a time-out, for 3 s:`,
  );
  if (Deno.stdin.isTerminal()) console.log("  (Type something, and Enter.)");
  const started = performance.now();
  const log = (what: string) => {
    const seconds = (performance.now() - started) / 1000;
    console.log(`  ${seconds.toFixed(3)} s  ${what}`);
  };
  const timers = MESSAGES_AT.map((at, i) => setTimeout(() => push.trySend(`number ${i + 1}`), at));

  const bytes = new Uint8Array(4096);
  let reads = 0;
  for (let left = DURATION; left > 0; left = DURATION - (performance.now() - started)) {
    const ready = await poller.wait({ timeout: Math.min(SILENCE, left) });
    if (ready.length === 0) log(`time-out  nothing for ${Math.round(Math.min(SILENCE, left))} ms`);
    for (const { key } of ready) {
      if (key === "socket") {
        for (const [message] of pull.drain()) log(`socket    "${message.text()}"`);
        continue;
      }
      const count = Deno.stdin.readSync(bytes);
      log(`stdin     ${count === null ? "at its end" : `${count} bytes`}`);
      if (count === null || ++reads === READS) poller.remove(0);
    }
  }
  for (const timer of timers) clearTimeout(timer);
  log("done");
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main(...Deno.args) ? 0 : 1;
  } catch (error) {
    console.error(`demo: ${(error as Error).message}`);
    Deno.exitCode = 1;
  }
}
