/** Listening descriptors that outlive the socket that opened them, and that children get. */

import { check } from "../ffi/errno.ts";
import { libc, libcForPassing } from "../ffi/libc.ts";
import { closeOnExec } from "../poller/fd.ts";
import { Pair } from "../socket/pair.ts";

/** An address at which the system accepts connections, for a process that takes them. */
export interface Listening {
  /** The address, with wildcards replaced. */
  readonly address: string;
  readonly fd: number;
}

/** Listens at an address. */
export async function listenAt(address: string, backlog: number): Promise<Listening> {
  if (typeof address !== "string" || !address.startsWith("tcp://")) {
    throw new TypeError("A supervisor listens at addresses of tcp, such as tcp://*:5555");
  }
  // libzmq reads the address, and opens the descriptor. A peer that connects before that is closed is sent away, and connects
  // again.
  using socket = new Pair({ backlog, linger: 0, ipv6: address.includes("[") });
  socket.addTcpAcceptFilter("255.255.255.255");
  const { events } = socket;
  const bound = await socket.bind(address);
  let listening: Listening | undefined;
  for await (const event of events) {
    if (event.type === "bind") {
      listening = { address: bound, fd: duplicate(event.fd) };
      // Fact: what dup returns can be inherited. Failure: every program that the parent started had the port, and kept it.
      closeOnExec(listening.fd);
      socket.unbind(bound);
    }
    // Failure: libzmq closes its own a little later, until which the address stayed taken, and peers were sent away.
    if (event.type === "close" && listening !== undefined) return listening;
  }
  throw new Error(`libzmq hasn't reported by which descriptor it listens at ${bound}`);
}

/**
 * Runs an action while the children that it starts inherit a descriptor more of each that is listed, whose numbers it's told.
 *
 * Fact: descriptors are opened so that children don't get them, and Deno.Command passes no others on; but it leaves open what
 * can be inherited, and what dup returns can. Decision: such descriptors are open only for the moment of the start, so that
 * other children don't get them. Cost: two system calls for each.
 */
export function inheriting<T>(
  all: readonly { readonly fd: number }[],
  action: (fds: number[]) => T,
): T {
  const fds: number[] = [];
  try {
    for (const { fd } of all) fds.push(duplicate(fd));
    return action(fds);
  } finally {
    for (const fd of fds) libc().close(fd);
  }
}

/** Stops listening: the children that have it go on. */
export function stopListening({ fd }: Listening): void {
  libc().close(fd);
}

function duplicate(fd: number): number {
  return check(() => libcForPassing().dup(fd), "dup");
}
