import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { type Frame, Pair } from "../../mod.ts";
import { pollable } from "../../poller/pollable.ts";
import type { Handle } from "../../socket/handle.ts";
import { zmq, zmqInfo } from "../../ffi/libzmq.ts";
import { FrameMessage, NativeMessage } from "../../socket/native_message.ts";
import { replaced, watched } from "../replacing.ts";
import { join } from "../util.ts";
import { callPublicly, eachTransport, pattern, sameBytes } from "./support.ts";
import { soon } from "../waiting.ts";

/** The sizes at which anything changes: the struct, the slab, the kept sizes, the scratch buffer. */
const SIZES = [
  ...[0, 1, 7, 8, 9, 31, 32, 33, 34, 63, 64, 65, 255, 256, 4088, 4095, 4096, 4097],
  ...[8184, 8191, 8192, 8193, 65536, 1 << 20],
];

/** Makes a test over one transport, in one way to read messages. */
type WithPairs = (
  name: string,
  body: (one: Pair, other: Pair) => Promise<void>,
) => Deno.TestDefinition;

/** For each transport, and each way, what makes a test: as messages are read, and with libzmq's public calls alone. */
function eachWay(): WithPairs[] {
  return [false, true].flatMap((forced) =>
    eachTransport().map((over): WithPairs => (name, body) =>
      over(forced ? `by public calls alone, ${name}` : name, async (address) => {
        using one = new Pair({ sendHighWaterMark: 0 });
        using other = new Pair({ receiveHighWaterMark: 0 });
        await join(one, other, address);
        callPublicly(forced);
        try {
          await body(one, other);
        } finally {
          callPublicly(false);
        }
      })
    )
  );
}

for (const withPairs of eachWay()) {
  Deno.test(withPairs("messages of every size arrive as they were sent", async (one, other) => {
    for (const size of SIZES) await soon(one.send(pattern(size, size)));
    for (const size of SIZES) {
      const frames = await soon(other.receive());
      assertEquals(frames.map((frame) => frame.length), [size]);
      assert(sameBytes(frames[0], pattern(size, size)), `${size} bytes`);
    }
  }));

  Deno.test(withPairs("parts of every size arrive as they were sent", async (one, other) => {
    for (const sizes of [SIZES, [...SIZES].reverse()]) {
      await soon(one.send(sizes.map((size) => pattern(size, size))));
      const frames = await soon(other.receive());
      assertEquals(frames.map((frame) => frame.length), sizes);
      for (const frame of frames) assert(sameBytes(frame, pattern(frame.length, frame.length)));
    }
  }));

  Deno.test(
    withPairs("a visit shows messages of every size as they were sent", async (one, other) => {
      for (const size of SIZES) await soon(one.send(["head", pattern(size, size), "tail"]));
      const shown: [string, boolean][] = [];
      let visited = 0;
      while (visited < SIZES.length) {
        visited += other.visit((bytes, more) => {
          const part = shown.length % 3;
          const size = SIZES[Math.floor(shown.length / 3)];
          const good = part === 1 ? sameBytes(bytes, pattern(size, size)) : true;
          shown.push([
            part === 1 ? `${bytes.length} ${good}` : new TextDecoder().decode(bytes),
            more,
          ]);
        }, { timeout: 10_000 });
      }
      const expected = SIZES.flatMap((
        size,
      ) => [["head", true], [`${size} true`, true], ["tail", false]]);
      assertEquals(shown, expected);
    }),
  );

  Deno.test(withPairs("messages stay apart and in order", async (one, other) => {
    const counts = Array.from({ length: 1000 }, (_, i) => 1 + (i * 7) % 5);
    const sending = (async () => {
      for (const [i, count] of counts.entries()) {
        await one.send(Array.from({ length: count }, (_, j) => `${i}.${j}`.padEnd((i * j) % 50)));
      }
    })();
    const messages: Frame[][] = [];
    while (messages.length < counts.length) messages.push(await soon(other.receive()));
    await sending;
    for (const [i, message] of messages.entries()) {
      const texts = message.map((frame) => frame.text().trimEnd());
      assertEquals(texts, Array.from({ length: counts[i] }, (_, j) => `${i}.${j}`));
    }
  }));
}

Deno.test("messages of up to 33 bytes are read in place", async () => {
  using one = new Pair();
  using other = new Pair();
  await join(one, other, "inproc://in-place");
  const native = new NativeMessage();
  const { pointer } = other[pollable] as Handle;
  for (const [size, small] of [[0, true], [33, true], [34, false]] as const) {
    await one.send(pattern(size));
    assertEquals(native.receive(pointer), size);
    assertEquals([native.small, native.more], [small, false]);
    if (!small) native.clear();
  }
  await one.send(["a", "b"]);
  assertEquals([native.receive(pointer), native.more], [1, true]);
  assertEquals([native.receive(pointer), native.more], [1, false]);
  assertEquals(native.receive(pointer), -1);
});

Deno.test("what a large part has of libzmq's memory goes back as soon as it's received, whichever way", async () => {
  using one = new Pair();
  using other = new Pair();
  await join(one, other, "inproc://given-back");
  const ways = [
    () => other.tryReceive(),
    () => other.receive(),
    () => other.receiveSync(),
    () => other.visit(() => {}),
  ];
  for (const receive of ways) {
    for (const size of [34, 5000, 100_000]) {
      assert(one.trySend(new Uint8Array(size)));
      let closed = 0;
      using _ = watched(zmq(), "zmq_msg_close", () => void closed++);
      await receive();
      assertEquals(closed, 1, `${receive}, ${size}`);
    }
  }
});

Deno.test("a call asks for a message's size only where the receive's result can't hold it", async () => {
  /** Asks for the length of whatever was received. */
  class Measured extends FrameMessage {
    length(size: number): bigint {
      return this.lengthOf(size);
    }
  }
  let asked = 0;
  using _asked = watched(zmqInfo(), "zmq_msg_size", () => void asked++);
  const message = new Measured();
  assertEquals([message.length(0x7ffffffe), asked], [0x7ffffffen, 0]);
  assertEquals([message.length(0x7fffffff), asked], [0n, 1]);
  using one = new Pair();
  using other = new Pair();
  await join(one, other, "inproc://measured");
  await one.send(new Uint8Array(5000));
  assertEquals([(await soon(other.receive()))[0].length, asked], [5000, 1]);
});

Deno.test("a message of which a part can't be taken goes whole, and the next one comes whole", async () => {
  using one = new Pair();
  using other = new Pair();
  await join(one, other, "inproc://untakeable");
  for (const parts of [["a", "b", "c"], ["next", "one"]]) await one.send(parts);
  {
    using _ = replaced(FrameMessage.prototype, "toPart", () => {
      throw new RangeError("no memory");
    });
    throws(() => other.tryReceive(), { name: "RangeError", message: "no memory" });
  }
  assertEquals(other.tryReceive()?.map(String), ["next", "one"]);
});
