import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { areOwn, forgetReceiver, noteReceiver } from "../../process/own_receivers.ts";

const PORT = 65_000;

Deno.test("an address at which this isolate receives is known by each name of the loopback", () => {
  const names = ["0.0.0.0", "127.0.0.1", "127.1.2.3", "localhost", "[::1]", "[::]", "*"];
  for (const bound of names) {
    noteReceiver(`tcp://${bound}:${PORT}`);
    for (const connected of names) {
      assertEquals(areOwn([`tcp://${connected}:${PORT}`]), true, `${bound} ${connected}`);
    }
    forgetReceiver(`tcp://${bound}:${PORT}`);
    assertEquals(areOwn([`tcp://127.0.0.1:${PORT}`]), false);
  }
});

Deno.test("what another host, port, transport or path has isn't this isolate's", () => {
  noteReceiver(`tcp://0.0.0.0:${PORT}`);
  noteReceiver("ipc:///tmp/own");
  for (
    const other of [
      `tcp://10.0.0.7:${PORT}`,
      `tcp://127.0.0.1.example:${PORT}`,
      `tcp://127.0.0.1:${PORT - 1}`,
      `ws://127.0.0.1:${PORT}`,
      "ipc:///tmp/other",
    ]
  ) assertEquals(areOwn([other]), false, other);
  assertEquals(areOwn(["ipc:///tmp/own", `tcp://localhost:${PORT}`]), true);
  assertEquals(areOwn(["ipc:///tmp/own", "ipc:///tmp/other"]), false);
  assertEquals(areOwn([]), false);
});

Deno.test("of a program that binds to new addresses without end, the last thousand are known", () => {
  for (let i = 0; i <= 1000; i++) noteReceiver(`ipc:///tmp/${i}`);
  assertEquals(areOwn(["ipc:///tmp/0"]), false);
  assertEquals(areOwn(["ipc:///tmp/1", "ipc:///tmp/1000"]), true);
});

Deno.test("an address that is bound to again is one of the latest", () => {
  for (let i = 0; i < 1000; i++) noteReceiver(`ipc:///tmp/again/${i}`);
  noteReceiver("ipc:///tmp/again/0");
  noteReceiver("ipc:///tmp/again/1000");
  assertEquals(areOwn(["ipc:///tmp/again/0"]), true);
  assertEquals(areOwn(["ipc:///tmp/again/1"]), false);
});
