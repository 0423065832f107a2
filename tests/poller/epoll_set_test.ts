import "../fds.ts";
import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { EPOLL_CTL_ADD, EPOLLET, POLLHUP, POLLIN, POLLOUT } from "../../ffi/constants.ts";
import { stateError } from "../../ffi/errno.ts";
import { libc, libcOfLinux } from "../../ffi/libc.ts";
import { READABLE } from "../../poller/backend.ts";
import { EpollBackend } from "../../poller/epoll.ts";
import { EpollSet } from "../../poller/epoll_set.ts";
import { pipe, unusedNumber } from "../fds.ts";
import { watched } from "../replacing.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const ignore = !HAS_LINUX_CALLS;

Deno.test({
  name: "what is added has the place of what was removed",
  ignore,
  fn: () => {
    const set = new EpollBackend<string>();
    using line = pipe();
    const places = new Set<number>();
    {
      using _ = watched(EpollSet.prototype, "control", (_operation, _fd, _bits, index) => {
        places.add(index);
      });
      for (let time = 0; time < 100; time++) {
        set.add(line.read, READABLE, "line");
        set.remove(line.read);
        const inner = new EpollBackend<string>();
        set.attach(inner, "inner");
        inner.close();
        throws(() => set.add(unusedNumber(), READABLE, "none"), { code: "EBADF" });
      }
    }
    set.close();
    assert(places.size <= 3, `${places.size} places`);
  },
});

Deno.test({
  name: "a thread that waits has memory for as many events as it may report",
  ignore,
  fn: async () => {
    const set = new EpollSet();
    const sizes: number[] = [];
    const limits: number[] = [];
    {
      using _malloc = watched(libc(), "malloc", (size) => sizes.push(Number(size)));
      using _wait = watched(libcOfLinux(), "epoll_wait_onPool", (_fd, _events, limit) => {
        limits.push(limit);
      });
      assertEquals(await set.waitOnPool(0), 0);
    }
    // In a struct epoll_event, 12 bytes on x86-64 and 16 elsewhere.
    const size = Deno.build.arch === "x86_64" ? 12 : 16;
    assertEquals(sizes, limits.map((limit) => limit * size));
    set.close();
  },
});

Deno.test({
  name: "what a thread waits with was 6 KB, which each terminated worker left behind",
  ignore,
  fn: async () => {
    const set = new EpollSet();
    let size = 0n;
    {
      using _ = watched(libc(), "malloc", (bytes) => size += BigInt(bytes));
      await set.waitOnPool(0);
    }
    assert(size > 0n && size <= 128n, `${size} bytes`);
    set.close();
  },
});

Deno.test({
  name: "what a thread has waited with is freed when its set is closed",
  ignore,
  fn: async () => {
    const set = new EpollSet();
    await set.waitOnPool(0);
    const freed: Deno.PointerValue[] = [];
    using _ = watched(libc(), "free", (memory) => freed.push(memory));
    set.close();
    assertEquals(freed.filter((memory) => memory !== null).length, 1);
  },
});

Deno.test({
  name: "all that a thread's wait has found is told, with its place and its generation",
  ignore,
  fn: async () => {
    const set = new EpollSet();
    using one = pipe();
    using other = pipe();
    for (const [index, { read }] of [one, other].entries()) {
      set.control(EPOLL_CTL_ADD, read, POLLIN, index + 1, -index - 1);
    }
    libc().write(one.write, new Uint8Array(1), 1n);
    libc().write(other.write, new Uint8Array(1), 1n);
    const found = set.take(await set.waitOnPool(-1));
    const told = (event: number) => [set.bits(event), set.index(event), set.generation(event)];
    assertEquals([found, told(0), told(1)], [2, [POLLIN, 1, -1], [POLLIN, 2, -2]]);
    set.close();
  },
});

Deno.test({
  name:
    "a thread's wait that has found all that it has room for tells the others, too, and each once",
  ignore,
  fn: async () => {
    const set = new EpollSet();
    const pipes = Array.from({ length: 20 }, pipe);
    for (const [index, { read, write }] of pipes.entries()) {
      set.control(EPOLL_CTL_ADD, read, index % 2 === 0 ? POLLIN : POLLIN | EPOLLET, index, index);
      libc().write(write, new Uint8Array(1), 1n);
    }
    // Two of one slot, as the library's own descriptors are
    set.control(EPOLL_CTL_ADD, pipes[0].write, POLLOUT, 0, -1);
    const found = set.take(await set.waitOnPool(-1));
    const told = Array.from({ length: found }, (_, at) => [set.index(at), set.generation(at)]);
    const ascending = told.sort(([slot, one], [other, two]) => slot - other || one - two);
    assertEquals(ascending, [[0, -1], ...pipes.map((_, index) => [index, index])]);
    set.close();
    for (const pipe of pipes) pipe[Symbol.dispose]();
  },
});

Deno.test({
  name: "an event that comes for both directions, one after the other, has both",
  ignore,
  fn: async () => {
    const set = new EpollSet();
    const pipes = Array.from({ length: 8 }, pipe);
    for (const [index, { read, write }] of pipes.entries()) {
      set.control(EPOLL_CTL_ADD, read, POLLIN, index, 1);
      libc().write(write, new Uint8Array(1), 1n);
    }
    const found = await set.waitOnPool(-1);
    pipes[0].close(pipes[0].write);
    assertEquals([set.take(found), set.bits(0)], [8, POLLIN | POLLHUP]);
    set.close();
    for (const pipe of pipes) pipe[Symbol.dispose]();
  },
});

Deno.test({
  name:
    "an ADD that the kernel refuses for another reason than the number of its paths isn't said to be refused for that",
  ignore: !HAS_LINUX_CALLS,
  fn: () => {
    const set = new EpollSet();
    const [limit, chain, closed] = (["EINVAL", "ELOOP", "EBADF"] as const).map((code) =>
      stateError(code, "epoll_ctl", code)
    );
    const named = set.nameLimit(limit, set.fd + 1) as Error;
    assert(named.message.includes("500 Pollers"), named.message);
    assertEquals(set.nameLimit(limit, set.fd), limit);
    for (const other of [chain, closed]) assertEquals(set.nameLimit(other, set.fd + 1), other);
    set.close();
  },
});

Deno.test({
  name: "what failed on a pool thread fails again on this one, whose errno can be read",
  ignore,
  fn: () => {
    const set = new EpollSet();
    const { fd } = set;
    set.fd = unusedNumber();
    throws(() => set.take(-1), { name: "ZmqError", code: "EBADF", call: "epoll_wait" });
    set.fd = fd;
    set.close();
  },
});
