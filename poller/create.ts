/** Which backend does the waiting: the caller's choice, the environment's, or the system's best. */

import type { Backend, BackendKind } from "./backend.ts";
import { EpollBackend } from "./epoll.ts";
import { PollBackend } from "./poll.ts";

/** The environment variable that chooses the default for a run. */
const VARIABLE = "ZMQ_POLLER";

/** Makes an empty set of descriptors. Throws `RangeError` for a kind that this system doesn't have. */
export function createBackend<Token>(kind: BackendKind = defaultKind()): Backend<Token> {
  return chosen(kind, "backend") === "epoll" ? new EpollBackend() : new PollBackend();
}

/**
 * What `ZMQ_POLLER` says, where the environment may be read; else epoll on Linux and poll elsewhere.
 * Throws `RangeError` where the variable names something else than this system's kinds.
 */
export function defaultKind(): BackendKind {
  // Asked first, since reading without the permission would prompt at a terminal.
  const { state } = Deno.permissions.querySync({ name: "env", variable: VARIABLE });
  const value = state === "granted" ? Deno.env.get(VARIABLE) : undefined;
  return value ? chosen(value, VARIABLE) : kinds()[0];
}

/** What this system has, the best first. */
function kinds(): readonly BackendKind[] {
  return Deno.build.os === "linux" ? ["epoll", "poll"] : ["poll"];
}

function chosen(value: string, where: string): BackendKind {
  const kind = kinds().find((kind) => kind === value);
  if (kind !== undefined) return kind;
  const names = kinds().map((kind) => `"${kind}"`).join(" and ");
  const epoll = value === "epoll" ? " Only Linux has epoll." : "";
  throw new RangeError(`${where} can be ${names} on this system, not "${value}".${epoll}`);
}
