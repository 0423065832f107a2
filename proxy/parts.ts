/** Native messages that are sent as they are, and kept for as long as they may have to be sent again. */

import { DONT_WAIT, SEND_MORE } from "../ffi/constants.ts";
import { check, checkExpected, WOULD_BLOCK_OR_OUT_OF_TURN } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { zmq, zmqInfo } from "../ffi/libzmq.ts";
import { zmqMoving } from "../ffi/proxying.ts";
import type { Frame } from "../socket/frame.ts";
import { FrameMessage, type NativeMessage } from "../socket/native_message.ts";
import { sendPart } from "../socket/native_send.ts";

/** The words of a native message's struct that point to its connection's metadata, which a copy must not have. */
const METADATA_WORDS = 2;

/** A native message that can be sent on: what one socket has received, another one sends, without a copy. */
export class MovableMessage extends FrameMessage {
  readonly #calls = zmqMoving();

  /** Receives as the base class does; a Request or a Reply out of turn has nothing. */
  override receive(socket: Deno.PointerObject): number {
    const size = this.receiveOnce(socket);
    return size >= 0 ? size : this.receiveAfterRefusal(socket, WOULD_BLOCK_OR_OUT_OF_TURN);
  }

  /** Sends it without waiting, which leaves it empty. Returns false if it can't go now, out of turn included. */
  send(socket: Deno.PointerObject, more: boolean): boolean {
    const flags = more ? DONT_WAIT | SEND_MORE : DONT_WAIT;
    return this.#sendOnce(socket, flags) >= 0 || this.#sendAfterRefusal(socket, flags);
  }

  #sendOnce(socket: Deno.PointerObject, flags: number): number {
    return this.#calls.zmq_msg_send(this.pointer, socket, flags);
  }

  #sendAfterRefusal(socket: Deno.PointerObject, flags: number): boolean {
    const again = () => this.#sendOnce(socket, flags);
    return checkExpected(again, "zmq_msg_send", WOULD_BLOCK_OR_OUT_OF_TURN) >= 0;
  }

  /** Copies another message into this one, which must be empty. Large ones share their bytes. */
  copy(other: NativeMessage): void {
    if (!other.small) {
      check(() => this.#calls.zmq_msg_copy(this.pointer, other.pointer), "zmq_msg_copy");
      return;
    }
    const { words } = this;
    for (let i = METADATA_WORDS; i < words.length; i++) words[i] = other.words[i];
    for (let i = 0; i < METADATA_WORDS; i++) words[i] = 0;
  }

  /** Takes its bytes as a frame. */
  takeFrame(): Frame {
    return this.toPart(Number(zmqInfo().zmq_msg_size(this.pointer)));
  }

  /** Its first byte; 0 where it's empty. */
  get firstByte(): number {
    if (Number(zmqInfo().zmq_msg_size(this.pointer)) === 0) return 0;
    const byte = new Uint8Array(1);
    libc().memcpy(byte, zmq().zmq_msg_data(this.pointer), 1n);
    return byte[0];
  }

  /** Drops its bytes. */
  drop(): void {
    if (!this.small) this.clear();
  }
}

/** The first parts of a message, as copies. */
export class PartBuffer {
  readonly #all: MovableMessage[] = [];
  readonly #copy = new MovableMessage();
  length = 0;

  add(message: NativeMessage): void {
    const part = this.#all[this.length] ??= new MovableMessage();
    part.copy(message);
    this.length++;
  }

  /** Drops the last one. */
  pop(): void {
    this.#all[--this.length].drop();
  }

  /** Moves the last one into a message, which must be empty. */
  takeLast(message: MovableMessage): void {
    message.copy(this.#all[this.length - 1]);
    this.pop();
  }

  /** Sends all of them without waiting; with `more`, the message goes on. Returns false if they can't go now. */
  send(socket: Deno.PointerObject, more: boolean): boolean {
    const last = this.length - 1;
    for (let i = 0; i <= last; i++) {
      const follows = more || i < last;
      this.#copy.copy(this.#all[i]);
      if (this.#copy.send(socket, follows)) continue;
      this.#copy.drop();
      if (i > 0 && follows) finishDropped(socket);
      return false;
    }
    return true;
  }

  clear(): void {
    while (this.length > 0) this.pop();
  }

  /** Takes all of them as frames. */
  takeFrames(): Frame[] {
    const frames = this.#all.slice(0, this.length).map((part) => part.takeFrame());
    this.length = 0;
    return frames;
  }
}

/**
 * Ends a message of which a part was refused behind others: its peer has gone, and libzmq now drops, with success,
 * everything up to the next last part (see `sendParts`).
 */
export function finishDropped(socket: Deno.PointerObject): void {
  sendPart(socket, "");
}
