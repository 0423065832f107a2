/** Which backend does the waiting: the caller's choice, the environment's, or the system's best. */

import { pathOfLibkqueue } from "../ffi/libc.ts";
import type { Backend, BackendKind } from "./backend.ts";
import { EpollBackend } from "./epoll.ts";
import { EpollStrategy } from "./epoll_strategy.ts";
import { KqueueBackend } from "./kqueue.ts";
import { PollBackend } from "./poll.ts";
import { SelectBackend } from "./select.ts";
import { AlwaysPark, type WaitStrategy } from "./wait_strategy.ts";

/** The environment variable that chooses the default for a run. */
const VARIABLE = "ZMQ_POLLER";

/** Makes an empty set of descriptors. Throws `RangeError` for a kind that this system doesn't have. */
export function createBackend<Token>(kind: BackendKind = defaultKind()): Backend<Token> {
  switch (chosen(kind, "backend")) {
    case "epoll":
      return new EpollBackend();
    case "kqueue":
      return new KqueueBackend();
    case "poll":
      return new PollBackend();
    case "select":
      return new SelectBackend();
  }
}

/** How the reactor waits in a set. */
export function createStrategy(backend: Backend<unknown>): WaitStrategy {
  return backend instanceof EpollBackend ? new EpollStrategy(backend) : new AlwaysPark();
}

/**
 * What `ZMQ_POLLER` says, where the environment may be read; else the first of `kinds`.
 * Throws `RangeError` where the variable names something else than this system's kinds.
 */
export function defaultKind(): BackendKind {
  // Asked first, since reading without the permission would prompt at a terminal.
  const { state } = Deno.permissions.querySync({ name: "env", variable: VARIABLE });
  const value = state === "granted" ? Deno.env.get(VARIABLE) : undefined;
  return value ? chosen(value, VARIABLE) : OWN[0];
}

/** What this system has of its own, the best first. */
const OWN = ownKinds();

function ownKinds(): readonly BackendKind[] {
  switch (Deno.build.os) {
    case "darwin":
    case "freebsd":
      return ["kqueue", "poll", "select"];
    case "linux":
      return ["epoll", "poll", "select"];
    default:
      return ["poll", "select"];
  }
}

/** The same, and what a library stands in for. */
export function kinds(): readonly BackendKind[] {
  return hasLibkqueue() ? [...OWN, "kqueue"] : OWN;
}

function hasLibkqueue(): boolean {
  return Deno.build.os === "linux" && pathOfLibkqueue() !== undefined;
}

/** Which systems have the others. */
const ELSEWHERE: Record<string, string> = {
  epoll: " Only Linux has epoll.",
  kqueue: " Only macOS and the BSDs have kqueue.",
};

function chosen(value: string, where: string): BackendKind {
  const kind = OWN.find((kind) => kind === value);
  if (kind !== undefined) return kind;
  // Asked for last: that takes a look at a permission.
  if (value === "kqueue" && hasLibkqueue()) return value;
  const names = kinds().map((kind) => `"${kind}"`);
  const list = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  const elsewhere = ELSEWHERE[value] ?? "";
  throw new RangeError(`${where} can be ${list} on this system, not "${value}".${elsewhere}`);
}
