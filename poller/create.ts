/** Chooses the backend: the caller's choice, the environment's, or the system's best. */

import { pathOfLibkqueue } from "../ffi/libc.ts";
import { HAS_LINUX_CALLS } from "../ffi/system.ts";
import type { Backend, BackendKind } from "./backend.ts";
import { EpollBackend } from "./epoll.ts";
import { EpollStrategy } from "./epoll_strategy.ts";
import { KqueueBackend } from "./kqueue.ts";
import { PollBackend } from "./poll.ts";
import { SelectBackend } from "./select.ts";
import { AlwaysPark, type WaitStrategy } from "./wait_strategy.ts";

/** The environment variable that sets the default for a run. */
const VARIABLE = "ZMQ_POLLER";

/**
 * Makes an empty set of descriptors.
 *
 * @throws {RangeError} If this system doesn't have the kind.
 */
export function createBackend<Token>(kind: BackendKind = defaultKind()): Backend<Token> {
  return new CLASSES[chosen(kind, "backend")]();
}

const CLASSES: Record<BackendKind, new <Token>() => Backend<Token>> = {
  epoll: EpollBackend,
  kqueue: KqueueBackend,
  poll: PollBackend,
  select: SelectBackend,
};

/** Makes the strategy by which the reactor waits in a set. */
export function createStrategy(backend: Backend<unknown>): WaitStrategy {
  return backend instanceof EpollBackend ? new EpollStrategy(backend) : new AlwaysPark();
}

/**
 * Returns what `ZMQ_POLLER` says, if the program may read it; else the first of `kinds`.
 *
 * @throws {RangeError} If the variable names none of this system's kinds.
 */
export function defaultKind(): BackendKind {
  // Asked first, since a read without the permission would prompt at a terminal.
  const { state } = Deno.permissions.querySync({ name: "env", variable: VARIABLE });
  const value = state === "granted" ? Deno.env.get(VARIABLE) : undefined;
  return value ? chosen(value, VARIABLE) : OWN[0];
}

/** What a system has beside poll and select, which every Unix has. */
const BETTER: Partial<Record<typeof Deno.build.os, readonly BackendKind[]>> = {
  darwin: ["kqueue"],
  freebsd: ["kqueue"],
  linux: HAS_LINUX_CALLS ? ["epoll"] : [],
};
/** The system's own kinds, the best first. */
const OWN: readonly BackendKind[] = [...BETTER[Deno.build.os] ?? [], "poll", "select"];

/** The same, and kqueue on Linux where libkqueue provides it. */
export function kinds(): readonly BackendKind[] {
  const kqueueToo = Deno.build.os === "linux" && pathOfLibkqueue() !== undefined;
  return kqueueToo ? [...OWN, "kqueue"] : OWN;
}

/** Which systems have the other kinds. */
const ELSEWHERE: Record<string, string> = {
  epoll: " Only Linux has epoll.",
  kqueue: " Only macOS and the BSDs have kqueue.",
};

function chosen(value: string, where: string): BackendKind {
  const isValue = (kind: BackendKind) => kind === value;
  // The kinds that ask for a permission come last.
  const kind = OWN.find(isValue) ?? kinds().find(isValue);
  if (kind !== undefined) return kind;
  const names = kinds().map((kind) => `"${kind}"`);
  const list = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  const elsewhere = ELSEWHERE[value] ?? "";
  throw new RangeError(`${where} can be ${list} on this system, not "${value}".${elsewhere}`);
}
