/** zmqcat's two directions of traffic, with a clock and a patience in the test's hands. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { type Job, parse } from "../../examples/zmqcat/arguments.ts";
import { Input, Output } from "../../examples/zmqcat/files.ts";
import { Receiving } from "../../examples/zmqcat/receiving.ts";
import { Sending } from "../../examples/zmqcat/sending.ts";
import { Tally } from "../../examples/zmqcat/tally.ts";
import { type AnySocket, openSocket } from "../../examples/zmqcat/types.ts";
import { type Handler, Patience, Wire } from "../../examples/zmqcat/wire.ts";
import { Pair, Poller, Pull, Push } from "../../mod.ts";
import { drain, pipe } from "../fds.ts";
import { StoppedClock } from "../poller/clock.ts";
import { watched } from "../replacing.ts";
import { freshAddress, withFolder } from "../util.ts";

/** What a job needs, but for its directions. All is closed at the end of the block. */
class Parts implements Disposable {
  readonly #stack = new DisposableStack();
  readonly socket: AnySocket;
  readonly poller: Poller<Handler>;
  readonly tally: Tally;
  readonly wire: Wire;
  readonly patience: Patience;

  constructor(readonly job: Job) {
    this.socket = this.#stack.use(openSocket(job));
    this.poller = this.#stack.use(new Poller<Handler>());
    this.tally = this.#stack.use(new Tally(this.poller, job));
    this.wire = new Wire(this.poller, this.socket);
    this.patience = new Patience(this.poller, undefined, () => {});
  }

  /** Has everything dealt with that is ready. */
  go(): void {
    for (let ready; (ready = this.poller.waitSync({ timeout: 0 })).length > 0;) {
      for (const one of ready) one.key!(one);
    }
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

function jobOf(...words: string[]): Job {
  return parse([...words, "--connect", "ipc://unused", "--quiet", "--linger", "0"]) as Job;
}

/** A push that sends a file's lines. */
async function withSending(
  lines: number,
  options: string[],
  body: (parts: Parts, sending: Sending) => Promise<void> | void,
): Promise<void> {
  await withFolder(async (folder) => {
    const file = `${folder}/lines`;
    await Deno.writeTextFile(file, "line\n".repeat(lines));
    using parts = new Parts(jobOf("push", "--file", file, ...options));
    const { wire, job, tally, patience } = parts;
    using input = new Input(file, 65536);
    await body(parts, new Sending(wire, input, job, tally, patience, false));
  });
}

Deno.test("push's patience begins when there is something that no one takes, and once", () =>
  withSending(2, [], (parts, sending) => {
    let renewed = 0;
    using _ = watched(parts.patience, "renew", () => void renewed++);
    const before = [renewed, sending.waiting];
    for (let turn = 0; turn < 3; turn++) parts.go();
    assertEquals([before, [renewed, sending.waiting]], [[0, false], [1, true]]);
  }));

Deno.test("push makes up for a delay of up to a tenth of a second, to keep to its rate", () =>
  withSending(1000, ["--rate", "100"], async (parts) => {
    await using pull = new Pull();
    const address = freshAddress("inproc");
    await pull.bind(address);
    parts.socket.connect(address);
    using clock = new StoppedClock();
    const sent = [0, 50, 5, 5, 1000, 10].map((ms) => {
      clock.pass(ms);
      const { messages } = parts.tally.sent;
      parts.go();
      return parts.tally.sent.messages - messages;
    });
    assertEquals(sent, [1, 5, 0, 1, 11, 1]);
  }));

Deno.test("a signal has rep wait no longer for the reply of its command", () =>
  withFolder((folder) => {
    using parts = new Parts(jobOf("rep"));
    using output = new Output(`${folder}/output`);
    const { wire, job, tally, patience } = parts;
    const receiving = new Receiving(wire, output, job, tally, patience, false);
    receiving.busy = true;
    const before = receiving.done;
    receiving.stop();
    assertEquals([before, receiving.done], [false, true]);
  }));

Deno.test("pull's patience begins again when the reader of its output has taken everything", async () => {
  using parts = new Parts(jobOf("pull"));
  const { wire, job, tally, patience } = parts;
  using ends = pipe();
  using output = new Output(`/dev/fd/${ends.write}`);
  const receiving = new Receiving(wire, output, job, tally, patience, false);
  await using push = new Push({ linger: 0 });
  const address = freshAddress("inproc");
  await push.bind(address);
  parts.socket.connect(address);
  await push.send(new Uint8Array(100_000)); // more than a pipe holds
  let renewed = 0;
  using _ = watched(patience, "renew", () => void renewed++);
  const seen: unknown[] = [];
  for (let turn = 0; turn < 100 && (turn === 0 || !receiving.waiting); turn++) {
    parts.go();
    seen.push([renewed, receiving.waiting]);
    drain(ends.read);
  }
  assertEquals([seen[0], seen.at(-1)], [[1, false], [2, true]]);
});

Deno.test("what is done with a message may take back the wait for room of the same moment", async () => {
  using parts = new Parts(jobOf("pair"));
  const { socket, wire } = parts;
  await using peer = new Pair({ linger: 0 });
  const address = freshAddress("inproc");
  await peer.bind(address);
  socket.connect(address);
  await peer.send("x");
  const done: string[] = [];
  wire.onReadable = () => {
    done.push(String(socket.tryReceive()));
    wire.watch({ writable: false });
  };
  wire.onWritable = () => done.push("writable");
  wire.watch({ readable: true, writable: true });
  parts.go();
  assertEquals(done, ["x"]);
});
