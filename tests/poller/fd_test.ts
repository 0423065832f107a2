import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import {
  F_GETFD,
  FD_CLOEXEC,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
} from "../../ffi/constants.ts";
import { openEventfd } from "../../ffi/eventfd.ts";
import { libc, libcForFiles } from "../../ffi/libc.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";
import { createBackend } from "../../poller/create.ts";
import { fileType, isMarked, mark, openPipe, toPollEvents, toReadiness } from "../../poller/fd.ts";
import { ERROR, HANGUP, READABLE, WRITABLE } from "../../poller/backend.ts";
import { closeFd, pipe, socketPair, unusedNumber } from "../fds.ts";
import { replaced } from "../replacing.ts";
import "../util.ts";

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

Deno.test("no program that's started inherits a pipe, and what is written to it is read from it", () => {
  const ends = openPipe();
  const [read, write] = ends;
  const flags = ends.map((fd) => libcForFiles().fcntl(fd, F_GETFD));
  const written = Number(libc().write(write, Uint8Array.of(7), 1n));
  const bytes = new Uint8Array(2);
  const count = Number(libc().read(read, bytes, 2n));
  ends.forEach(closeFd);
  assertEquals([flags, written, count, ...bytes], [[FD_CLOEXEC, FD_CLOEXEC], 1, 1, 7, 0]);
});

Deno.test("an interest is poll's bits, and poll's bits are readiness, each for itself and all together", () => {
  const interests = [0, READABLE, WRITABLE, READABLE | WRITABLE, ERROR, HANGUP];
  assertEquals(interests.map(toPollEvents), [0, POLLIN, POLLOUT, POLLIN | POLLOUT, 0, 0]);
  const bits = [0, POLLIN, POLLOUT, POLLERR, POLLHUP, POLLIN | POLLOUT | POLLERR | POLLHUP];
  const all = READABLE | WRITABLE | ERROR | HANGUP;
  assertEquals(bits.map(toReadiness), [0, READABLE, WRITABLE, ERROR, HANGUP, all]);
});

/** What macOS's poll(2) does: it doesn't look at a descriptor of which no event is of interest. */
const pollOfMacos: ReturnType<typeof libc>["poll"] = (...[row, count, limit]) => {
  const { poll } = pollOfSystem;
  const found = poll(row, count, limit);
  const slots = row as Int32Array;
  for (let at = 1; at < 2 * Number(count); at += 2) {
    if ((slots[at] & 0xffff) === 0) slots[at] &= ~(POLLNVAL << 16);
  }
  return found;
};
const pollOfSystem = { poll: libc().poll };

for (const kind of ["poll", "select"] as const) {
  Deno.test(`${kind}: what isn't open was once taken on macOS, whose poll(2) doesn't say so`, () => {
    using _poll = replaced(libc(), "poll", pollOfMacos);
    const set = createBackend<string>(kind);
    using _set = { [Symbol.dispose]: () => set.close() };
    const fd = kind === "select" ? 1000 : unusedNumber();
    throws(() => set.add(fd, READABLE, "closed"), { code: "EBADF" });
    using ends = pipe();
    set.add(ends.read, READABLE, "open");
    ends.close(ends.read);
    throws(() => set.modify(ends.read, 0), { code: "EBADF" });
  });
}

Deno.test({
  name:
    "only a file of the kind that libzmq's descriptors lead to is taken for one that was marked",
  ignore: !HAS_LINUX_CALLS,
  fn: () => {
    const fd = openEventfd();
    assertEquals(isMarked(fd), false);
    mark(fd);
    assertEquals(isMarked(fd), true);
    libc().close(fd);
    using ends = pipe();
    mark(ends.write); // as a program's own file that is appended to
    assertEquals(isMarked(ends.write), false);
  },
});
