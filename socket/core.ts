/** The engine of all sockets: the handle record, and opening, binding, connecting and closing. */

import { type ContextCore } from "../context.ts";
import {
  ZMQ_EVENTS,
  ZMQ_FD,
  ZMQ_LAST_ENDPOINT,
  ZMQ_POLLIN,
  ZMQ_POLLOUT,
} from "../ffi/constants.ts";
import { check, checkPointer } from "../ffi/errno.ts";
import { zmq } from "../ffi/libzmq.ts";
import { Kept, toCString, usize } from "../ffi/memory.ts";
import { READABLE, WRITABLE } from "../poller/backend.ts";
import { reactor } from "../poller/reactor.ts";
import { Queue, Source } from "../poller/source.ts";
import { closedError, type Operation } from "./operation.ts";
import { serveReceivers } from "./receiving.ts";
import { serveSenders } from "./sending.ts";

/** A socket without its public face. The context, the reactor and the finalizer hold this only. */
export class Handle extends Source {
  readonly receivers: Queue<Operation> = new Queue();
  readonly senders: Queue<Operation> = new Queue();
  readonly fd: number;
  closed = false;
  /** How long a receive or a send waits, in ms; −1 for ever. */
  receiveTimeout = -1;
  sendTimeout = -1;
  /** A visit is showing a part of a message, and others follow: nobody may receive in between. */
  midMessage = false;
  /** What was set, for options that libzmq can't read back. */
  readonly remembered: Map<string, unknown> = new Map();

  constructor(
    readonly pointer: Deno.PointerObject,
    readonly type: number,
    readonly context: ContextCore,
  ) {
    super();
    this.fd = this.getInt(ZMQ_FD, "fd");
  }

  assertOpen(call: string): void {
    if (this.closed) throw closedError(call);
  }

  protected override readiness(): number {
    const events = getInt(this.pointer, ZMQ_EVENTS);
    // ETERM and the like: a waiting operation finds out by trying, which ends it.
    if (events < 0) return READABLE | WRITABLE;
    return ((events & ZMQ_POLLIN) !== 0 ? READABLE : 0) |
      ((events & ZMQ_POLLOUT) !== 0 ? WRITABLE : 0);
  }

  /** What the socket is ready for, asked by the program: goes the way of every look, so no edge is lost. */
  ask(): number {
    const ready = this.look();
    if (this.watched > 0) reactor().unsettle(this);
    return ready;
  }

  override serve(): void {
    if (this.closed) return;
    const { receivers, senders } = this;
    if (
      this.watches === undefined && senders.first === undefined && receivers.first !== undefined
    ) {
      // Only receivers: the receive that finds nothing more has consumed the edge, and knows it.
      serveReceivers(this);
      if (receivers.first === undefined) reactor().note(this);
      reactor().setStubborn(this, false);
      return;
    }
    let receiveRefused = false;
    let sendRefused = false;
    for (;;) {
      const ready = this.look();
      const receives = (ready & READABLE) !== 0 && receivers.first !== undefined && !receiveRefused;
      const sends = (ready & WRITABLE) !== 0 && senders.first !== undefined && !sendRefused;
      if (!receives && !sends) break;
      // A call in one direction may consume what the other waits for, so both are looked at again,
      // but nobody who was refused is tried again before the next edge: a ROUTER with one full peer
      // says writable for ever.
      if (receives) receiveRefused = !serveReceivers(this);
      if (sends) sendRefused = !serveSenders(this);
      if (this.unsettled && this.listed) return; // this turn's budget is spent
    }
    reactor().setStubborn(this, receiveRefused || sendRefused);
  }

  /** Every call that may have consumed the edge ends with this. */
  touched(): void {
    if (this.watched > 0) reactor().unsettle(this);
  }

  getInt(option: number, name: string): number {
    const value = getInt(this.pointer, option);
    if (value < 0) check(value, "zmq_getsockopt", { option: name });
    this.touched();
    return value;
  }

