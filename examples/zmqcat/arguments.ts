/** zmqcat's command line, and what is wrong with it. */

import { Buffer } from "node:buffer";
import { parseArgs } from "node:util";
import { type TypeName, TYPES } from "./types.ts";

/** How the input is cut into messages. */
export type Cut = { by: "line" | "nul" | "whole" } | { by: "chunk"; size: number };

/** What is to be done. */
export interface Job {
  type: TypeName;
  /** Where to bind, and then where to connect. */
  addresses: { binds: boolean; address: string }[];
  /** The file to read, and the one to write; standard input or output where there is none. */
  file: string | undefined;
  output: string | undefined;
  cut: Cut;
  format: "text" | "raw" | "hex" | "json";
  /** What stands after a message that is printed as text. */
  end: Uint8Array;
  /** What stands between frames, and whether it was given: what is read is cut at it then. */
  separator: Uint8Array;
  separates: boolean;
  topics: string[];
  count: number | undefined;
  /** In messages a second. */
  rate: number | undefined;
  /** In ms. */
  timeout: number | undefined;
  linger: number | undefined;
  hwm: number | undefined;
  reply: string | undefined;
  replyExec: string | undefined;
  endMarker: boolean;
  sha256: boolean;
  summary: boolean;
  quiet: boolean;
}

/** The command line is wrong. The message says how, in one line. */
export class UsageError extends Error {}

const LARGEST_CHUNK = 2 ** 30;
const LARGEST = 2 ** 31 - 1;

// All that take a value are "multiple", so that giving one twice can be refused.
const TEXT = { type: "string", multiple: true } as const;
const FLAG = { type: "boolean" } as const;
/** All options, as parseArgs wants to know them. */
export const OPTIONS = {
  bind: TEXT,
  connect: TEXT,
  file: TEXT,
  lines: FLAG,
  nul: FLAG,
  chunk: TEXT,
  whole: FLAG,
  rate: TEXT,
  output: TEXT,
  raw: FLAG,
  hex: FLAG,
  json: FLAG,
  "frame-separator": TEXT,
  topic: TEXT,
  reply: TEXT,
  "reply-exec": TEXT,
  count: TEXT,
  timeout: TEXT,
  linger: TEXT,
  hwm: TEXT,
  "end-marker": FLAG,
  sha256: FLAG,
  summary: FLAG,
  quiet: { type: "boolean", short: "q" },
  help: { type: "boolean", short: "h" },
} as const;

type Option = keyof typeof OPTIONS;
type Values = ReturnType<typeof split>["values"];

/** Reads the command line. Returns "help" if that is asked for; throws {@linkcode UsageError}. */
export function parse(args: string[]): Job | "help" {
  const { values, positionals } = split(args);
  if (values.help) return "help";

  const [type, ...more] = positionals;
  const types = Object.keys(TYPES).join(", ");
  if (type === undefined) throw new UsageError(`say which type of socket: ${types}`);
  if (!isType(type)) throw new UsageError(`"${type}" is no type of socket: ${types}`);
  if (more.length > 0) throw new UsageError(`"${more[0]}" is one argument too many`);

  for (const name of foreignTo(type)) {
    if (values[name] !== undefined) throw new UsageError(`${type} has no option --${name}`);
  }
  exclude(values, ["lines", "nul", "chunk", "whole"]);
  exclude(values, ["raw", "hex", "json"]);
  exclude(values, ["reply", "reply-exec"]);

  const { topic: topics = [] } = values;
  if (TYPES[type].topics === "one" && topics.length > 1) {
    throw new UsageError(`a message of ${type} has one --topic, not ${topics.length}`);
  }
  const format = values.raw ? "raw" : values.hex ? "hex" : values.json ? "json" : "text";
  if (values.nul && !TYPES[type].reads && format !== "text") {
    throw new UsageError(`--nul and --${format} exclude each other`);
  }
  const separator = only(values, "frame-separator");
  return {
    type,
    addresses: addressesOf(values),
    file: fileOf(values, "file"),
    output: fileOf(values, "output"),
    cut: cutOf(values),
    format,
    end: Buffer.from(values.nul ? "\0" : "\n"),
    separator: separator === undefined ? Buffer.from("\t") : unescaped(separator),
    separates: separator !== undefined,
    topics,
    count: whole(values, "count", 1),
    rate: rateOf(only(values, "rate")),
    timeout: whole(values, "timeout", 1),
    linger: whole(values, "linger", 0),
    hwm: whole(values, "hwm", 0),
    reply: only(values, "reply", true),
    replyExec: only(values, "reply-exec"),
    endMarker: values["end-marker"] ?? false,
    sha256: values.sha256 ?? false,
    summary: values.summary ?? false,
    quiet: values.quiet ?? false,
  };
}

