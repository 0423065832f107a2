/** The record that all isolates of a process find, and what else may be found in its place. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { withCopy, withWorkers } from "../workers.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

async function prints(workers: string, main: string, ...lines: unknown[]): Promise<void> {
  const { stdout, stderr, code } = await withWorkers(workers, main);
  assertEquals([stdout, stderr, code], [lines.map((line) => `${line}\n`).join(""), "", 0]);
}

Deno.test({
  name:
    "two copies of the library in one process share their contexts and wake each other's Pollers",
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    withCopy((copy) =>
      prints(
        "",
        `const other = await import("${copy}/mod.ts");
        console.log(other.Context !== Context);
        using joined = other.Context.join(context.share());
        using theirs = new other.Pair({ context: joined });
        using ours = new Pair();
        theirs.bind("inproc://copies");
        ours.connect("inproc://copies");
        await ours.send("hello");
        console.log(String(await theirs.receive()));
        using poller = new other.Poller();
        console.log(Poller.wake(poller.waker()), poller.waitSync().length);`,
        true,
        "hello",
        "true 0",
      )
    ),
});

Deno.test({
  name: "a terminated worker with two copies of the library leaves nothing of either",
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    withCopy((copy) =>
      prints(
        `async open() {
          const other = await import("${copy}/mod.ts");
          globalThis.opened = [new Pull(), new other.Pull(), new Pull(), new other.Pull()];
          tell("opened");
          await heard();
        },`,
        `const worker = start("Web Worker", "open");
        console.log(await worker.next(), await until(() => threadsOf("ZMQbg") === 4));
        worker.terminate();
        console.log(await until(() => threadsOf("worker-") === 0));
        console.log(await until(() => threadsOf("ZMQbg") === 0));`,
        "opened true",
        true,
        true,
      )
    ),
});

/** Says of each way of sharing whether it's refused for the reason in EXPECTED; and that nothing else suffers. */
const SHARE = `
  const shares = [
    () => context.share(),
    () => Context.join(token),
    () => new Poller().waker(),
  ];
  for (const share of shares) {
    try {
      share();
      console.log("shared");
    } catch ({ name, code, message }) {
      console.log(name, code, EXPECTED.test(message) || message);
    }
  }
  const pull = new Pull(), push = new Push();
  push.connect(await pull.bind("tcp://127.0.0.1:*").then(() => pull.lastEndpoint));
  await push.send("works");
  console.log(String(await pull.receive()));`;
const REFUSED = [...Array(3).fill("ZmqError ENOTSUP true"), "works"];

Deno.test({
  name:
    "a copy of the library that lays the record out otherwise is refused, and its record isn't touched",
  ignore: !HAS_LINUX_CALLS,
  fn: () =>
    withCopy(async (copy) => {
      const module = new URL(`${copy}/process/process_record.ts`);
      const source = await Deno.readTextFile(module);
      const changed = source.replace(/\bLAYOUT = \d+/, "LAYOUT = 1234");
      assertEquals(changed === source, false);
      await Deno.writeTextFile(module, changed);
      await prints(
        "",
        `const other = await import("${copy}/mod.ts");
        const token = other.context.share();
        const EXPECTED = /another version of deno-zmq .* version 1234 .* version \\d+ /;
        ${SHARE}
        console.log(other.Context.join(token).closed);`,
        ...REFUSED,
        false,
      );
    }),
});

const VERSION = "another version of deno-zmq";
const ELSE = "something else in this process";
/** What may stand in the record's place, and what's said of it. Where it's followed, it hangs or crashes. */
const FOREIGN: [what: string, text: string, said: string][] = [
  ["a folder", '"/usr/share/locale"', ELSE],
  ["no address", '""', ELSE],
  ["an address of nothing", '"0"', ELSE],
  ["a block that begins otherwise", 'block("deno-mqz", 5, 152)', ELSE],
  ["a record of a later version", 'block("deno-zmq", 999, 152)', `${VERSION}.*version 999 `],
  ["a record of another size", 'block("deno-zmq", 5, 32)', `${VERSION}.*32 bytes`],
];

for (const [what, text, said] of FOREIGN) {
  Deno.test({
    name: `${what} in the record's place is refused`,
    ignore: !HAS_LINUX_CALLS,
    fn: () =>
      prints(
        "",
        `const { bindtextdomain } = Deno.dlopen(zmq.libraryPath, {
          bindtextdomain: { parameters: ["buffer", "buffer"], result: "pointer" },
        }).symbols;
        const inC = (text) => new TextEncoder().encode(text + "\\0");
        function block(name, layout, size) {
          const bytes = globalThis.kept = new Uint8Array(256).fill(0xff);
          new TextEncoder().encodeInto(name, bytes);
          new Uint32Array(bytes.buffer).set([layout, size], 2);
          return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)).toString(16);
        }
        bindtextdomain(inC("deno-zmq"), inC("=" + ${text}));
        const { loadLibrary } = await import("$ROOT/ffi/load.ts");
        const token = ["deno-zmq-context", Deno.pid, loadLibrary().handle.toString(16), "x"].join(":");
        const EXPECTED = /${said}/;
        ${SHARE}`,
        ...REFUSED,
      ),
  });
}
