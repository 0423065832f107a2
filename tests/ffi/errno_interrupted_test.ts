/** Signals that come during a call: EINTR. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { zmq } from "../../ffi/libzmq.ts";
import { libc } from "../../ffi/libc.ts";
import { capability, libraryPath, Subscriber } from "../../mod.ts";
import { handleOf } from "../../socket/handle.ts";
import { run } from "../program.ts";
import { replaced } from "../replacing.ts";
import "../util.ts";

const LINUX = Deno.build.os === "linux";
const EINTR = 4;

/** What a signal can interrupt, and what it returns then. */
const INTERRUPTED = {
  ...{ zmq_bind: -1, zmq_unbind: -1, zmq_connect: -1, zmq_disconnect: -1, zmq_getsockopt: -1 },
  ...{ zmq_send: -1, zmq_msg_send: -1, zmq_msg_recv: -1 },
  ...{ zmq_proxy_steerable: -1, poll: -1, epoll_wait: -1, select: -1 },
};
/** The same, where libzmq has its draft API; where it has none, `zmq_socket_monitor`. */
const OF_DRAFTS = {
  ...{ zmq_socket_monitor_versioned: -1, zmq_connect_peer: 0, zmq_poller_wait: -1 },
  ...{ zmq_join: -1, zmq_leave: -1 },
};

Deno.test({
  name: "each call that a signal interrupts is made again, whatever it is and however often",
  ignore: !LINUX,
  async fn() {
    const expected = {
      ...INTERRUPTED,
      ...capability.draft ? OF_DRAFTS : { zmq_socket_monitor: -1 },
    };
    const { stdout, stderr, code } = await run(
      `const RESULTS = ${JSON.stringify(expected)};
      const made = {};
      let interrupted = false;
      let random = 1;
      /** Half of the calls don't happen, in no order that a loop could fall in step with. */
      function interrupts(name, args) {
        // Where it ends a monitor, it looks at no mailbox.
        if (!(name in RESULTS) || (name.startsWith("zmq_socket_monitor") && args[1] === null)) return false;
        made[name] = true;
        random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff;
        return (random >> 20) % 2 === 0;
      }
      const { dlopen } = Deno;
      Deno.dlopen = (path, table) => {
        const { symbols } = dlopen(path, table);
        const watched = Object.entries(table).map(([key, { name = key, nonblocking }]) => {
          const call = symbols[key];
          if (call === null) return [key, call];
          if (name === "zmq_errno") return [key, () => interrupted ? ${EINTR} : call()];
          return [key, (...args) => {
            interrupted = interrupts(name, args);
            if (!interrupted) return call(...args);
            // Another thread's errno isn't to be seen here.
            if (nonblocking) interrupted = false;
            return nonblocking ? Promise.resolve(RESULTS[name]) : RESULTS[name];
          }];
        });
        return { symbols: Object.fromEntries(watched), close() {} };
      };
      const { makeEveryCall } = await import("$ROOT/tests/ffi/every_call.ts");
      for (const wrong of await makeEveryCall()) console.log(wrong);
      console.log(JSON.stringify(Object.keys(made).sort()));
      Deno.exit();`,
    );
    assertEquals([stdout, stderr, code], [
      `${JSON.stringify(Object.keys(expected).sort())}\n`,
      "",
      0,
    ]);
  },
});

Deno.test({
  name: "signals to this thread every 60 microseconds make no call fail, and end no wait early",
  ignore: !LINUX,
  async fn() {
    const { stdout, stderr, code } = await run(
      `const { symbols } = Deno.dlopen(${JSON.stringify(libraryPath)}, {
        dlsym: { parameters: ["usize", "buffer"], result: "usize" },
        sigaction: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
        timer_create: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
        timer_settime: { parameters: ["usize", "i32", "buffer", "pointer"], result: "i32" },
        gettid: { parameters: [], result: "i32" },
      });
      const SIGUSR2 = 12, CLOCK_MONOTONIC = 1, SIGEV_THREAD_ID = 4;
      // A handler that does nothing, as abs(3) does. No flags: so not SA_RESTART, either.
      const action = new BigUint64Array(32);
      action[0] = symbols.dlsym(0n, new TextEncoder().encode("abs\\0"));
      symbols.sigaction(SIGUSR2, new Uint8Array(action.buffer), null);
      // A struct sigevent: a value, the signal, how it's to be sent, and the thread.
      const event = new Int32Array(16);
      event.set([SIGUSR2, SIGEV_THREAD_ID, symbols.gettid()], 2);
      const timer = new BigUint64Array(1);
      symbols.timer_create(CLOCK_MONOTONIC, new Uint8Array(event.buffer), new Uint8Array(timer.buffer));
      const set = (ns) =>
        symbols.timer_settime(timer[0], 0, new Uint8Array(new BigUint64Array([0n, ns, 0n, ns]).buffer), null);
      let met = 0;
      const { dlopen } = Deno;
      Deno.dlopen = (path, table) => {
        const opened = dlopen(path, table);
        const errno = opened.symbols.errno;
        if (table.errno?.name !== "zmq_errno") return opened;
        const counted = () => {
          const number = errno();
          if (number === ${EINTR}) met++;
          return number;
        };
        return { symbols: { ...opened.symbols, errno: counted } };
      };
      const { makeEveryCall } = await import("$ROOT/tests/ffi/every_call.ts");
      set(60_000n);
      const wrong = new Set();
      const end = performance.now() + 1000;
      do for (const one of await makeEveryCall()) wrong.add(one); while (performance.now() < end);
      set(0n);
      for (const one of wrong) console.log(one);
      console.log(met > 20 || met);
      Deno.exit();`,
    );
    assertEquals([stdout, stderr, code], ["true\n", "", 0]);
  },
});

Deno.test("a signal while a conflating Subscriber's commands were run left them, without an edge", () => {
  using subscriber = new Subscriber({ conflate: true });
  const functions = zmq();
  const { zmq_disconnect } = functions;
  let errno: number | undefined;
  let made = 0;
  using _calls = replaced(functions, "zmq_disconnect", (...args) => {
    if (++made === 1) {
      errno = EINTR;
      return -1;
    }
    errno = undefined;
    return zmq_disconnect(...args);
  });
  const real = libc().errno;
  using _errno = replaced(libc(), "errno", () => errno ?? real());
  handleOf(subscriber).serve();
  assert(made === 2, `${made} calls`);
});
