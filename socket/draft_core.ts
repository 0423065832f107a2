/** The engine's part of draft sockets: their descriptor, and messages with a routing id or a group. */

import { DONT_WAIT, EVENT_IN } from "../ffi/constants.ts";
import { POLLER_EVENT_SIZE, zmqDrafts, zmqPeers } from "../ffi/drafts.ts";
import { addExitCleanup, removeExitCleanup } from "../process/thread_exit.ts";
import { check, checkExpected, WOULD_BLOCK } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { zmq } from "../ffi/libzmq.ts";
import { allocate, byteLengthOf, cBytes, PinnedBuffer, toCString, usize } from "../ffi/memory.ts";
import { isUdp, withoutUser } from "./endpoints.ts";
import { Handle } from "./handle.ts";
import { Frame } from "./frame.ts";
import { type Part } from "./message.ts";
import type { PropertyReader } from "./metadata.ts";
import { useDrafts } from "./open.ts";
import { COMMON } from "./options_table.ts";
import { getInt, int64Bytes } from "./raw_options.ts";

/**
 * A socket that several threads may use, as all drafts but Datagram are. It has no ZMQ_FD.
 *
 * Fact: the descriptor of a `zmq_poller` that has the socket takes its place. It becomes readable with every command for
 * the socket, and stays so, whatever is received or read, until `zmq_poller_wait` clears it. Failure: the thread never
 * slept. Decision: that call comes before each look, and what arrives after it makes the descriptor readable again. Cost: a
 * second call for each look.
 */
export class ThreadSafeHandle extends Handle {
  // Without initialisers, which would run after the base's constructor has set them.
  declare private poller: bigint;
  declare private event: PinnedBuffer;
  declare private cell: Deno.PointerObject;

  protected override findDescriptor(): number {
    const drafts = zmqDrafts();
    this.event = new PinnedBuffer(POLLER_EVENT_SIZE);
    this.poller = BigInt(drafts.zmq_poller_new());
    // A pointer to the pointer, for which zmq_poller_destroy asks.
    this.cell = allocate(8);
    libc().memcpy_out(this.cell, new BigUint64Array([this.poller]), 8n);
    addExitCleanup("zmq_poller_destroy", this.cell);
    const fd = new Int32Array(1);
    try {
      const add = () => drafts.zmq_poller_add(this.poller, this.pointer, null, EVENT_IN);
      check(add, "zmq_poller_add");
      check(() => drafts.zmq_poller_fd(this.poller, fd), "zmq_poller_fd");
    } catch (error) {
      this.release();
      throw error;
    }
    return fd[0];
  }

  override clearSignal(): void {
    zmqDrafts().zmq_poller_wait(this.poller, this.event.pointer, 0n);
  }

  protected override readiness(): number {
    this.clearSignal();
    return super.readiness();
  }

  override serve(): void {
    if (this.closed) return;
    // Also where the base only receives, without a look: poll(2) would report the descriptor again and again.
    this.clearSignal();
    super.serve();
  }

  override release(): void {
    zmqDrafts().zmq_poller_remove(this.poller, this.pointer);
    removeExitCleanup("zmq_poller_destroy", this.cell);
    zmqDrafts().zmq_poller_destroy(this.cell);
    libc().free(this.cell);
  }
}

/** What a message of some types has beside its bytes. */
interface Extra {
  value: unknown;
  metadata: unknown;
}

/** Reads something of each message that is received, and appends it to its frames. */
export abstract class ExtraReader implements PropertyReader {
  /** Reads the properties that the program asks for. */
  protected properties: PropertyReader | undefined;

  readAlso(reader: PropertyReader | undefined): void {
    this.properties = reader;
  }

  get names(): readonly string[] {
    return this.properties?.names ?? [];
  }

  protected abstract readExtra(message: Deno.PointerObject): unknown;

  read(message: Deno.PointerObject): Extra {
    return { value: this.readExtra(message), metadata: this.properties?.read(message) };
  }