function split(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: OPTIONS });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [, option] = /'(?:-\w, )?(--[\w-]+)[^']*' argument is ambiguous/.exec(error.message) ??
      [];
    if (option !== undefined) {
      throw new UsageError(`${option} needs a value; one that begins with a dash: ${option}=VALUE`);
    }
    // Its first sentence says what is wrong.
    throw new UsageError(error.message.split(/\.\s/)[0]);
  }
}

function isType(word: string): word is TypeName {
  return Object.hasOwn(TYPES, word);
}

/** The options that a type has no use for. */
function foreignTo(type: TypeName): Option[] {
  const { reads, prints, ends, topics } = TYPES[type];
  const foreign: Option[] = [];
  if (!reads) foreign.push("file", "lines", "chunk", "whole", "rate");
  if (!prints) foreign.push("output", "raw", "hex", "json");
  if (!ends) foreign.push("end-marker");
  if (topics === "none") foreign.push("topic");
  if (type !== "rep") foreign.push("reply", "reply-exec");
  return foreign;
}

function exclude(values: Values, names: Option[]): void {
  const [first, second] = names.filter((name) => values[name] !== undefined);
  if (second === undefined) return;
  throw new UsageError(`--${first} and --${second} exclude each other`);
}

function addressesOf({ bind = [], connect = [] }: Values): Job["addresses"] {
  const addresses = [
    ...bind.map((address) => ({ binds: true, address })),
    ...connect.map((address) => ({ binds: false, address })),
  ];
  if (addresses.length === 0) throw new UsageError("give an address: --bind or --connect");
  for (const { binds, address } of addresses) {
    if (address === "") throw new UsageError(`${binds ? "--bind" : "--connect"} is empty`);
    if (address.startsWith("inproc:")) {
      throw new UsageError("inproc addresses don't lead out of a process: use ipc or tcp");
    }
  }
  return addresses;
}

function cutOf(values: Values): Cut {
  const size = whole(values, "chunk", 1, LARGEST_CHUNK, "bytes");
  if (size !== undefined) return { by: "chunk", size };
  return { by: values.nul ? "nul" : values.whole ? "whole" : "line" };
}

function only(values: Values, name: Option, empty = false): string | undefined {
  const given = values[name];
  if (!Array.isArray(given)) return undefined;
  if (given.length > 1) throw new UsageError(`--${name} was given ${given.length} times`);
  if (given[0] === "" && !empty) throw new UsageError(`--${name} is empty`);
  return given[0];
}

/** As everywhere, - is standard input or output. */
function fileOf(values: Values, name: "file" | "output"): string | undefined {
  const path = only(values, name);
  return path === "-" ? undefined : path;
}

function whole(
  values: Values,
  name: Option,
  least: number,
  most = LARGEST,
  what = name === "timeout" || name === "linger" ? "ms" : "messages",
): number | undefined {
  const text = only(values, name);
  if (text === undefined) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(
    `--${name} takes a number of ${what} from ${least} to ${most}, not "${text}"`,
  );
}

function rateOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rate = Number(/^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(text)?.[1]);
  // The pause between two messages has to be one that a timer can keep.
  if (rate >= 0.001 && rate <= 1e9) return rate;
  throw new UsageError(`--rate takes messages a second, such as 10 or 0.5/s, not "${text}"`);
}

const ESCAPES: Record<string, string> = { t: "\t", n: "\n", r: "\r", 0: "\0", "\\": "\\" };

/** A shell's word can't hold every byte, so \t, \n, \r, \0, \\ and \xNN stand for those. */
function unescaped(text: string): Uint8Array {
  const parts = text.split(/(\\x[0-9a-fA-F]{2}|\\[tnr0\\])/);
  return Buffer.concat(parts.map((part, i) => {
    if (i % 2 === 0) return Buffer.from(part);
    if (part[1] === "x") return Buffer.from(part.slice(2), "hex");
    return Buffer.from(ESCAPES[part[1]]);
  }));
}
