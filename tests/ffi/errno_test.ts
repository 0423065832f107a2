import { MODULES, ROOT } from "../files.ts";
import "../fds.ts";
import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { constants } from "node:os";
import { check, checkPointer, checkWait, codeOf, stateError } from "../../ffi/errno.ts";
import { libc } from "../../ffi/libc.ts";
import { zmq } from "../../ffi/libzmq.ts";
import { Context, Pair, Publisher, Pull, Push, Request, Router, ZmqError } from "../../mod.ts";
import { pipe } from "../fds.ts";
import { run } from "../program.ts";
import { freshAddress, withFolder } from "../util.ts";

Deno.test("every number that this system has by one of our names has that name", () => {
  const numbers = Object.entries(constants.errno);
  let known = 0;
  for (const [name, number] of numbers) {
    const code = codeOf(number);
    if (code === `ERRNO_${number}`) continue;
    known++;
    // Two names for one number: ours is the older one.
    const alias = { EWOULDBLOCK: "EAGAIN", EOPNOTSUPP: "ENOTSUP" }[name] ?? name;
    assertEquals(code, alias);
  }
  assert(known > 40, `${known} names`);
});

Deno.test("every name of ours that this system has is of its number", () => {
  let known = 0;
  for (const [name, number] of Object.entries(constants.errno)) {
    const { errno } = stateError(name as never, "wait", "It");
    if (errno === undefined) continue; // none of ours
    known++;
    assertEquals(errno, number, name);
  }
  assert(known > 40, `${known} names`);
});

/** The header's numbers beyond those that all Unixes share. */
const HEADERS = {
  darwin:
    "EAGAIN 35, EINPROGRESS 36, EALREADY 37, ENOTSOCK 38, EDESTADDRREQ 39, EMSGSIZE 40, EPROTOTYPE 41, ENOPROTOOPT 42, " +
    "EPROTONOSUPPORT 43, ENOTSUP 45, EAFNOSUPPORT 47, EADDRINUSE 48, EADDRNOTAVAIL 49, ENETDOWN 50, ENETUNREACH 51, " +
    "ENETRESET 52, ECONNABORTED 53, ECONNRESET 54, ENOBUFS 55, EISCONN 56, ENOTCONN 57, ESHUTDOWN 58, ETIMEDOUT 60, " +
    "ECONNREFUSED 61, ELOOP 62, ENAMETOOLONG 63, EHOSTDOWN 64, EHOSTUNREACH 65, ENOTEMPTY 66, ENOSYS 78, EPROTO 100, " +
    "EOPNOTSUPP 102",
  freebsd:
    "EAGAIN 35, EALREADY 37, EPROTOTYPE 41, ENOTSUP 45, ESHUTDOWN 58, ENOTEMPTY 66, EPROTO 92",
};
for (const [os, header] of Object.entries(HEADERS)) {
  Deno.test(`on ${os} the numbers have the names that its errno.h gives them`, async () => {
    const numbers = header.split(", ").map((one) => Number(one.split(" ")[1]));
    const { stdout } = await run(
      `Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "${os}" } });
      const { codeOf } = await import("$ROOT/ffi/errno.ts");
      console.log(${JSON.stringify(numbers)}.map((one) => codeOf(one) + " " + one).join(", "));`,
    );
    assertEquals(stdout, header + "\n");
  });
}

Deno.test("a wait that a signal interrupted made an error, and threw it away", () => {
  const functions = libc() as { errno: () => number; strerror: (errno: number) => null };
  const { errno, strerror } = functions;
  let texts = 0;
  functions.errno = () => constants.errno.EINTR;
  functions.strerror = () => {
    texts++;
    return null;
  };
  try {
    assertEquals(checkWait(() => -1, "epoll_wait"), 0);
    assertEquals(texts, 0);
  } finally {
    Object.assign(functions, { errno, strerror });
  }
  const call = "epoll_wait";
  const fail = () => libc().close(-1);
  fail();
  throws(() => checkWait(fail, call), { code: "EBADF", call });
});

