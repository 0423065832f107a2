/** zmqcat's command line: what it says, and what is wrong with it. */

import { parseArgs } from "node:util";

/** What is to be done. */
export interface Job {
  type: "push" | "pull";
  /** Whether the address is bound, or connected to. */
  binds: boolean;
  address: string;
  /** The file to read or to write; standard input or output where there is none. */
  path: string | undefined;
  /** The largest message to send, in bytes. */
  chunk: number;
  sha256: boolean;
  summary: boolean;
  quiet: boolean;
}

/** The command line is wrong. The message says how, in one line. */
export class UsageError extends Error {}

const DEFAULT_CHUNK = 65536;
const LARGEST_CHUNK = 2 ** 30;

/** The answer to `--help`. */
export const HELP = `\
zmqcat sends a file, or standard input, through a ZeroMQ socket to another zmqcat.

  zmqcat pull --bind ADDRESS | --connect ADDRESS  [--output FILE] [options]
  zmqcat push --bind ADDRESS | --connect ADDRESS  [--file FILE] [options]

push reads, and sends what it reads to pull, which writes it. Either may bind, and either may be
started first: push waits until there is a receiver, and reads no faster than the receiver takes.

Addresses
  tcp://127.0.0.1:5555     a port of one interface; tcp://*:5555 binds to all interfaces
  tcp://127.0.0.1:*        to bind to a free port
  ipc:///tmp/some.socket   a path, for processes on one machine
  Where the system chooses a part of the address, "endpoint ADDRESS" on standard error tells it.

Options
  --bind ADDRESS      accept the other side here
  --connect ADDRESS   find the other side there, and keep trying until it is there
  --file FILE         push: read this instead of standard input
  --output FILE       pull: write this instead of standard output; what was in it is lost
  --chunk BYTES       push: send at most so many bytes in a message (${DEFAULT_CHUNK})
  --sha256            at the end, print "sha256 HASH" of all bytes on standard error
  --summary           at the end, print messages, bytes and rate on standard error
  -q, --quiet         no progress, and no messages but errors
  -h, --help          print this

While standard error is a terminal, it shows the progress; not so while the data themselves are typed
or printed on a terminal.

The end of the file
  After the last byte, push sends a message of two frames: an empty one, and the number of all bytes in
  decimal digits. pull ends when it comes. It fails if it has received another number of bytes: then
  several receivers have shared the messages, or one has taken another's place. A message of one
  empty frame, as other programs may send it, also ends pull, and proves nothing. While no such
  message comes, because push was killed, say, pull waits on.

Signals
  Ctrl-C (SIGINT), SIGTERM and SIGHUP end it. pull has written everything that it has received. push
  doesn't send the end of the file. A second signal ends it at once.

Status
  0    push: everything was handed to a receiver; pull: the whole file came, and was written
  1    something failed, or the file isn't whole; a line on standard error says what
  2    the arguments are wrong
  129  ended by SIGHUP; 130 by SIGINT; 143 by SIGTERM
  141  nobody reads standard output any more

Permissions
  --allow-ffi, for libzmq. --allow-read and --allow-write, or with the =FILE only, for --file and
  --output.

Examples
  zmqcat pull --bind tcp://127.0.0.1:5555 --output copy --sha256
  zmqcat push --connect tcp://127.0.0.1:5555 --file original --sha256

  zmqcat pull --connect ipc:///tmp/folder | tar x
  tar c folder | zmqcat push --bind ipc:///tmp/folder

  where zmqcat is: deno run --allow-ffi --allow-read --allow-write examples/zmqcat.ts
`;

/** Reads the command line. Gives "help" where that is asked for; throws {@linkcode UsageError}. */
export function parse(args: string[]): Job | "help" {
  const { values, positionals } = split(args);
  if (values.help) return "help";

  const [type, ...more] = positionals;
  if (type === undefined) throw new UsageError("say whether to push or to pull");
  if (type !== "push" && type !== "pull") {
    throw new UsageError(`"${type}" is neither push nor pull`);
  }
  if (more.length > 0) throw new UsageError(`"${more[0]}" is one argument too many`);

  const bind = only(values.bind, "--bind");
  const connect = only(values.connect, "--connect");
  const address = bind ?? connect;
  if (address === undefined) throw new UsageError("give an address: --bind or --connect");
  if (bind !== undefined && connect !== undefined) {
    throw new UsageError("--bind and --connect exclude each other");
  }
  if (address.startsWith("inproc:")) {
    throw new UsageError("inproc addresses don't lead out of a process: use ipc or tcp");
  }

  const foreign = type === "push" ? ["output"] as const : ["file", "chunk"] as const;
  for (const name of foreign) {
    if (values[name] !== undefined) throw new UsageError(`${type} has no option --${name}`);
  }
  return {
    type,
    binds: bind !== undefined,
    address,
    path: only(values.file, "--file") ?? only(values.output, "--output"),
    chunk: size(only(values.chunk, "--chunk")),
    sha256: values.sha256 ?? false,
    summary: values.summary ?? false,
    quiet: values.quiet ?? false,
  };
}

function split(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        // All that take a value are "multiple", so that giving one twice can be refused.
        bind: { type: "string", multiple: true },
        connect: { type: "string", multiple: true },
        file: { type: "string", multiple: true },
        output: { type: "string", multiple: true },
        chunk: { type: "string", multiple: true },
        sha256: { type: "boolean" },
        summary: { type: "boolean" },
        quiet: { type: "boolean", short: "q" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    // Its first sentence says what is wrong, the others how to begin an argument with a dash.
    if (error instanceof TypeError) throw new UsageError(error.message.split(/\.\s/)[0]);
    throw error;
  }
}

function only(values: string[] | undefined, option: string): string | undefined {
  if (values === undefined) return undefined;
  if (values.length > 1) throw new UsageError(`${option} was given ${values.length} times`);
  if (values[0] === "") throw new UsageError(`${option} is empty`);
  return values[0];
}

function size(text: string | undefined): number {
  if (text === undefined) return DEFAULT_CHUNK;
  const bytes = /^\d+$/.test(text) ? Number(text) : NaN;
  if (bytes >= 1 && bytes <= LARGEST_CHUNK) return bytes;
  throw new UsageError(`--chunk takes a number of bytes from 1 to ${LARGEST_CHUNK}, not "${text}"`);
}
