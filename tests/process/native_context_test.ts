/** A native context's beginning. (How it's terminated is the end's matter: see shutdown_test.ts.) */

import { deepStrictEqual, strictEqual as assertEquals } from "node:assert/strict";
import { EAGAIN } from "../../ffi/errno.ts";
import { pthreads } from "../../ffi/pthread.ts";
import { HAS_DISPATCH } from "../../ffi/system.ts";
import { newNativeContext, terminate } from "../../process/native_context.ts";
import { run } from "../program.ts";
import { replaced } from "../replacing.ts";
import { onLinux } from "../socket/support.ts";

/** What the C library's generator, from which libzmq draws routing ids, returns next. */
async function random(before: string): Promise<string> {
  const { stdout, stderr } = await run(`
    import { libraryPath, Pull } from "$MOD";
    ${before}
    const { rand } = Deno.dlopen(libraryPath, { rand: { parameters: [], result: "i32" } }).symbols;
    console.log(rand());`);
  assertEquals(stderr, "");
  return stdout;
}

Deno.test("what libzmq draws routing ids from can't be foreseen once there is a context", async () => {
  const socket = "new Pull();";
  assertEquals(await random("") === await random(""), true);
  assertEquals(await random(socket) === await random(socket), false);
});

Deno.test(
  onLinux(
    "no signal interrupts the thread that terminates a context, since it blocks all",
    async () => {
      const { stdout, stderr } = await run(`
      import { Context, Push } from "$MOD";
      const context = new Context({ exitLinger: 0 });
      const push = new Push({ context, linger: -1 });
      push.connect("tcp://127.0.0.1:1");
      await push.send("to no one");
      push.close();
      const statuses = () => [...Deno.readDirSync("/proc/self/task")].map(({ name }) =>
        Deno.readTextFileSync("/proc/self/task/" + name + "/status"));
      // Threads of libzmq's block all as well. Its two have their names a moment after they began.
      while (statuses().filter((status) => status.startsWith("Name:\\tZMQbg")).length < 2) {
        await new Promise((resolve) => setTimeout(resolve));
      }
      const blocking = () => statuses().filter((status) =>
        !status.startsWith("Name:\\tZMQbg") &&
        (BigInt("0x" + /SigBlk:\\s*(\\w+)/.exec(status)[1]) & 0x4203n) === 0x4203n).length;
      const before = blocking();
      context.close();
      console.log(blocking() - before);
    `);
      assertEquals(stdout + stderr, "1\n");
    },
    HAS_DISPATCH,
  ),
);

Deno.test(onLinux(
  "where no thread can be had to terminate a context, the calling one blocks no more signals than before",
  () => {
    const { pthread_create, pthread_sigmask } = pthreads();
    const mask = () => {
      const signals = new Uint8Array(128);
      pthread_sigmask(0, null, signals);
      return signals;
    };
    const before = mask();
    const context = newNativeContext();
    let tries = 0;
    using _ = replaced(pthreads(), "pthread_create", (...all) => {
      return ++tries === 1 ? EAGAIN : pthread_create(...all);
    });
    const hasEnded = terminate(context);
    assertEquals(tries, 1);
    deepStrictEqual(mask(), before);
    while (!hasEnded()); // the next try has a thread, whose context has nothing to wait for
  },
  HAS_DISPATCH,
));

const ESRCH = 3;
/** What the system says of the clock of a thread that has ended. */
const CLOCKS: Record<string, (clock: Int32Array<ArrayBuffer>) => number> = {
  "there is no such thread": () => ESRCH,
  "it's the calling thread's": (clock) => {
    clock[0] = -2;
    return 0;
  },
};
for (const [answer, ask] of Object.entries(CLOCKS)) {
  Deno.test(onLinux(
    `a context has ended whose thread had before it was asked for its clock, of which the system says: ${answer}`,
    () => {
      const context = newNativeContext();
      using _ = replaced(
        pthreads(),
        "pthread_getcpuclockid",
        (_thread, clock) => ask(clock as Int32Array<ArrayBuffer>),
      );
      assertEquals(terminate(context)(), true);
    },
    HAS_DISPATCH,
  ));
}
