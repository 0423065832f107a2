/** What can be asked of the libzmq in use. */

import { deepStrictEqual as assertEquals, match, ok as assert } from "node:assert/strict";
import { loadLibrary } from "../ffi/load.ts";
import { capability, libraryPath, Pair, version } from "../mod.ts";
import { withFolder } from "./util.ts";

Deno.test("version is that of the library, and its path is the one in use", () => {
  match(version, /^4\.\d+\.\d+$/);
  assertEquals(libraryPath, loadLibrary().path);
  assert(loadLibrary() === loadLibrary());
});

Deno.test("capability has a truth value for each name, and can't be changed", () => {
  const values = new Set(Object.values(capability).map((value) => typeof value));
  assertEquals(values, new Set(["boolean"]));
  assert(Object.isFrozen(capability));
});

Deno.test("what capability says of ipc and ws is what binding finds", async () => {
  await withFolder(async (folder) => {
    for (const [name, address] of [["ipc", `ipc://${folder}/a`], ["ws", "ws://127.0.0.1:*"]]) {
      using socket = new Pair();
      const bound = await socket.bind(address).then(() => true, ({ code }) => code);
      assertEquals(bound, capability[name as "ipc" | "ws"] ? true : "EPROTONOSUPPORT");
    }
  });
});