Deno.test("libzmq's own numbers have their names", () => {
  // From zmq.h, where they're counted from ZMQ_HAUSNUMERO.
  const first = 156384712;
  const standIns =
    "ENOTSUP EPROTONOSUPPORT ENOBUFS ENETDOWN EADDRINUSE EADDRNOTAVAIL ECONNREFUSED EINPROGRESS ENOTSOCK EMSGSIZE " +
    "EAFNOSUPPORT ENETUNREACH ECONNABORTED ECONNRESET ENOTCONN ETIMEDOUT EHOSTUNREACH ENETRESET";
  const names = {
    ...Object.fromEntries(standIns.split(" ").map((name, at) => [at + 1, name])),
    51: "EFSM",
    52: "ENOCOMPATPROTO",
    53: "ETERM",
    54: "EMTHREAD",
  };
  for (const [number, name] of Object.entries(names)) {
    assertEquals(codeOf(first + Number(number)), name);
  }
});

Deno.test("a number without a name has a code all the same", () => {
  assertEquals(codeOf(7777), "ERRNO_7777");
  assertEquals(codeOf(156384712 + 40), `ERRNO_${156384712 + 40}`);
});

Deno.test("a state of our own has the system's number", () => {
  const error = stateError("EBADF", "wait", "The Poller is closed");
  assertEquals(
    [error.code, error.errno, error.call, error.message],
    ["EBADF", constants.errno.EBADF, "wait", "The Poller is closed"],
  );
});

Deno.test("check returns what isn't −1, and checkPointer what isn't null", () => {
  for (const result of [0, 1, -2, 0x7fffffff]) assertEquals(check(() => result, "poll"), result);
  const memory = libc().malloc(8n);
  assertEquals(checkPointer(() => memory, "malloc"), memory);
  libc().free(memory);
});

Deno.test("check reports the errno of the call just before, 100,000 times in a row", () => {
  using ends = pipe();
  const bytes = new Uint8Array(1);
  // Three failures of different calls, in turn. Whatever came between would leave its own errno.
  const failures: [string, string, () => number][] = [
    ["EBADF", "write", () => Number(libc().write(ends.read, bytes, 1n))],
    ["EFAULT", "zmq_ctx_get", () => zmq().zmq_ctx_get(null, 1)],
    ["ENOTSOCK", "zmq_close", () => zmq().zmq_close(null)],
  ];
  for (let turn = 0; turn < 100_000; turn++) {
    const [code, call, fail] = failures[turn % failures.length];
    let error: unknown;
    try {
      check(fail, call);
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof ZmqError) || error.code !== code || error.call !== call) {
      throw new Error(`turn ${turn}: ${call} gave ${error}`);
    }
  }
});

