/** The child's side: it waits for its turn, and binds to what its parent listens at. */

import { HANGUP } from "../poller/backend.ts";
import { closeOnExec, pollNow, toReadiness } from "../poller/fd.ts";
import type { Order } from "./child.ts";
import { showSign } from "./life.ts";

/** A socket that can be bound to the parent's address: one of this library's. */
export interface Bindable {
  /** The option by which it gets the descriptor. */
  useFd: number;
  /** Binds it. */
  bind(address: string): Promise<string>;
}

/** What a child has of its {@linkcode Supervisor}. */
export interface Supervised {
  /** The addresses at which the parent listens, with wildcards replaced. */
  readonly addresses: readonly string[];
  /**
   * Aborted when the parent is gone, within a second: no one would start this process again. What waits with it is rejected
   * then, by an error that says "The supervisor has ended", with which a program ends that doesn't catch it.
   */
  readonly signal: AbortSignal;
  /**
   * Binds a socket to one of the parent's addresses, the first unless another is named, and resolves to it. Once for each
   * address.
   *
   * @throws {TypeError} If it isn't one of the parent's addresses.
   * @throws {ZmqError} As the socket's own `bind` rejects.
   */
  bind(socket: Bindable, address?: string): Promise<string>;
}

/** The longest order, in bytes. */
const LONGEST = 65_536;
/** How often the parent is looked for, in ms. */
const LOOK = 500;
/** Standard input, whose other end the parent alone has. */
const STDIN = 0;

/**
 * Called in a process that a {@linkcode Supervisor} has started, once all is ready but for the sockets: it resolves when it's
 * this process's turn to serve, which may be much later. It reads from standard input, and needs no permission. Where the
 * supervisor ends before that turn, so does this process, silently and with status 0: it has done nothing yet. Programs that
 * this process starts before its turn inherit the port, and keep it; those that it starts later don't.
 *
 * @throws {Error} If no supervisor has started the process, or one that was killed while it did.
 *
 * @example A server that its supervisor starts
 * ```ts ignore
 * import { Router } from "@deno-zmq/zmq";
 * import { supervised } from "@deno-zmq/zmq/supervise";
 *
 * const { bind, signal } = await supervised();
 * await using router = new Router();
 * await bind(router);
 * for await (const [client, question] of router.iterate({ signal })) {
 *   await router.send([client, `an answer to ${question}`]);
 * }
 * ```
 */
export async function supervised(): Promise<Supervised> {
  const parent = Deno.ppid;
  const { addresses, fds, life } = Deno.stdin.isTerminal() ? refuse() : await readOrder();
  // Failure: whatever the child started had them, too: it could accept its clients, and keep the port when it was gone.
  for (const fd of life === undefined ? fds : [...fds, life.fd]) closeOnExec(fd);
  const gone = new AbortController();
  // Failure: where the parent had ended before its id was asked for, or a program between the two went on, the id stayed as
  // it was, and the child served on without it.
  const timer = setInterval(() => {
    if (life !== undefined) showSign(life.fd);
    if (Deno.ppid === parent && (toReadiness(pollNow(STDIN, 0)) & HANGUP) === 0) return;
    clearInterval(timer);
    gone.abort(new Error("The supervisor has ended"));
  }, Math.min(LOOK, life?.every ?? LOOK));
  Deno.unrefTimer(timer);
  return {
    addresses,
    signal: gone.signal,
    bind: async (socket, address = addresses[0]) => {
      const fd = fds[addresses.indexOf(address)];
      if (fd === undefined) {
        throw new TypeError(`The supervisor doesn't listen at ${address}, but at ${addresses}`);
      }
      socket.useFd = fd;
      try {
        return await socket.bind(address);
      } finally {
        socket.useFd = -1; // what it binds to later has its own
      }
    },
  };
}

/** Reads what the parent says: the order at the start, and one line more when the turn comes. */
async function readOrder(): Promise<Order> {
  const bytes = new Uint8Array(LONGEST);
  for (let size = 0; size < LONGEST;) {
    const read = await Deno.stdin.read(bytes.subarray(size));
    size += read ?? 0;
    const lines = new TextDecoder().decode(bytes.subarray(0, size)).split("\n");
    const order = lines.length > 1 ? orderOf(lines[0]) : undefined;
    if (order !== undefined && lines.length > 2) return order;
    // The parent is gone, and this process has done nothing yet.
    if (order !== undefined && read === null) Deno.exit(0);
    if (read === null || (order === undefined && lines.length > 1)) break;
  }
  return refuse();
}

function orderOf(text: string): Order | undefined {
  try {
    const order = JSON.parse(text) as Order;
    const { addresses, fds } = order;
    if (addresses.length === fds.length && fds.every(Number.isInteger)) return order;
  } catch {
    // It's something else.
  }
  return undefined;
}

function refuse(): never {
  throw new Error(
    "supervised() is for a process that a Supervisor has started, and none has",
  );
}
