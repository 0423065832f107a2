import "../proxy/support.ts";
import "../socket/drafts.ts";
import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { coreOf } from "../../context.ts";
import { ENOENT } from "../../ffi/errno.ts";
import { libc, libcForKqueue, libcForPoll, libcForSelect, libcOfLinux } from "../../ffi/libc.ts";
import { zmq } from "../../ffi/libzmq.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";
import { capability, Context, Pair } from "../../mod.ts";
import { type BackendKind, READABLE } from "../../poller/backend.ts";
import { createBackend } from "../../poller/create.ts";
import { EpollBackend } from "../../poller/epoll.ts";
import { MovableMessage } from "../../proxy/parts.ts";
import { handleOf } from "../../socket/handle.ts";
import { Gather, Scatter } from "../../socket/draft.ts";
import { OPTION_NUMBERS } from "../../socket/options_table.ts";
import { getInt, setBytes } from "../../socket/raw_options.ts";
import { TYPES } from "../../socket/types.ts";
import { pipe, put } from "../fds.ts";
import { KINDS } from "../poller/support.ts";
import { replaced } from "../replacing.ts";
import { freshAddress } from "../util.ts";
import { pipeline } from "../socket/support.ts";

/** The call by which a backend waits. */
const WAITS: Record<BackendKind, () => [functions: object, name: string]> = {
  epoll: () => [libcOfLinux(), "epoll_wait"],
  kqueue: () => [libcForKqueue(), "kevent"],
  poll: () => [libcForPoll(), "poll"],
  select: () => [libcForSelect(), "select"],
};

/** Has the next wait of a backend fail, until the end of the block. */
function interrupted(kind: BackendKind): Disposable {
  const [functions, name] = WAITS[kind]();
  return failingOnce(functions as Functions, name);
}

type Functions = Record<string, (...args: unknown[]) => number>;

function failingOnce(functions: Functions, name: string): Disposable {
  const call = functions[name];
  let failed = false;
  return replaced(functions, name, (...args) => {
    if (failed) return call(...args);
    failed = true;
    return -1;
  });
}

/** Has error numbers read as ENOENT, so many after the next `from`, until the end of the block. */
function overwritten(times: number, from = 0): Disposable {
  const functions = libc() as { errno: () => number };
  const { errno } = functions;
  let asked = 0;
  functions.errno = () => {
    const real = errno();
    const at = asked++ - from;
    return at >= 0 && at < times ? ENOENT : real;
  };
  return { [Symbol.dispose]: () => void (functions.errno = errno) };
}

Deno.test("an error number that was overwritten once ended a worker's send to a full queue", async () => {
  using sockets = await pipeline(1);
  while (sockets.push.trySend("x"));
  using _ = overwritten(1);
  assertEquals(sockets.push.trySend("y"), false);
});

Deno.test("an error number that was overwritten once doesn't end a receive from an empty queue", async () => {
  using sockets = await pipeline(1);
  using _ = overwritten(1);
  assertEquals(sockets.pull.tryReceive(), undefined);
});

Deno.test("an error number that was overwritten once doesn't end a receive that blocks", async () => {
  using sockets = await pipeline(1);
  using _ = overwritten(1, 1); // after the first try
  throws(() => sockets.pull.receiveSync({ timeout: 5 }), { code: "EAGAIN" });
});

Deno.test("an error number that was overwritten once ended a proxy whose one side was empty", async () => {
  using sockets = await pipeline(1);
  const moving = new MovableMessage();
  using _ = overwritten(1);
  assertEquals(moving.receive(handleOf(sockets.pull).pointer), -1);
});

Deno.test("an error number that was overwritten once ended a proxy whose other side was full", async () => {
  using sockets = await pipeline(1);
  while (sockets.push.trySend("x"));
  const moving = new MovableMessage();
  using _ = overwritten(1);
  assertEquals(moving.send(handleOf(sockets.push).pointer, false), false);
});

Deno.test({
  name: "an error number that was overwritten once ended a draft socket's send to a full queue",
  ignore: !capability.draft,
  async fn() {
    using gather = new Gather({ receiveHighWaterMark: 1 });
    const address = freshAddress("inproc");
    await gather.bind(address);
    using scatter = new Scatter({ sendHighWaterMark: 1, linger: 0 });
    scatter.connect(address);
    while (scatter.trySend("x"));
    using _ = overwritten(1);
    assertEquals(scatter.trySend("y"), false);
  },
});

Deno.test({
  name: "an error number that was overwritten once ended a zmqcat that sent a file",
  ignore: !HAS_LINUX_CALLS,
  fn() {
    const set = new EpollBackend<string>();
    const fd = openSync("deno.json", "r");
    try {
      using _ = overwritten(1);
      set.add(fd, READABLE, "a file"); // which epoll refuses with EPERM
    } finally {
      closeSync(fd);
      set.close();
    }
  },
});

Deno.test("an error number that was overwritten once doesn't change what an option's error says", () => {
  using pair = new Pair();
  using _ = overwritten(1);
  throws(() => setBytes(handleOf(pair).pointer, 9999, "nothing", null), { code: "EINVAL" });
});

Deno.test("an error number that libzmq's report of a failed bind had overwritten was the bind's", async () => {
  using one = new Pair();
  const address = await one.bind("tcp://127.0.0.1:*");
  using other = new Pair();
  using _ = overwritten(1);
  throws(() => other.bindSync(address), { code: "EADDRINUSE" });
});

Deno.test("an error number that was overwritten once doesn't change what a context's error says", () => {
  using context = new Context();
  using _ = overwritten(1);
  throws(() => coreOf(context).get(9999, "nothing"), { code: "EINVAL" });
});

Deno.test("an error number that was overwritten once hid that a context may have no more sockets", () => {
  using context = new Context({ maxSockets: 1 });
  using _pair = new Pair({ context });
  using _ = overwritten(1);
  throws(() => new Pair({ context }), { code: "EMFILE", call: "zmq_socket" });
});

Deno.test("an error number that was overwritten again and again had a call made without end", () => {
  using context = new Context();
  const functions = libc() as { errno: () => number };
  const { errno } = functions;
  let asked = 0;
  functions.errno = () => asked++ % 2 === 0 ? ENOENT : errno();
  try {
    throws(() => coreOf(context).get(9999, "nothing"), { call: "zmq_ctx_get" });
  } finally {
    functions.errno = errno;
  }
  assertEquals(asked, 3);
});

Deno.test("an error number that was overwritten once had an interrupted look at a socket fail", () => {
  using pair = new Pair();
  const functions = zmq() as unknown as Functions;
  using _interrupted = failingOnce(functions, "zmq_getsockopt");
  using _ = overwritten(1);
  assertEquals(getInt(handleOf(pair).pointer, OPTION_NUMBERS.type), TYPES.Pair.number);
});

for (const kind of KINDS) {
  Deno.test(`an error number that was overwritten once had an interrupted ${kind} wait fail`, () => {
    const set = createBackend<string>(kind);
    try {
      const found: string[] = [];
      using ends = pipe();
      put(ends.write);
      set.add(ends.read, READABLE, "a pipe");
      using _interrupted = interrupted(kind);
      using _ = overwritten(1);
      set.waitSync(60_000, (what) => found.push(what));
      assertEquals(found, ["a pipe"]);
    } finally {
      set.close();
    }
  });
}

Deno.test("an error that comes twice is thrown", async () => {
  using sockets = await pipeline(1);
  while (sockets.push.trySend("x"));
  using _ = overwritten(2);
  throws(() => sockets.push.trySend("y"), { code: "ENOENT", call: "zmq_send" });
});
