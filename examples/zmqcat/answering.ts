/** What rep answers. */

import type { Frame } from "../../mod.ts";
import type { Job } from "./arguments.ts";
import { type Message, split } from "./cutting.ts";
import { joined } from "./printing.ts";
import type { Receiving } from "./receiving.ts";
import { say, type Tally } from "./tally.ts";
import type { Wire } from "./wire.ts";

const LINE_END = 0x0a;

/** Answers each message that Receiving gets: with a text, with a command's output, or with itself. */
export class Answering implements Disposable {
  #reply: Message | undefined;
  #child: Deno.ChildProcess | undefined;

  constructor(
    readonly wire: Wire,
    readonly receiving: Receiving,
    readonly job: Job,
    readonly tally: Tally,
  ) {
    wire.onWritable = () => this.#send();
    receiving.onMessage = (request) => this.#answer(request);
  }

  #answer(request: Frame[]): void {
    this.receiving.busy = true;
    this.receiving.pause();
    const { reply, replyExec } = this.job;
    if (replyExec !== undefined) return this.#execute(replyExec, request);
    this.#reply = reply === undefined ? request : split(new TextEncoder().encode(reply), this.job);
    this.#send();
  }

  #send(): void {
    const sent = this.wire.socket.trySend(this.#reply!);
    this.wire.watch({ writable: !sent });
    if (!sent) return;
    this.tally.sent.add(this.#reply!);
    this.receiving.busy = false;
    this.receiving.resume();
  }

  /** While the command runs, the loop goes on. Its end comes into the loop as a timer that is due at once. */
  #execute(command: string, request: Frame[]): void {
    const { poller } = this.wire;
    this.#run(command, request).then((output) => {
      if (poller.closed) return;
      this.#reply = split(output, this.job);
      poller.addTimer(0, { key: () => this.#send() });
    }, (error) => {
      if (poller.closed) return;
      poller.addTimer(0, {
        key: () => {
          throw error;
        },
      });
    });
  }

  async #run(command: string, request: Frame[]): Promise<Uint8Array> {
    const child = this.#child = new Deno.Command("/bin/sh", {
      args: ["-c", command],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const input = new Blob([joined(request, this.job.separator).slice()]).stream();
    // A command needn't read all of its input, or any.
    const [{ code, stdout }] = await Promise.all([
      child.output(),
      input.pipeTo(child.stdin).catch(() => {}),
    ]);
    this.#child = undefined;
    if (code !== 0) say(`zmqcat: the command for the reply has ended with status ${code}\n`);
    const ends = this.job.format !== "raw" && stdout.at(-1) === LINE_END;
    return ends ? stdout.subarray(0, -1) : stdout;
  }

  [Symbol.dispose](): void {
    try {
      this.#child?.kill();
    } catch {
      // It has ended already.
    }
  }
}
