/** Monitors: libzmq's reports of what happens to a socket's connections, drained into a bounded queue. */

import { check, stateError } from "../ffi/errno.ts";
import { ALL_DRAFT_EVENTS, ALL_EVENTS, EVENTS, peerAddress } from "../ffi/monitoring.ts";
import { has, zmq } from "../ffi/libzmq.ts";
import { LITTLE_ENDIAN, toCString } from "../ffi/memory.ts";
import { reactor } from "../poller/reactor.ts";
import type { Listener } from "../poller/source.ts";
import { Pending } from "../poller/pending.ts";
import type { SocketEvent } from "./event_types.ts";
import type { Handle } from "./handle.ts";
import { open } from "./open.ts";
import type { Frame } from "./frame.ts";
import { takeMessage } from "./native_message.ts";
import { RECEIVING } from "./options_table.ts";
import { intBytes } from "./raw_options.ts";
import { TYPES } from "./types.ts";
import { nameOf } from "./wait_errors.ts";

/** An event as libzmq reports it. */
export interface RawEvent {
  /** Its number in `zmq.h`. */
  readonly event: number;
  /** A descriptor, an errno, an interval or a status, depending on the event; pipe statistics have two. */
  readonly values: readonly number[];
  /** The address that was bound or connected to, or empty. */
  readonly address: string;
  /** The address of the peer's end, where it's known. */
  peer: string | undefined;
  /** One of this library's own, as programs see it: libzmq doesn't report it, and there is nothing else of it. */
  readonly own?: SocketEvent;
}

/** How many events are kept unread, unless the program says otherwise. */
const CAPACITY = 1000;
/** How many are taken before others have their turn. */
const BATCH = 256;
/** And how many, at most, where peers' addresses count only once nothing more is left: a few ms. */
const WHOLE = 4096;
/** The length of an event's first frame, in the first version of libzmq's reports. */
const HEAD = 6;

/** How a wait for the next event ends. */
export interface EventReceiver {
  /** Called with the event. */
  succeed(event: RawEvent): void;
  /** Called when there can be none. */
  fail(reason: unknown): void;
  /** Called when no event will come any more. */
  end(): void;
  /** Called when the time is over. */
  expired?(): void;
}

/** A wait for the next event. It keeps the process alive. */
class PendingEvent extends Pending {
  constructor(
    readonly monitor: Monitor,
    readonly queue: Set<PendingEvent>,
    /** The socket and its Observer, which could otherwise be collected while their program awaits an event. */
    readonly owner: object,
    readonly receiver: EventReceiver,
  ) {
    super();
  }

  begin(signal: AbortSignal | undefined, timeout: number): void {
    this.signal = signal;
    if (timeout !== Infinity) this.deadline = performance.now() + timeout;
    this.queue.add(this);
    reactor().addPending(this);
  }

  override get what(): string {
    return `events.receive: ${this.monitor.name}`;
  }

  succeed(event: RawEvent): void {
    this.#leave();
    this.receiver.succeed(event);
  }

  end(): void {
    this.#leave();
    this.receiver.end();
  }

  override expire(): void {
    // What has come in the same moment still counts.
    this.monitor.look();
    if (!this.queue.has(this)) return;
    this.#leave();
    this.receiver.expired!();
  }

  override abort(reason: unknown): void {
    this.#leave();
    this.receiver.fail(reason);
  }

  #leave(): void {
    this.queue.delete(this);
    reactor().removePending(this);
  }
}

/**
 * The engine of one socket's observer. libzmq reports events to a PAIR over inproc, and they're received from there at
 * once, whether the program reads them or not.
 *
 * Fact: libzmq's threads block when a monitor's PAIR is full. Failure: all other sockets of the context stopped, and
 * terminating it hung. Decision: the PAIR has no high-water mark, and is a background source of the reactor's; the queue
 * here has the bound, and its oldest events are dropped and counted. The PAIR also stays open until libzmq has reported
 * that no event follows, even if the socket was closed or the program wants no more events. Cost: a wake-up for each
 * burst of events.
 */
