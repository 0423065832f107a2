import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { fileType } from "../../poller/fd.ts";
import { libcForFiles } from "../../ffi/libc.ts";
import { pipe, socketPair, unusedNumber } from "../fds.ts";

// Bound here: within a test it would be a leak to the sanitizers.
libcForFiles();

Deno.test("kqueue: files, ends of pipes, sockets and devices are told apart", () => {
  using a = pipe();
  using b = socketPair();
  const paths = [import.meta.url, ".", "/dev/null"].map((path) => new URL(path, import.meta.url));
  const [file, directory, device] = paths.map((path) => openSync(path, "r"));
  const types = [file, directory, device, a.read, a.write, b.read].map(fileType);
  assertEquals(types, ["file", "file", "other", "read end", "write end", "socket"]);
  [file, directory, device].forEach((fd) => closeSync(fd));
  assertEquals(fileType(unusedNumber()), undefined);
});