/** Failures that libzmq reports, each with its code, its call and what the error names. */
const FAILURES: Record<string, [string, string, () => unknown]> = {
  "binding where another is bound": ["EADDRINUSE", "zmq_bind", async () => {
    using first = new Pull();
    using second = new Pull();
    await first.bind(freshAddress("tcp"));
    await second.bind(first.lastEndpoint!);
  }],
  "binding to an address of another machine": ["EADDRNOTAVAIL", "zmq_bind", async () => {
    using socket = new Pull();
    await socket.bind("tcp://192.0.2.1:*");
  }],
  "binding to an interface that isn't there": ["ENODEV", "zmq_bind", async () => {
    using socket = new Pull();
    await socket.bind("tcp://nosuchinterface:*");
  }],
  "binding to an unknown transport": ["EPROTONOSUPPORT", "zmq_bind", async () => {
    using socket = new Pull();
    await socket.bind("pigeon://roof");
  }],
  "binding to what isn't an address": ["EINVAL", "zmq_bind", async () => {
    using socket = new Pull();
    await socket.bind("roof");
  }],
  "connecting to what isn't an address": ["EINVAL", "zmq_connect", () => {
    using socket = new Push();
    socket.connect("tcp://127.0.0.1");
  }],
  "connecting a socket whose type the transport doesn't know": [
    "ENOCOMPATPROTO",
    "zmq_connect",
    () => {
      using socket = new Push();
      socket.connect("udp://127.0.0.1:5555");
    },
  ],
  "binding to a path that is too long": [
    "ENAMETOOLONG",
    "zmq_bind",
    () =>
      withFolder(async (folder) => {
        using socket = new Pull();
        await socket.bind(`ipc://${folder}/${"x".repeat(200)}`);
      }),
  ],
  "unbinding from where it isn't bound": ["ENOENT", "zmq_unbind", async () => {
    using socket = new Pull();
    await socket.unbind("tcp://127.0.0.1:5555");
  }],
  "disconnecting from where it isn't connected": ["ENOENT", "zmq_disconnect", () => {
    using socket = new Push();
    socket.disconnect("tcp://127.0.0.1:5555");
  }],
  "opening more sockets than the context may have": ["EMFILE", "zmq_socket", () => {
    using context = new Context({ maxSockets: 1 });
    using _first = new Pair({ context });
    new Pair({ context });
  }],
  "binding to tcp without an I/O thread": ["EMTHREAD", "zmq_bind", async () => {
    using context = new Context({ ioThreads: 0 });
    using socket = new Pair({ context });
    await socket.bind(freshAddress("tcp"));
  }],
  "a request after a request": ["EFSM", "zmq_send", async () => {
    using socket = new Request({ linger: 0 });
    await socket.bind(freshAddress("inproc"));
    using peer = new Router();
    peer.connect(socket.lastEndpoint!);
    await socket.send("one");
    await socket.send("two");
  }],
  "sending to a peer that a mandatory Router doesn't know": [
    "EHOSTUNREACH",
    "zmq_send",
    async () => {
      using socket = new Router({ mandatory: true });
      await socket.send(["unknown", "hello"]);
    },
  ],
  "receiving with no time": ["EAGAIN", "zmq_msg_recv", () => {
    using socket = new Pull({ receiveTimeout: 0 });
    return socket.receive();
  }],
  "sending on a closed socket": ["EBADF", "zmq_send", () => {
    const socket = new Publisher();
    socket.close();
    socket.trySend("x");
  }],
};

for (const [what, [code, call, fail]] of Object.entries(FAILURES)) {
  Deno.test(`${what} fails with ${code}`, async () => {
    await rejects(async () => await fail(), (error) => {
      assert(error instanceof ZmqError, String(error));
      assertEquals([error.code, error.call], [code, call]);
      const number = (constants.errno as Record<string, number>)[code];
      if (number !== undefined) assertEquals(error.errno, number);
      assertEquals(typeof error.address, /bind|connect/.test(call) ? "string" : "undefined");
      // A sentence, and what to do about it or why.
      assert(/^[A-Z].*[^ ]$/.test(error.message), error.message);
      return true;
    });
  });
}

Deno.test("an option that libzmq refuses is named by the error", () => {
  using socket = new Pull();
  throws(() => socket.setOption(9999, 1), (error) => {
    assert(error instanceof ZmqError);
    assertEquals([error.code, error.call, error.option], ["EINVAL", "zmq_setsockopt", "9999"]);
    return true;
  });
});

Deno.test("the error gate is the only reader of errno", async () => {
  const readers: string[] = [];
  for (const path of MODULES) {
    const source = await Deno.readTextFile(new URL(path, ROOT));
    const code = source.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    // Called, or taken out of the table in order to be; an error's `errno` is neither.
    const reads = /\berrno\(|\berrno\b[^;]*=\s*libc\(\)|libc\(\)\[|\b(zmq_errno|__errno)/;
    if (reads.test(code)) readers.push(path);
  }
  // One declares the function, the other one calls it.
  assertEquals(readers, ["ffi/errno.ts", "ffi/libc.ts"]);
});