export class Monitor implements Listener {
  readonly #observed: Handle;
  readonly #reader: Handle;
  #queue: RawEvent[] = [];
  readonly #pending: Set<PendingEvent> = new Set();
  /** The addresses to which this socket has bound or connected, which tell its own from its peers'. */
  readonly #own: Set<string> = new Set();
  /** The peers of accepted connections by their descriptors, if libzmq doesn't report them. */
  readonly #peers: Map<number, string> = new Map();
  readonly #versioned: boolean;
  #capacity = CAPACITY;
  /** How many events were dropped because the program didn't read them. */
  lost = 0;
  /** libzmq will report nothing more. What it reported may still be unread. */
  finished = false;
  /** The program wants nothing more. */
  closed = false;
  /** Called when there is an event to take, or the end has come, and no receive is pending. */
  notify: (() => void) | undefined;

  /** Begins to monitor a socket. */
  constructor(observed: Handle) {
    this.#observed = observed;
    const reader = this.#reader = open(observed.context, TYPES.Pair);
    const address = toCString(`inproc://deno-zmq.events.${crypto.randomUUID()}`, "An address");
    try {
      // Not through the table of options, whose code takes half a ms when it's new.
      reader.setBytes(RECEIVING.receiveHighWaterMark.number, "receiveHighWaterMark", intBytes(0));
      reader.linger = 0;
      reader.markMonitorSocket();
      // Not the other way round: where libzmq has no place for its own socket, a reader that is connected to nothing
      // would keep its place for good, and ending the context without a free one ends the process. Until the reader is
      // connected, libzmq's threads wait with their reports.
      this.#versioned = start(observed.pointer, address);
      // Nor by the reader's endpoints, whose checks concern programs' addresses.
      check(() => zmq().zmq_connect(reader.pointer, address), "zmq_connect");
    } catch (error) {
      reader.close();
      throw error;
    }
    if (this.#versioned) {
      const { last, bound, connected } = observed.endpoints;
      for (const endpoint of [...last === null ? [] : [last], ...bound, ...connected]) {
        this.#own.add(endpoint);
      }
    }
    observed.monitor = this;
    reader.addListener(this);
    reader.setBackgroundHandler(() => this.#drain(BATCH));
  }

  /** How many events are kept unread. */
  get capacity(): number {
    return this.#capacity;
  }
  set capacity(value: number) {
    this.#capacity = value;
    this.#bound();
  }

  /** The socket that it observes, in words. */
  get name(): string {
    return nameOf(this.#observed);
  }

  /** No event is left, and none will come. */
  get done(): boolean {
    return this.closed || (this.finished && this.#queue.length === 0);
  }

  /** Whether a receive is pending. */
  get awaited(): boolean {
    return this.#pending.size > 0;
  }

  /** Returns the next event in the queue. */
  take(): RawEvent | undefined {
    return this.#queue.shift();
  }

  /** Waits for the next event. Returns the wait, which its caller may end. */
  wait(
    owner: object,
    receiver: EventReceiver,
    signal?: AbortSignal,
    timeout = Infinity,
  ): { end(): void } {
    const pending = new PendingEvent(this, this.#pending, owner, receiver);
    pending.begin(signal, timeout);
    return pending;
  }

  /** Takes what libzmq has reported by now, instead of at the reactor's next turn. */
  look(): void {
    if (!this.finished) this.#drain(BATCH);
  }

  /** Asks for the numbers of messages in each connection's queues, which come as events. Drafts only. */
  requestStatistics(): void {
    const call = "zmq_socket_monitor_pipes_stats";
    const request = has("draft") ? zmq()[call] : null;
    if (request === null) {
      const message = "Statistics of connections need a libzmq that was built with its draft API";
      throw stateError("ENOTSUP", call, message);
    }
    this.#observed.assertOpen(call);
    check(() => request(this.#observed.pointer), call);
  }

  /** Reports an event of the library's own. */
  report(own: SocketEvent): void {
    if (this.finished) return;
    this.#push({ event: 0, values: [], address: "", peer: undefined, own });
    this.#serve();
  }

  /** Ends the reports. What has come until then can still be read. The socket must still be there. */
  stop(): void {
    if (this.finished) return;
    zmq().zmq_socket_monitor(this.#observed.pointer, null, 0);
    this.#drain(Infinity);
    // Its last report wasn't whole.
    if (!this.finished) this.#reader.close();
  }

  /** The program wants no more events. Those that wait for one are failed. */
  close(reason: unknown): void {
    if (this.closed) return;
    // Where another thread has the socket, this throws, before anything has changed.
    const stops = !this.#observed.closed && this.#observed.pointer !== undefined;
    this.closed = true;
    this.notify = undefined;
    this.#queue = [];
    for (const pending of [...this.#pending]) pending.abort(reason);
    if (stops) this.stop();
  }

  /** Called by its PAIR's looks, which mean nothing here. */
  onReady(): void {}

  onFailed(error: unknown): void {
    if (!this.awaited) reportError(error);
    for (const pending of [...this.#pending]) pending.abort(error);
  }

  /** Called when its PAIR is closed: by itself, or by the end of the context. */
  onClosed(): void {
    if (this.finished) return;
    this.#push({ event: EVENTS.end, values: [0], address: "", peer: undefined });
    this.finished = true;
    this.#serve();
  }

  #drain(limit: number): void {
    try {
      this.#pushAll(limit);
      if (this.finished) this.#reader.close();
    } catch (error) {
      const isEnd = (error as { code?: string }).code === "ETERM"; // else worse
      // What libzmq goes on to report to no one blocks its threads.
      if (!isEnd && !this.#observed.closed) {
        zmq().zmq_socket_monitor(this.#observed.pointer, null, 0);
      }
      this.#reader.close();
      if (!isEnd) throw error;
    } finally {
      this.#serve();
    }
  }

  /** Takes so many events at most, and keeps what it has taken where the next can't be read. */
  #pushAll(limit: number): void {
    const events: RawEvent[] = [];
    let more = true;
    let most = limit;
    try {
      while (more && !this.finished && events.length < most) {
        const frames = takeMessage(this.#reader.pointer);
        const event = frames && this.#parse(frames);
        if (frames === undefined) more = false;
        else if (event === undefined) this.lost++;
        else events.push(event);
        if (!this.#versioned && event?.peer !== undefined) most = Math.max(limit, WHOLE);
        this.finished = events.at(-1)?.event === EVENTS.end;
      }
    } finally {
      if (!this.#versioned) this.#checkPeers(events, !more);
      for (const event of events) this.#push(event);
    }
  }

  /**
   * Removes the peers' addresses that the system may have reported for other connections.
   *
   * Fact: a descriptor may have been closed, and may belong to another connection by the time when the system is asked;
   * but libzmq reports a connection's end before it closes the descriptor. Decision: an address counts if no such report
   * is among these events, and these are `all` that had come *after* the system was asked.
   */
  #checkPeers(events: RawEvent[], all: boolean): void {
    const ended = new Set<number>();
    for (const event of events.toReversed()) {
      const [fd] = event.values;
      const accepted = event.event === EVENTS.accept;
      if (accepted && (!all || ended.has(fd))) event.peer = undefined;
      if (accepted || event.event === EVENTS.disconnect) ended.add(fd);
    }
    // The values of other events are no descriptors: a failed handshake's is an error's number, and may equal one.
    for (const event of events) {
      const [fd] = event.values;
      if (event.event === EVENTS.disconnect) {
        event.peer = this.#peers.get(fd);
        this.#peers.delete(fd);
      } else if (event.event === EVENTS.accept) {
        if (event.peer === undefined) this.#peers.delete(fd);
        else this.#peers.set(fd, event.peer);
      }
    }
  }

  #push(event: RawEvent): void {
    if (this.closed) return;
    this.#queue.push(event);
    this.#bound();
  }

  #bound(): void {
    const excess = this.#queue.length - this.#capacity;
    if (excess <= 0) return;
    this.#queue.splice(0, excess);
    this.lost += excess;
  }

  #serve(): void {
    for (const pending of this.#pending) {
      const event = this.take();
      if (event === undefined) break;
      pending.succeed(event);
    }
    if (this.finished) {
      for (const pending of [...this.#pending]) pending.end();
    }
    if (this.#queue.length > 0) this.notify?.();
  }

  /**
   * Reads a report; undefined for one that isn't whole.
   *
   * Fact: where a signal interrupts the send of one of its frames, libzmq leaves that frame out; what has lost its last one
   * goes on with the next report. Failure: the others were read as numbers, which ended the process. Decision: such a
   * report counts as lost; of two in one, the second is read where it can be told. Cost: a comparison of lengths.
   */
  #parse(frames: Frame[]): RawEvent | undefined {
    const head = viewOf(frames[0]);
    if (!this.#versioned) {
      if (frames.length > 2) {
        this.lost++;
        return this.#parse(frames.slice(-2));
      }
      if (frames.length < 2 || head.byteLength !== HEAD) return undefined;
      const event = head.getUint16(0, LITTLE_ENDIAN);
      const values = [head.getInt32(2, LITTLE_ENDIAN)];
      const address = frames[1].text();
      const peer = event === EVENTS.accept && !this.#observed.closed
        ? peerAddress(values[0])
        : undefined;
      return { event, values, address, peer: peer && `${address.split("://")[0]}://${peer}` };
    }
    // An event, the number of its values, these, and two addresses.
    if (frames.length < 4 || frames.slice(0, -2).some(({ length }) => length !== 8)) {
      return undefined;
    }
    if (viewOf(frames[1]).getBigUint64(0, LITTLE_ENDIAN) !== BigInt(frames.length - 4)) {
      return undefined;
    }
    const event = Number(head.getBigUint64(0, LITTLE_ENDIAN));
    const values = frames.slice(2, -2).map((frame) =>
      Number(viewOf(frame).getBigInt64(0, LITTLE_ENDIAN))
    );
    const [local, remote] = frames.slice(-2).map((frame) => frame.text());
    const incoming = this.#incoming(event, local, remote);
    // What connects has the other end's address in each report, and its own once it's connected.
    const address = incoming && local || remote;
    // Without both ends there is no connection yet; and over ipc, the end that connects has no address.
    const peer = local && remote && remote !== "ipc://" ? remote : undefined;
    return { event, values, address, peer };
  }

  /**
   * Whether an event is of this socket's own address rather than of one that it connects to. The second version reports
   * both ends of a connection, but not which of them began it.
   */
  #incoming(event: number, local: string, remote: string): boolean {
    switch (event) {
      case EVENTS.bind:
      case EVENTS.accept:
        this.#own.add(local);
        return true;
      case EVENTS.connect:
      case EVENTS["connect:delay"]:
      case EVENTS["connect:retry"]:
        this.#own.add(remote);
        return false;
      default:
        return this.#own.has(local) || !this.#own.has(remote);
    }
  }
}

/** Has libzmq report. True where its reports have the second version's form, false where the first's. */
function start(socket: Deno.PointerObject, address: Uint8Array<ArrayBuffer>): boolean {
  // null in early builds with the draft API
  const versioned = has("draft") ? zmq().zmq_socket_monitor_versioned : null;
  if (versioned !== null) {
    const call = () => versioned(socket, address, ALL_DRAFT_EVENTS, 2, TYPES.Pair.number);
    check(call, "zmq_socket_monitor_versioned");
    return true;
  }
  const call = () => zmq().zmq_socket_monitor(socket, address, ALL_EVENTS);
  check(call, "zmq_socket_monitor"); // it binds a socket
  return false;
}

function viewOf(frame: Frame): DataView {
  return new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
}
