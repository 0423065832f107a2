/** Chooses the backend: the caller's choice, the environment's, or the system's best. */

import { pathOfLibkqueue } from "../ffi/libc.ts";
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

/** The system's own kinds, the best first. */
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

/** The same, and kqueue on Linux where libkqueue provides it. */
export function kinds(): readonly BackendKind[] {
  return hasLibkqueue() ? [...OWN, "kqueue"] : OWN;
}

function hasLibkqueue(): boolean {
  return Deno.build.os === "linux" && pathOfLibkqueue() !== undefined;
}

/** Which systems have the other kinds. */
const ELSEWHERE: Record<string, string> = {
  epoll: " Only Linux has epoll.",
  kqueue: " Only macOS and the BSDs have kqueue.",
};

function chosen(value: string, where: string): BackendKind {
  const kind = OWN.find((kind) => kind === value);
  if (kind !== undefined) return kind;
  // Last, since it asks for a permission.
  if (value === "kqueue" && hasLibkqueue()) return value;
  const names = kinds().map((kind) => `"${kind}"`);
  const list = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  const elsewhere = ELSEWHERE[value] ?? "";
  throw new RangeError(`${where} can be ${list} on this system, not "${value}".${elsewhere}`);
}
