/** A kernel of `deno jupyter`, whose ZeroMQ isn't libzmq (ZMTP 3.0): we are its client, with five sockets at once. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { Dealer, type Receiver, Request, Subscriber } from "../../mod.ts";
import { type Channel, CHANNELS, KEY, MISSING_KERNEL as missing, startKernel } from "../jupyter.ts";
import type { Program } from "../program.ts";
import { finish, next } from "../socket/observing.ts";
import { withFolder } from "../util.ts";
import { soon } from "../waiting.ts";

/** A message of Jupyter's protocol; the fields that this test looks at. */
interface JupyterMessage {
  header: { msg_id: string; msg_type: string };
  parent_header: { msg_id?: string };
  content: Record<string, unknown>;
}

function sign(parts: readonly Uint8Array[]): string {
  const hmac = createHmac("sha256", KEY);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

/** A request as it goes over the wire, and its id. */
function requestOf(type: string, content: Record<string, unknown>) {
  const header = {
    msg_id: randomUUID(),
    session: "test",
    username: "test",
    date: new Date().toISOString(),
    msg_type: type,
    version: "5.3",
  };
  const text = new TextEncoder();
  const parts = [header, {}, {}, content].map((part) => text.encode(JSON.stringify(part)));
  const frames = [text.encode("<IDS|MSG>"), text.encode(sign(parts)), ...parts];
  return { id: header.msg_id, frames };
}

/** The next message, whose signature must be right. */
async function nextMessage(socket: Receiver): Promise<JupyterMessage> {
  const frames = await soon(socket.receive());
  const start = frames.findIndex((frame) => frame.text() === "<IDS|MSG>");
  assert(start >= 0, "no delimiter");
  const [signature, ...parts] = frames.slice(start + 1);
  assertEquals(parts.length, 4);
  assertEquals(signature.text(), sign(parts));
  const [header, parent_header, , content] = parts.map((part) => JSON.parse(part.text()));
  return { header, parent_header, content };
}

/** A kernel, and our five sockets. */
class Kernel implements AsyncDisposable {
  readonly shell = new Dealer({ routingId: "client" });
  readonly control = new Dealer({ routingId: "client" });
  readonly stdin = new Dealer({ routingId: "client" });
  readonly iopub = new Subscriber();
  readonly hb = new Request();

  constructor(readonly program: Program, ports: Record<Channel, number>) {
    this.iopub.subscribe("");
    for (const channel of CHANNELS) this[channel].connect(`tcp://127.0.0.1:${ports[channel]}`);
  }

  static async start(folder: string): Promise<Kernel> {
    const { program, ports } = await startKernel(folder);
    return new Kernel(program, ports);
  }

  /** Sends a request, and returns its reply. */
  async ask(
    channel: "shell" | "control",
    type: string,
    content: Record<string, unknown> = {},
  ): Promise<JupyterMessage> {
    const { id, frames } = requestOf(type, content);
    await this[channel].send(frames);
    for (;;) {
      const reply = await nextMessage(this[channel]);
      if (reply.parent_header.msg_id === id) return reply;
    }
  }

  /**
   * Has it run code: the reply, and what was published of it, until the kernel is idle again and all of these types
   * have come. What a program prints may come late.
   */
  async execute(
    code: string,
    types: readonly string[] = [],
  ): Promise<{ reply: JupyterMessage; published: JupyterMessage[] }> {
    const { id, frames } = requestOf("execute_request", {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    });
    await this.shell.send(frames);
    const published: JupyterMessage[] = [];
    const awaited = new Set(["idle", ...types]);
    const listen = async () => {
      while (awaited.size > 0) {
        const message = await nextMessage(this.iopub);
        if (message.parent_header.msg_id !== id) continue;
        published.push(message);
        awaited.delete(message.header.msg_type);
        awaited.delete(String(message.content.execution_state));
      }
    };
    const [reply] = await Promise.all([nextMessage(this.shell), listen()]);
    assertEquals(reply.parent_header.msg_id, id);
    return { reply, published };
  }

  /** Asks until something is published: only then our subscription has arrived. */
  async awaken(): Promise<JupyterMessage> {
    const published = soon(this.iopub.receive());
    let heard = false;
    published.then(() => heard = true, () => heard = true);
    for (;;) {
      const reply = await this.ask("shell", "kernel_info_request");
      if (heard) {
        await published;
        return reply;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const channel of CHANNELS) {
      this[channel].linger = 0;
      this[channel].close();
    }
    await this.program[Symbol.asyncDispose]();
  }
}

/** Makes a test that is given a kernel. */
function kernelTest(
  claim: string,
  body: (kernel: Kernel) => Promise<void>,
): Deno.TestDefinition {
  return {
    name: `deno jupyter: ${claim}${missing === undefined ? "" : ` [SKIPPED: ${missing}]`}`,
    ignore: missing !== undefined,
    fn: () =>
      withFolder(async (folder) => {
        await using kernel = await Kernel.start(folder);
        await body(kernel);
      }),
  };
}

Deno.test(kernelTest(
  "signed requests are answered, code runs, and it ends when it's told",
  async (kernel) => {
    const info = await kernel.awaken();
    assertEquals(info.header.msg_type, "kernel_info_reply");
    assertEquals(info.content.status, "ok");
    assertEquals((info.content.language_info as { name: string }).name, "typescript");

    const { reply, published } = await kernel.execute(`console.log("hi"); 6 * 7`, [
      "stream",
      "execute_result",
    ]);
    assertEquals(reply.header.msg_type, "execute_reply");
    assertEquals(reply.content.status, "ok");
    const find = (type: string) =>
      published.find(({ header }) => header.msg_type === type)!.content;
    assertEquals(find("stream"), { name: "stdout", text: "hi\n" });
    const { "text/plain": plain } = find("execute_result").data as Record<string, string>;
    // deno-lint-ignore no-control-regex -- the kernel prints in colours
    assertEquals(plain.replaceAll(/\x1b\[\d+m/g, ""), "42");

    const failed = await kernel.execute(`throw new RangeError("on purpose")`);
    assertEquals(failed.reply.content.status, "error");
    assertEquals(failed.reply.content.ename, "RangeError");

    const ending = await kernel.ask("control", "shutdown_request", { restart: false });
    assertEquals(ending.header.msg_type, "shutdown_reply");
    assertEquals((await kernel.program.outcome()).code, 0);
  },
));

Deno.test(kernelTest("heartbeats come back as they were, among other work", async (kernel) => {
  const beat = async () => {
    for (let number = 0; number < 200; number++) {
      await kernel.hb.send(`beat ${number}`);
      assertEquals(String(await soon(kernel.hb.receive())), `beat ${number}`);
    }
  };
  await Promise.all([beat(), kernel.awaken()]);
}));

Deno.test(kernelTest("what is signed with another key isn't answered", async (kernel) => {
  await kernel.awaken();
  const { frames } = requestOf("kernel_info_request", {});
  frames[1] = new TextEncoder().encode("0".repeat(64));
  await kernel.shell.send(frames);
  // Requests are answered in their order: the next reply is that of the next.
  const { id, frames: signed } = requestOf("kernel_info_request", {});
  await kernel.shell.send(signed);
  assertEquals((await nextMessage(kernel.shell)).parent_header.msg_id, id);
}));

Deno.test(kernelTest(
  "it answers no heartbeats of ZMTP: asked for some, the connection breaks",
  async (kernel) => {
    const socket = new Request({
      heartbeatInterval: 50,
      heartbeatTimeout: 100,
      reconnectInterval: 10,
    });
    const { events } = socket;
    socket.connect(kernel.shell.lastEndpoint!);
    // Twice, so that it's connected again in between.
    for (let count = 0; count < 2; count++) {
      await next(events, "handshake");
      await next(events, "disconnect");
    }
    await finish(socket);
  },
));
