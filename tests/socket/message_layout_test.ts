import "../util.ts";
import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { zmq } from "../../ffi/libzmq.ts";
import { addressOf, PinnedBuffer, pointerAt } from "../../ffi/memory.ts";
import { Context } from "../../mod.ts";
import {
  FLAGS,
  inline,
  INLINE_LIMIT,
  layout,
  TYPE,
  TYPE_INLINE,
} from "../../socket/message_layout.ts";

Deno.test("libzmq's record of a message is as large as zmq.h has it, which can't be changed", () => {
  using context = new Context();
  assertEquals(context.msgTSize, 64);
  throws(() => (context as { msgTSize: number }).msgTSize = 1, TypeError);
  throws(() => new Context({ msgTSize: 64 } as object), TypeError);
});

/** Whether messages may be read in place, by what libzmq's functions return, some of which are others. */
function holds(functions: Partial<ReturnType<typeof zmq>>): boolean {
  const known = { ...layout };
  const table = zmq();
  const own = { ...table };
  try {
    layout.holds = undefined;
    Object.assign(table, functions);
    return inline();
  } finally {
    Object.assign(table, own);
    Object.assign(layout, known);
  }
}

Deno.test("messages aren't read in place where libzmq's flags aren't those that are known", () => {
  const { zmq_msg_more } = zmq();
  assertEquals(holds({}), true);
  assertEquals(holds({ zmq_msg_more: () => 1 }), false);
  assertEquals(holds({ zmq_msg_more: () => 0 }), false);
  assertEquals(holds({ zmq_msg_more: (message) => 1 - zmq_msg_more(message) }), false);
});

Deno.test("messages aren't read in place where libzmq's memory is laid out in another way", () => {
  const { zmq_msg_init_size } = zmq();
  /** As if messages of this size had another type. */
  const withType = (which: (size: bigint) => boolean, type: number) =>
    holds({
      zmq_msg_init_size: (message, size) => {
        const result = zmq_msg_init_size(message, size);
        if (which(BigInt(size))) libc().memcpy_out(typeOf(message), Uint8Array.of(type), 1n);
        return result;
      },
    });
  const typeOf = (message: Deno.PointerValue) => pointerAt(addressOf(message) + BigInt(TYPE));
  assertEquals(withType(() => false, 0), true);
  assertEquals(withType((size) => size > INLINE_LIMIT, TYPE_INLINE), false);
  const elsewhere = new PinnedBuffer(64);
  assertEquals(holds({ zmq_msg_data: () => elsewhere.pointer }), false);
  assertEquals(elsewhere.bytes[0], 0xa0);
  assertEquals(holds({ zmq_msg_init_size: () => -1 }), false);
});

Deno.test("a probe that has found the layout leaves the message as it was made", () => {
  const probes: number[] = [];
  const { zmq_msg_close } = zmq();
  const flags = new Uint8Array(1);
  holds({
    zmq_msg_close: (message) => {
      libc().memcpy(flags, pointerAt(addressOf(message) + BigInt(FLAGS)), 1n);
      probes.push(flags[0]);
      return zmq_msg_close(message);
    },
  });
  assertEquals(probes, [0, 0]);
});
