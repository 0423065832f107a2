/**
 * A Jupyter kernel and its client: code goes to the kernel, and what it prints, shows and answers comes back.
 *
 * A kernel binds five sockets; this uses three: `shell` and `control` for requests, and `iopub`, where it publishes. Each message
 * is signed with the key that both have from a connection file. `console.ts` is a program that uses it.
 */

import { createHmac } from "node:crypto";
import { Dealer, type Receiver, Reply, Subscriber } from "../../mod.ts";

interface Message {
  header: { msg_type: string };
  parent_header: { msg_id?: string };
  content: Record<string, unknown>;
}

/** What a kernel publishes while it runs code: `stream`, `execute_result`, `error` and others, as Jupyter's pages have them. */
export interface Output {
  type: string;
  content: Record<string, unknown>;
}

export class Kernel implements AsyncDisposable {
  readonly #key = crypto.randomUUID();
  readonly #file = Deno.makeTempFileSync({ suffix: ".json" });
  readonly #shell = new Dealer({ linger: 0 });
  readonly #control = new Dealer({ linger: 0 });
  readonly #iopub = new Subscriber({ linger: 0 });
  readonly #process: Deno.ChildProcess;

  private constructor([program, ...args]: string[], ports: number[]) {
    const names = ["shell_port", "control_port", "iopub_port", "stdin_port", "hb_port"];
    const connection = {
      ...Object.fromEntries(names.map((name, place) => [name, ports[place]])),
      ...{ transport: "tcp", ip: "127.0.0.1", key: this.#key, signature_scheme: "hmac-sha256" },
    };
    Deno.writeTextFileSync(this.#file, JSON.stringify(connection));
    this.#process = new Deno.Command(program, {
      ...{ args: [...args, this.#file], stdin: "null", stdout: "null" },
      detached: true, // so that Ctrl-C at a terminal goes to this program alone
    }).spawn();
    this.#iopub.subscribe("");
    const sockets = [this.#shell, this.#control, this.#iopub];
    sockets.forEach((socket, place) => socket.connect(`tcp://127.0.0.1:${ports[place]}`));
    // What waits for a kernel that has ended is rejected.
    this.#process.status.then(() => sockets.forEach((socket) => socket.close()));
  }

  /** Starts a kernel by its command, to which the name of the connection file is added, and waits until it can be heard. */
  static async start(command: string[]): Promise<Kernel> {
    const kernel = new Kernel(command, await freePorts(5));
    try {
      // The subscription arrives some time after the connection, and what is published before is missed.
      do await kernel.#ask(kernel.#shell, "kernel_info_request"); while (
        !await kernel.#iopub.wait({ timeout: 100 })
      );
      return kernel;
    } catch (error) {
      await kernel[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs code. The loop ends when the kernel has done it. */
  async *execute(code: string): AsyncGenerator<Output> {
    const id = await this.#send(this.#shell, "execute_request", {
      ...{ code, silent: false, store_history: true, user_expressions: {} },
      ...{ allow_stdin: false, stop_on_error: true },
    });
    let busy = true;
    // Some kernels, such as Deno's, publish results a moment after they're idle.
    while (busy || await this.#iopub.wait({ timeout: 50 })) {
      const { header: { msg_type: type }, parent_header, content } = await this.#receive(
        this.#iopub,
      );
      if (type !== "status") yield { type, content };
      else if (parent_header.msg_id === id) busy = content.execution_state !== "idle";
    }
    await this.#replyTo(this.#shell, id);
  }

  /** What could come at the end of unfinished code. */
  async complete(code: string): Promise<string[]> {
    const content = { code, cursor_pos: code.length };
    return (await this.#ask(this.#shell, "complete_request", content)).matches as string[];
  }

  /** Interrupts what runs. */
  async interrupt(): Promise<void> {
    await this.#ask(this.#control, "interrupt_request");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const asked = this.#ask(this.#control, "shutdown_request", { restart: false });
    await asked.catch((error) => {
      if (!this.#control.closed) throw error; // otherwise it has ended by itself
    });
    await this.#process.status;
    await Deno.remove(this.#file);
  }

  async #ask(socket: Dealer, type: string, content = {}): Promise<Message["content"]> {
    return await this.#replyTo(socket, await this.#send(socket, type, content));
  }

  async #replyTo(socket: Dealer, id: string): Promise<Message["content"]> {
    for (;;) {
      const { parent_header, content } = await this.#receive(socket);
      if (parent_header.msg_id === id) return content;
    }
  }

  async #send(socket: Dealer, type: string, content: object): Promise<string> {
    const header = { msg_id: crypto.randomUUID(), msg_type: type, session: "", username: "" };
    const parts = [{ ...header, date: new Date(), version: "5.3" }, {}, {}, content];
    const texts = parts.map((part) => JSON.stringify(part));
    await socket.send(["<IDS|MSG>", this.#sign(texts), ...texts]);
    return header.msg_id;
  }

  async #receive(socket: Receiver): Promise<Message> {
    const texts = (await socket.receive()).map(String);
    const [signature, ...parts] = texts.slice(texts.indexOf("<IDS|MSG>") + 1);
    if (signature !== this.#sign(parts.slice(0, 4))) throw new Error("a message has another key");
    const [header, parent_header, , content] = parts.map((part) => JSON.parse(part));
    return { header, parent_header, content };
  }

  #sign(parts: string[]): string {
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }
}

async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => new Reply());
  const ports = await Promise.all(
    // Below the ports that the system gives to others meanwhile.
    sockets.map((socket) =>
      socket.bindToRandomPort("tcp://127.0.0.1", { min: 10_000, max: 32_000 })
    ),
  );
  for (const socket of sockets) socket.close();
  return ports;
}