  bind(address: string): void {
    check(zmq().zmq_bind(this.pointer, toAddress(address)), "zmq_bind", { address });
    this.touched();
  }

  unbind(address: string): void {
    check(zmq().zmq_unbind(this.pointer, toAddress(address)), "zmq_unbind", { address });
    this.touched();
  }

  connect(address: string): void {
    check(zmq().zmq_connect(this.pointer, toAddress(address)), "zmq_connect", { address });
    this.touched();
  }

  disconnect(address: string): void {
    check(zmq().zmq_disconnect(this.pointer, toAddress(address)), "zmq_disconnect", { address });
    this.touched();
  }

  get lastEndpoint(): string | null {
    const length = getBytes(this.pointer, ZMQ_LAST_ENDPOINT, "lastEndpoint");
    this.touched();
    return length <= 1 ? null : new TextDecoder().decode(scratch().bytes.subarray(0, length - 1));
  }

  /** Closes: waiting operations fail, the reactor and Pollers forget it, and the rest is libzmq's. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const queue of [this.receivers, this.senders]) {
      for (let first; (first = queue.first) !== undefined;) first.closed();
    }
    if (this.watches !== undefined) { for (const watch of [...this.watches]) watch.gone(); }
    reactor().unregister(this);
    this.context.remove(this);
    check(zmq().zmq_close(this.pointer), "zmq_close");
  }
}

/** Opens a socket of a type in a context. */
export function open(context: ContextCore, type: number): Handle {
  const pointer = checkPointer(zmq().zmq_socket(context.pointer, type), "zmq_socket");
  let handle: Handle;
  try {
    handle = new Handle(pointer, type, context);
    reactor().register(handle);
  } catch (error) {
    zmq().zmq_close(pointer);
    throw error;
  }
  context.add(handle);
  return handle;
}

// Options are read into memory of ours whose address is kept: the value, and its length before it.
class OptionBuffer extends Kept {
  readonly length = new Kept(8);

  /** Reads an option. Gives libzmq's return code; errno must be read at once. */
  read(socket: Deno.PointerObject, option: number, size: number): number {
    this.length.words[0] = size;
    this.length.words[1] = 0;
    return zmq().zmq_getsockopt(socket, option, this.pointer, this.length.pointer);
  }
}

let optionBuffer: OptionBuffer | undefined;

/** Where the last option read lies. */
export function scratch(): OptionBuffer {
  return optionBuffer ??= new OptionBuffer(1024);
}

/** An int option; −1 also for failure, so it's for options that are never negative. */
function getInt(socket: Deno.PointerObject, option: number): number {
  const buffer = scratch();
  return buffer.read(socket, option, 4) === 0 ? buffer.words[0] : -1;
}

/** Reads an option of any size into the scratch buffer, and gives its length. */
export function getBytes(
  socket: Deno.PointerObject,
  option: number,
  name: string,
  size = 1024,
): number {
  check(scratch().read(socket, option, size), "zmq_getsockopt", { option: name });
  return scratch().length.words[0];
}

/** Sets an option. */
export function setBytes(
  socket: Deno.PointerObject,
  option: number,
  name: string,
  value: Uint8Array,
): void {
  const rc = zmq().zmq_setsockopt(socket, option, value as BufferSource, usize(value.length));
  check(rc, "zmq_setsockopt", { option: name });
}

function toAddress(address: string): Uint8Array<ArrayBuffer> {
  return toCString(address, "An address");
}

/** Checks an address as far as a program's mistakes go; libzmq judges the rest. */
export function checkAddress(address: unknown): asserts address is string {
  if (typeof address !== "string") throw new TypeError("An address must be a string");
  toAddress(address);
  // libzmq takes a port modulo 65536, without a word.
  const port = /^(?:tcp|udp|wss?):\/\/[^/]*:(\d+)(?:\/.*)?$/.exec(address)?.[1];
  if (port !== undefined && Number(port) > 65535) {
    throw new RangeError(`The port of ${address} is above 65535`);
  }
}