  attach(frames: Frame[], extra: Extra): void {
    (frames as unknown[]).push(extra.value);
    if (extra.metadata !== undefined) this.properties?.attach(frames, extra.metadata);
  }
}

/** Appends `{ routingId }`, a number. */
class RoutingIdReader extends ExtraReader {
  protected override readExtra(message: Deno.PointerObject): { routingId: number } {
    return { routingId: zmqDrafts().zmq_msg_routing_id(message) };
  }
}

/** Appends `{ group }`, a frame. */
class GroupReader extends ExtraReader {
  protected override readExtra(message: Deno.PointerObject): { group: Frame } {
    const bytes = cBytes(zmqDrafts().zmq_msg_group(message));
    return { group: new Frame(bytes.buffer, 0, bytes.length) };
  }
}

/** Takes away the NUL with which libzmq ends the address of a datagram's peer. */
class AddressReader extends ExtraReader {
  protected override readExtra(): void {}

  override attach(frames: Frame[], { metadata }: Extra): void {
    const [{ buffer, byteOffset, length }] = frames;
    if (frames[0][length - 1] === 0) frames[0] = new Frame(buffer, byteOffset, length - 1);
    if (metadata !== undefined) this.properties?.attach(frames, metadata);
  }
}

/** A DGRAM, which has an ordinary descriptor. */
export class DatagramHandle extends Handle {
  override metadata: PropertyReader | undefined = new AddressReader();
}

/** A socket whose messages have a routing id, both ways: SERVER and PEER. To be sent are the id and the bytes. */
export class RoutedHandle extends ThreadSafeHandle {
  override metadata: PropertyReader | undefined = new RoutingIdReader();

  override sendTogether([id, body]: readonly Part[]): boolean {
    return sendMessage(this.pointer, body, (message) => {
      check(
        () => zmqDrafts().zmq_msg_set_routing_id(message, Number(id)),
        "zmq_msg_set_routing_id",
      );
    });
  }
}

/** How many bytes a group may have, and how many over udp, where libzmq can't receive longer ones. */
const GROUP_LIMIT = 255;
const UDP_GROUP_LIMIT = 127;
/** The longest part that a DISH sends: the command by which it joins such a group. CURVE adds as much. */
const JOIN_SIZE = "_JOIN".length + GROUP_LIMIT;
const CURVE_OVERHEAD = 33;

/** A RADIO. To be sent are the group and the bytes. */
export class RadioHandle extends ThreadSafeHandle {
  /** The program has set a limit on parts itself, perhaps none. */
  #isLimited = false;

  /**
   * Fact: a RADIO receives nothing but the names of groups, and libzmq sets no limit on them. Failure: a peer could end the
   * process. Decision: parts may be as long as the longest name takes, unless the program says otherwise. Cost: peers with
   * some 200 bytes of metadata or of a PLAIN user's credentials, under CURVE a dozen, don't get in without a limit of the
   * program's.
   */
  override prepareFor(address: string): void {
    super.prepareFor(address);
    const { maxMessageSize: { number }, securityMechanism } = COMMON;
    if (this.#isLimited) return;
    const mechanism = getInt(this.pointer, securityMechanism.number);
    const { choices } = securityMechanism;
    const extra = mechanism === choices.indexOf("curve") ? CURVE_OVERHEAD : 0;
    // The parts of a handshake of Kerberos' are longer.
    const limit = mechanism === choices.indexOf("gssapi") ? -1 : JOIN_SIZE + extra;
    super.setBytes(number, "maxMessageSize", int64Bytes(BigInt(limit)));
  }

  override setBytes(option: number, name: string, value: Uint8Array | null): void {
    super.setBytes(option, name, value);
    this.#isLimited ||= option === COMMON.maxMessageSize.number;
  }

  override sendTogether([group, body]: readonly Part[]): boolean {
    assertFitsUdp(group as Uint8Array, this);
    const bytes = new Uint8Array(group.length + 1);
    bytes.set(group as Uint8Array);
    return sendMessage(
      this.pointer,
      body,
      (message) => check(() => zmqDrafts().zmq_msg_set_group(message, bytes), "zmq_msg_set_group"),
    );
  }
}

/** A DISH. */
export class DishHandle extends ThreadSafeHandle {
  override metadata: PropertyReader | undefined = new GroupReader();
  /** The groups that it has joined whose names are too long for udp, as text. */
  readonly longGroups: Set<string> = new Set();

