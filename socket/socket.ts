/** What all sockets have in common, and the two halves of which each class has one or both. */

import { Context, context as defaultContext, coreOf } from "../context.ts";
import { type Pollable, pollable } from "../poller/source.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { settled } from "../poller/reactor.ts";
import type { Interest, WaitOptions, WaitSyncOptions } from "../poller/poller.ts";
import { attempt, bindToRandomPort, checkAddress, type PortRange } from "./binding.ts";
import { Configurable, type SettableOptions } from "./configurable.ts";
import { type Handle, handleOf, open, openHandleOf } from "./handle.ts";
import { assertSafeOptions } from "./hazards.ts";
import type { Frame, MessageLike } from "./message.ts";
import { MetadataNames } from "./metadata.ts";
import { Observer } from "./observer.ts";
import type { SyncLimits, WaitLimits } from "./operation.ts";
import type { NewerOptions } from "./newer_option_types.ts";
import type { CommonOptions, TransportOptions } from "./option_types.ts";
import { defineOptions, layer } from "./options.ts";
import { COMMON, type PARTICULAR, RECEIVING, SENDING } from "./options_table.ts";
import { waitReady, waitReadySync } from "./readiness.ts";
import type { SecurityOptions } from "./security_options.ts";
import {
  drain,
  MessageIterator,
  receive,
  receiveSync,
  tryReceive,
  visit,
  type VisitOptions,
} from "./receive.ts";
import type { Visitor } from "./native_message.ts";
import { send, sendSync, trySend } from "./send.ts";
import {
  type ByteStreamOptions,
  readableBytesOf,
  readableOf,
  writableBytesOf,
  writableOf,
} from "./web_streams.ts";
import { typeOf } from "./types.ts";

/** What every socket's constructor takes beside its own options. */
export interface SocketOptions
  extends
    Partial<CommonOptions>,
    Partial<Omit<TransportOptions, "threadSafe">>,
    Partial<NewerOptions>,
    Partial<Omit<SecurityOptions, "securityMechanism">>,
    Partial<SettableOptions> {
  /** The context in which the socket is opened. Default: the shared {@linkcode context}. */
  context?: Context;
}

/**
 * What all sockets have in common. Programs make {@linkcode Push}, {@linkcode Router} and the other classes.
 *
 * A socket that is bound or connected doesn't keep the process alive; a receive or send that waits
 * does. Sockets that a program drops are closed when they're collected, but that may be late: close
 * them, or declare them with `using`.
 */
export abstract class Socket extends Configurable implements Pollable, Disposable, AsyncDisposable {
  readonly #context: Context;
  #events: Observer | undefined;

