/** A relay between a client and a server over tcp: what went over the wire, and when the connection ends. */

import type { Socket } from "../../mod.ts";
import { portOf } from "./support.ts";

/** Takes one connection, until the end of the block. */
export class Relay implements AsyncDisposable {
  /** What has come from the client. */
  sent = "";
  /** Resolves when either side has ended the connection. */
  readonly ended: Promise<void>;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  #close = () => {};

  constructor(server: Socket) {
    this.ended = this.#relay(portOf(server));
  }

  /** Where the client is to connect to. */
  get address(): string {
    return `tcp://127.0.0.1:${this.#listener.addr.port}`;
  }

  async #relay(port: number): Promise<void> {
    let client: Deno.Conn;
    try {
      client = await this.#listener.accept();
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) return; // no one came
      throw error;
    }
    // A client that is refused comes again, and would find no one who talks to it.
    this.#listener.close();
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    let open = true;
    this.#close = () => {
      if (!open) return;
      open = false;
      client.close();
      server.close();
    };
    const text = new TextDecoder("latin1");
    const copy = async (from: Deno.Conn, to: Deno.Conn, look: (bytes: Uint8Array) => void) => {
      const buffer = new Uint8Array(65536);
      try {
        for (let count; (count = await from.read(buffer)) !== null;) {
          look(buffer.subarray(0, count));
          await to.write(buffer.subarray(0, count));
        }
      } catch {
        // It was reset, or ended by the other direction.
      }
      this.#close();
    };
    await Promise.all([
      copy(client, server, (bytes) => this.sent += text.decode(bytes)),
      copy(server, client, () => {}),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#listener.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    this.#close();
    await this.ended;
  }
}