  override prepareFor(address: string): void {
    super.prepareFor(address);
    if (isUdp(address) && this.longGroups.size > 0) throw groupTooLong();
  }
}

function assertFitsUdp(group: Uint8Array, handle: Handle): void {
  if (group.length > UDP_GROUP_LIMIT && handle.endpoints.hasUdp) throw groupTooLong();
}

function groupTooLong(): RangeError {
  return new RangeError(`Over udp:// a group must have at most ${UDP_GROUP_LIMIT} bytes`);
}

useDrafts(({ beside, sends, threadSafe }) => {
  if (!threadSafe) return DatagramHandle;
  if (beside === undefined) return ThreadSafeHandle;
  return beside === "routingId" ? RoutedHandle : sends ? RadioHandle : DishHandle;
});

/** A group's name as C wants it. Throws `TypeError` or `RangeError` for what can't be one. */
export function groupBytes(group: string | Uint8Array): Uint8Array<ArrayBuffer> {
  if (typeof group !== "string" && !(group instanceof Uint8Array)) {
    throw new TypeError("A group must be a string or a Uint8Array");
  }
  const bytes = typeof group === "string" ? encoder.encode(group) : new Uint8Array(group);
  if (bytes.length > GROUP_LIMIT) {
    throw new RangeError(`A group must have at most ${GROUP_LIMIT} bytes`);
  }
  if (bytes.includes(0)) throw new TypeError("A group must not contain a NUL character");
  return bytes;
}

/** Joins or leaves a group. */
export function changeGroup(
  handle: Handle,
  call: "zmq_join" | "zmq_leave",
  group: Uint8Array<ArrayBuffer>,
): void {
  if (call === "zmq_join") assertFitsUdp(group, handle);
  const text = new Uint8Array(group.length + 1);
  text.set(group);
  check(() => zmqDrafts()[call](handle.pointer, text), call);
  if (group.length > UDP_GROUP_LIMIT && handle instanceof DishHandle) {
    const name = group.join();
    if (call === "zmq_join") handle.longGroups.add(name);
    else handle.longGroups.delete(name);
  }
  handle.markStale();
}

/** Connects a PEER, and returns the routing id of the other. */
export function connectPeer(handle: Handle, address: string): number {
  const text = toCString(address, "An address");
  return handle.endpoints.connect(address, () => {
    let id = 0;
    const connect = () => {
      id = zmqPeers().zmq_connect_peer(handle.pointer, text);
      return id === 0 ? -1 : 0; // as other calls fail
    };
    check(connect, "zmq_connect_peer", { address: withoutUser(address) });
    return id;
  });
}

const encoder = new TextEncoder();
let struct: PinnedBuffer | undefined;

/** Sends one part without waiting, as a native message that something is done to first. False where it can't go now. */
function sendMessage(
  socket: Deno.PointerObject,
  body: Part,
  prepare: (message: Deno.PointerObject) => void,
): boolean {
  const bytes = typeof body === "string" ? encoder.encode(body) : body as Uint8Array<ArrayBuffer>;
  const message = (struct ??= new PinnedBuffer(64)).pointer;
  const length = byteLengthOf(bytes);
  check(() => zmqDrafts().zmq_msg_init_size(message, usize(length)), "zmq_msg_init_size");
  try {
    if (length > 0) zmqDrafts().copy_to(zmq().zmq_msg_data(message), bytes, usize(length));
    prepare(message);
    const send = () => zmqDrafts().zmq_msg_send(message, socket, DONT_WAIT);
    return send() >= 0 || checkExpected(send, "zmq_msg_send", WOULD_BLOCK) >= 0;
  } finally {
    zmq().zmq_msg_close(message); // once it was sent it's an empty one
  }
}
