import "../proxy/support.ts";
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { check } from "../../ffi/errno.ts";
import { zmq, zmqInfo } from "../../ffi/libzmq.ts";
import { usize } from "../../ffi/memory.ts";
import { PinnedBuffer } from "../../ffi/memory.ts";
import { zmqMoving } from "../../ffi/proxying.ts";

Deno.test("a native message that was copied is there twice, and outlives the one that it was copied from", () => {
  const [one, copy] = [new PinnedBuffer(64), new PinnedBuffer(64)];
  const { zmq_msg_init, zmq_msg_init_size, zmq_msg_data, zmq_msg_close } = zmq();
  const bytesOf = ({ pointer }: PinnedBuffer) => {
    const bytes = new Uint8Array(Number(zmqInfo().zmq_msg_size(pointer)));
    Deno.UnsafePointerView.copyInto(zmq_msg_data(pointer)!, bytes);
    return bytes;
  };
  check(() => zmq_msg_init_size(one.pointer, usize(1000)), "zmq_msg_init_size");
  const view = new Deno.UnsafePointerView(zmq_msg_data(one.pointer)!);
  new Uint8Array(view.getArrayBuffer(1000)).fill(7);
  check(() => zmq_msg_init(copy.pointer), "zmq_msg_init");
  check(() => zmqMoving().zmq_msg_copy(copy.pointer, one.pointer), "zmq_msg_copy");
  assertEquals(bytesOf(one), new Uint8Array(1000).fill(7));
  check(() => zmq_msg_close(one.pointer), "zmq_msg_close");
  assertEquals(bytesOf(copy), new Uint8Array(1000).fill(7));
  check(() => zmq_msg_close(copy.pointer), "zmq_msg_close");
});
