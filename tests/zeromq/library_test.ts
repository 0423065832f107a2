import "./support.ts";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { has } from "../../ffi/libzmq.ts";
import * as zmq from "../../zeromq.ts";

// Binds what it takes: a table bound within a test is a leak to the sanitizers.
if (zmq.capability.curve) zmq.curveKeyPair();

Deno.test("version and capabilities are libzmq's", () => {
  assert(/^\d+\.\d+\.\d+$/.test(zmq.version));
  const { capability } = zmq;
  assertEquals(Object.keys(capability), [
    "ipc",
    "pgm",
    "tipc",
    "norm",
    "curve",
    "gssapi",
    "draft",
  ]);
  for (const [name, value] of Object.entries(capability)) {
    assertEquals([name, value], [name, has(name)]);
  }
});

Deno.test("curveKeyPair returns a fresh pair of 40 printable characters each", () => {
  const one = zmq.curveKeyPair();
  assertEquals(Object.keys(one), ["publicKey", "secretKey"]);
  for (const key of Object.values(one)) assert(/^[\x21-\x7e]{40}$/.test(key));
  assert(one.secretKey !== zmq.curveKeyPair().secretKey);
});