  /** Opens a socket of libzmq's type number, and sets its options in the order in which they stand. */
  protected constructor(type: number, options: SocketOptions = {}) {
    if (typeof options !== "object" || options === null) {
      throw new TypeError("The options of a socket must be an object");
    }
    super();
    const { context = defaultContext, ...rest } = options;
    const handle = open(coreOf(context), typeOf(type));
    // Not enumerable: anyone who logs a socket wants to see its options, not the engine's insides.
    Object.defineProperty(this, pollable, { value: handle });
    this.#context = context;
    dropped.register(this, handle, handle);
    try {
      for (const [name, value] of Object.entries(rest)) {
        if (value === undefined) continue;
        if (!settable(this, name)) {
          throw new TypeError(`A ${this.constructor.name} has no option ${name}`);
        }
        (this as unknown as Record<string, unknown>)[name] = value;
      }
      handle.configuring = false;
      assertSafeOptions(handle, {});
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The context in which the socket was opened. */
  get context(): Context {
    return this.#context;
  }

  /** Whether the socket was closed. */
  get closed(): boolean {
    return handleOf(this).closed;
  }

  /** libzmq's number of the socket's type (`ZMQ_TYPE`). */
  get type(): number {
    return handleOf(this).type.number;
  }

  /**
   * The socket's file descriptor (`ZMQ_FD`), for other libraries' event loops. It fires, as readable, on a
   * *change* only; our own {@linkcode Poller} takes the socket itself and needs no such care.
   *
   * @throws `ZmqError` EBADF on a closed socket.
   */
  get fd(): number {
    return openHandleOf(this, "zmq_getsockopt").fd;
  }

  /**
   * What happens to the socket's connections: the same {@linkcode Observer} each time. Observing begins when this is
   * first read (`zmq_socket_monitor`).
   *
   * @throws `ZmqError` EBADF where it's first read on a closed socket.
   */
  get events(): Observer {
    return this.#events ??= new Observer(this);
  }

  /** Whether a message can be received at once. False on a closed socket (`ZMQ_EVENTS`). */
  get readable(): boolean {
    const handle = handleOf(this);
    return !handle.closed && (handle.ask() & READABLE) !== 0;
  }

  /** Whether a message can be sent at once. False on a closed socket (`ZMQ_EVENTS`). */
  get writable(): boolean {
    const handle = handleOf(this);
    return !handle.closed && (handle.ask() & WRITABLE) !== 0;
  }

  /**
   * Waits until a message can be received or, as `interest` says, sent, and does neither. True where it can;
   * false when the time is over. Receives and sends that wait come first: it's ready only when there is something
   * left for others. For several sockets, or descriptors beside them, there is {@linkcode Poller} (`ZMQ_EVENTS`).
   *
   * @param interest What to wait for; by default, until it's readable.
   * @param options At most how many ms, by default without a limit; and a signal that ends the wait.
   * @throws At once: `ZmqError` EBADF on a closed socket; `TypeError` and `RangeError` for what is neither an interest
   * nor a timeout. By rejection: the signal's reason, or EBADF when the socket is closed meanwhile.
   *
   * @example An answer within a second, or none
   * ```ts
   * import { Reply, Request } from "@deno-zmq/zmq";
   *
   * using reply = new Reply();
   * await reply.bind("tcp://127.0.0.1:*");
   * using request = new Request();
   * request.connect(reply.lastEndpoint!);
   * await request.send("anybody?");
   * console.log(await reply.poll({ readable: true }, { timeout: 1000 })); // true
   * console.log(await request.poll({ readable: true }, { timeout: 10 })); // false
   * ```
   */
  poll(interest: Interest = { readable: true }, options: WaitOptions = {}): Promise<boolean> {
    return waitReady(handleOf(this), this, interest, options.timeout, options.signal);
  }

  /** The same on the spot: blocks this thread, and everything else in this isolate. Meant for workers and scripts. */
  pollSync(interest: Interest = { readable: true }, options: WaitSyncOptions = {}): boolean {
    return waitReadySync(handleOf(this), interest, options.timeout);
  }

  /**
   * The address of the last bind or connect, with wildcards replaced by what the system has chosen; `null`
   * before the first (`ZMQ_LAST_ENDPOINT`).
   *
   * @throws `ZmqError` EBADF on a closed socket.
   */
  get lastEndpoint(): string | null {
    return openHandleOf(this, "zmq_getsockopt").lastEndpoint;
  }

  /**
   * Begins to accept peers at an address (`zmq_bind`), such as `tcp://127.0.0.1:5555`, `tcp://*:*` for any free
   * port, `ipc:///tmp/name` or `inproc://name`. A socket may be bound to several.
   *
   * @throws At once: `TypeError` for what isn't a string, `RangeError` for a port above 65535, `ZmqError`
   * EBADF on a closed socket. By rejection: `ZmqError`, such as EADDRINUSE.
   */
  bind(address: string): Promise<void> {
    return attempt(this, "zmq_bind", address, (handle) => handle.bind(address));
  }

  /**
   * Stops accepting peers at an address (`zmq_unbind`). For a wildcard, give what
   * {@linkcode Socket.lastEndpoint} read.
   *
   * @throws As {@linkcode Socket.bind} does; ENOENT where the socket isn't bound there.
   */
  unbind(address: string): Promise<void> {
    return attempt(this, "zmq_unbind", address, (handle) => handle.unbind(address));
  }

  /**
   * The same as {@linkcode Socket.bind}, on the spot (`zmq_bind`).
   *
   * @throws As {@linkcode Socket.bind} does, all at once.
   */
  bindSync(address: string): void {
    checkAddress(address);
    openHandleOf(this, "zmq_bind").bind(address);
  }

  /**
   * Binds to a free port of a range, such as a firewall lets through, and returns its number. Where any port will do,
   * bind to a wildcard, `tcp://127.0.0.1:*` (`zmq_bind`).
   *
   * @param address An address without a port, such as `tcp://127.0.0.1` or `tcp://*`.
   * @throws At once: `TypeError` and `RangeError` for what isn't an address or a range, `ZmqError` EBADF on a closed
   * socket. By rejection: `ZmqError` EADDRINUSE where each of the ports that were tried is taken.
   */
  bindToRandomPort(address: string, range: PortRange = {}): Promise<number> {
    return bindToRandomPort(this, address, range);
  }

  /**
   * The same as {@linkcode Socket.unbind}, on the spot (`zmq_unbind`).
   *
   * @throws As {@linkcode Socket.unbind} does, all at once.
   */
  unbindSync(address: string): void {
    checkAddress(address);
    openHandleOf(this, "zmq_unbind").unbind(address);
  }

  /**
   * Connects to an address (`zmq_connect`). The peer needn't be there yet, and may go and come back:
   * libzmq connects again by itself. A socket may be connected to several.
   *
   * @throws `TypeError` for what isn't a string, `RangeError` for a port above 65535, `ZmqError` for an address that
   * can't be right.
   */
  connect(address: string): void {
    checkAddress(address);
    openHandleOf(this, "zmq_connect").connect(address);
  }

  /**
   * Ends a connection (`zmq_disconnect`).
   *
   * @throws As {@linkcode Socket.connect} does; ENOENT where the socket isn't connected there.
   */
  disconnect(address: string): void {
    checkAddress(address);
    openHandleOf(this, "zmq_disconnect").disconnect(address);
  }

  /**
   * Closes the socket. Receives and sends that wait reject with `ZmqError` EBADF, iterations end, and
   * unsent messages go out in the background for as long as the linger allows. Its addresses become free a moment
   * later, inproc names, too; after {@linkcode Socket.unbind} those are free at once. Idempotent (`zmq_close`).
   */
  close(): void {
    const handle = handleOf(this);
    dropped.unregister(handle);
    handle.close();
  }

  /** Calls {@linkcode Socket.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Calls {@linkcode Socket.close}, and waits until the thread that waited for descriptors was given back. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return settled();
  }
}

/** The options of every socket, as its properties. */
export interface Socket extends CommonOptions, TransportOptions, NewerOptions, SecurityOptions {}

// A net, not a strategy: nothing triggers the collector when descriptors run out.
const dropped = new FinalizationRegistry<Handle>((handle) => handle.close());

/** The receiving half of a socket. */
export interface Receives extends AsyncIterable<Frame[]> {
  /**
   * Which properties of its connection are read with each message, such as `"Peer-Address"`, for
   * {@linkcode metadataOf}. Takes effect at once; {@linkcode Receives.visit} reads none. Default: none.
   */
  metadata: readonly string[];
  /**
   * Receives the next message, of one frame or more; waits where there is none. Several receives may be
   * pending: they're served in their order.
   *
   * @throws At once: `ZmqError` EBADF on a closed socket, `TypeError` for what isn't a signal. By
   * rejection: `ZmqError` EAGAIN when {@linkcode ReceiveOptions.receiveTimeout} is over, EBADF when the socket is closed meanwhile, EFSM where a
   * Request has sent nothing; the signal's reason.
   */
  receive(options?: WaitLimits): Promise<Frame[]>;
  /**
   * Receives a message that is there already; `undefined` where there is none, or where others are waiting for it.
   *
   * @throws `ZmqError` EBADF on a closed socket.
   */
  tryReceive(): Frame[] | undefined;
  /**
   * Receives a message, blocking this thread and everything else in this isolate. Meant for workers and scripts.
   *
   * @throws `ZmqError` EAGAIN when the time is over, EBUSY where {@linkcode Receives.visit} is showing the beginning of
   * a message of this socket, EBADF on a closed socket.
   */
  receiveSync(options?: SyncLimits): Frame[];
  /**
   * Iterates over the messages that are there, and never waits. As long as they keep coming it goes on,
   * and nothing else runs: leave the loop to let others have their turn.
   */
  drain(): IterableIterator<Frame[]>;
  /**
   * Calls `visitor` with the bytes of each frame that is there: those from `offset` on, `length` of them,
   * in a buffer that is valid until it returns. `more` says that another frame of the same message
   * follows. Nothing is allocated, which makes it the fastest way to read. Returns the number of messages.
   *
   * The visitor may do anything: close the socket, send, receive elsewhere. When it throws, the rest of
   * its message is dropped, and the error comes out of `visit`.
   *
   * With a `timeout` it blocks this thread until a first message comes, or the time is over.
   */
  visit(visitor: Visitor, options?: VisitOptions): number;
  /** Iterates over all messages to come. Ends when the socket is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Frame[]>;
  /**
   * The messages to come as a Web stream. One is received for each that is read, and none ahead, so that the
   * receive high-water mark is the back-pressure. Ends when the socket is closed; cancelling it leaves the socket open. A
   * message that had come for a read which is cancelled in the same turn goes with it.
   */
  toReadableStream(): ReadableStream<Frame[]>;
  /**
   * The messages to come, of one frame each, as a Web stream of bytes, which can be read into one's own buffers. A
   * message of several frames makes it fail with a `TypeError`.
   */
  toReadableByteStream(options?: ByteStreamOptions): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** The sending half of a socket. */
export interface Sends {
  /**
   * Sends a message, of one part or of an array of parts. Resolves once libzmq has it; waits where no peer can take
   * it. Several sends may be pending: they go out in their order. A message that waits is copied.
   *
   * @throws At once: `TypeError` for what isn't a message or a signal, `ZmqError` EBADF on a closed socket. By rejection:
   * `ZmqError` EAGAIN when {@linkcode SendOptions.sendTimeout} is over, EBADF when the socket is closed
   * meanwhile, EFSM out of turn, EHOSTUNREACH where a mandatory Router has no such peer; the signal's reason.
   */
  send(message: MessageLike, options?: WaitLimits): Promise<void>;
  /**
   * Sends a message if that can be done at once. False where it can't, or where others are waiting to send.
   *
   * @throws As {@linkcode Sends.send} does, all at once.
   */
  trySend(message: MessageLike): boolean;
  /**
   * Sends a message, blocking this thread and everything else in this isolate. Meant for workers and scripts.
   *
   * @throws `ZmqError` EAGAIN when the time is over.
   */
  sendSync(message: MessageLike, options?: SyncLimits): void;
  /**
   * A Web stream of messages to send. Each write is done when libzmq has the message, so that the send high-water mark is
   * the back-pressure. Aborting it drops the message that waits; closing and aborting leave the socket open.
   */
  toWritableStream(): WritableStream<MessageLike>;
  /** A Web stream of bytes to send, each chunk as a message of one frame. Empty chunks are passed over. */
  toWritableByteStream(options?: ByteStreamOptions): WritableStream<Uint8Array>;
}

const RECEIVES: Receives & ThisType<Socket> = {
  get metadata(): readonly string[] {
    return openHandleOf(this, "zmq_msg_gets").metadata?.names ?? [];
  },
  set metadata(names: readonly string[]) {
    const handle = openHandleOf(this, "zmq_msg_gets");
    const wanted = new MetadataNames(names);
    handle.metadata = wanted.names.length === 0 ? undefined : wanted;
  },
  receive(options) {
    return receive(handleOf(this), this, options?.signal);
  },
  tryReceive() {
    return tryReceive(handleOf(this));
  },
  receiveSync(options) {
    return receiveSync(handleOf(this), options?.timeout);
  },
  drain() {
    return drain(handleOf(this));
  },
  visit(visitor, options = {}) {
    return visit(handleOf(this), visitor, options);
  },
  [Symbol.asyncIterator]() {
    return new MessageIterator(handleOf(this), this);
  },
  toReadableStream() {
    return readableOf(openHandleOf(this, "zmq_msg_recv"), this);
  },
  toReadableByteStream(options = {}) {
    return readableBytesOf(openHandleOf(this, "zmq_msg_recv"), this, options);
  },
};

const SENDS: Sends & ThisType<Socket> = {
  send(message, options) {
    return send(handleOf(this), this, message, options?.signal);
  },
  trySend(message) {
    return trySend(handleOf(this), message);
  },
  sendSync(message, options) {
    sendSync(handleOf(this), message, options?.timeout);
  },
  toWritableStream() {
    return writableOf(openHandleOf(this, "zmq_send"), this);
  },
  toWritableByteStream(options = {}) {
    return writableBytesOf(openHandleOf(this, "zmq_send"), this, options);
  },
};

defineOptions(Socket.prototype, handleOf, Object.keys(COMMON));

/** Gives a class the halves and options that its type of socket has; what it can't do isn't there. */
export function compose(
  { prototype }: { prototype: Socket },
  parts: { receives?: boolean; sends?: boolean; options?: readonly (keyof typeof PARTICULAR)[] },
): void {
  const { receives = false, sends = false, options = [] } = parts;
  const members = [...receives ? [RECEIVES] : [], ...sends ? [SENDS] : []];
  const names = () => [
    ...receives ? Object.keys(RECEIVING) : [],
    ...sends ? Object.keys(SENDING) : [],
  ];
  const parent = Object.getPrototypeOf(prototype);
  const key = `${receives} ${sends}`;
  Object.setPrototypeOf(prototype, layer(parent, key, handleOf, members, names));
  if (options.length > 0) defineOptions(prototype, handleOf, options);
}

function settable(socket: Socket, name: string): boolean {
  for (let at: object | null = socket; at !== null; at = Object.getPrototypeOf(at)) {
    if (at === Object.prototype) break; // __proto__ is no option
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property !== undefined) return property.set !== undefined;
  }
  return false;
}
