/** A TCP connection's way between two peers, on which a test makes faults. It passes bytes on, and knows nothing of ZMTP. */

import { pause, turn } from "../waiting.ts";
import { resetOnClose } from "./reset.ts";

/** Towards the side that is bound, or back to the one that connects. */
export type Direction = "up" | "down";

/** What becomes of one connection. */
export interface Faults {
  /** Cuts it once so many bytes have gone that way. */
  cutAfter?: { way: Direction; bytes: number; how?: Cut };
  /** Passes on one byte at a time. */
  byteByByte?: boolean;
  /** How long each piece is held back, in ms. */
  delay?: number;
  /** Changes the bytes that go that way; `at` is how many have gone before. */
  alter?: (bytes: Uint8Array<ArrayBuffer>, at: number, way: Direction) => Uint8Array<ArrayBuffer>;
}

/** How a connection ends for both peers: in order, by FIN, or by RST. */
export type Cut = "fin" | "reset";

/** Listens on loopback, and connects who comes with a bound socket. It ends with its block. */
export class Link implements AsyncDisposable {
  /** Those of the connections to come, in their order; then there are none. */
  readonly faults: Faults[];
  /** How many connections there have been, and how many bytes went each way in all. */
  connections = 0;
  readonly passed: Record<Direction, number> = { up: 0, down: 0 };
  readonly #port: number;
  readonly #target: number;
  #listener: Deno.TcpListener | undefined;
  readonly #open = new Set<Connection>();
  readonly #work = new Set<Promise<void>>();
  #isOver = false;
  #stall = Promise.withResolvers<void>();

  /** @param address Where the bound socket is; or it's to be bound there later. */
  constructor(address: string, ...faults: Faults[]) {
    this.faults = faults;
    this.#target = Number(/:(\d+)$/.exec(address)![1]);
    this.#stall.resolve();
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#port = this.#listener.addr.port;
    this.#keep(this.#serve(this.#listener));
  }

  /** Where to connect to. */
  get address(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  /** Lets nothing pass, either way, from now on: not even an end. */
  stall(): void {
    this.#stall = Promise.withResolvers();
  }

  /** Ends the stall. */
  go(): void {
    this.#stall.resolve();
  }

  /** Not stalled. */
  get isFree(): Promise<void> {
    return this.#stall.promise;
  }

  /** Cuts all connections. */
  cut(how: Cut = "fin"): void {
    for (const connection of this.#open) connection.cut(how);
  }

  /** Ends all connections towards one peer alone, which can still send. */
  halfClose(way: Direction): void {
    for (const connection of this.#open) connection.halfClose(way);
  }

  /** Refuses who would connect, until `accept`. */
  refuse(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  /** Listens again, once the system has the port back. */
  async accept(): Promise<void> {
    while (this.#listener === undefined) {
      try {
        this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.#port });
      } catch (error) {
        if (!(error instanceof Deno.errors.AddrInUse)) throw error;
        await turn();
      }
    }
    this.#keep(this.#serve(this.#listener));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.refuse();
    this.go();
    for (const connection of this.#open) connection.close();
    await Promise.all(this.#work);
  }

  #keep(work: Promise<void>): void {
    this.#work.add(work);
    work.then(() => this.#work.delete(work));
  }

  async #serve(listener: Deno.TcpListener): Promise<void> {
    for await (const client of listener) this.#keep(this.#relay(client));
  }

  async #relay(client: Deno.TcpConn): Promise<void> {
    let server: Deno.TcpConn;
    try {
      server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
    } catch {
      return client.close(); // no one is bound there now
    }
    if (this.#isOver) return [client, server].forEach((end) => end.close());
    this.connections++;
    const connection = new Connection(this, client, server, this.faults.shift() ?? {});
    this.#open.add(connection);
    await connection.done;
    this.#open.delete(connection);
  }
}

/** One connection of a link's. */
class Connection {
  readonly done: Promise<void>;
  #isCut = false;

  constructor(
    readonly link: Link,
    readonly client: Deno.TcpConn,
    readonly server: Deno.TcpConn,
    readonly faults: Faults,
  ) {
    for (const end of [client, server]) end.setNoDelay(true);
    const ways = [this.#pass(client, server, "up"), this.#pass(server, client, "down")];
    this.done = Promise.all(ways).then(() => this.close());
  }

  /** What comes from now on is dropped. By FIN, the connection is over once both peers have closed it. */
  cut(how: Cut): void {
    this.#isCut = true;
    const ends = [this.client, this.server];
    if (how === "reset") {
      for (const end of ends) resetOnClose(end);
      this.close();
    } else {
      for (const end of ends) end.closeWrite().catch(() => {}); // it may have gone by itself
    }
  }

  halfClose(way: Direction): void {
    (way === "up" ? this.server : this.client).closeWrite().catch(() => {});
  }

  close(): void {
    for (const end of [this.client, this.server]) {
      try {
        end.close();
      } catch {
        // it's closed already
      }
    }
  }

  /** Passes on what one end sends, until it ends. */
  async #pass(from: Deno.TcpConn, to: Deno.TcpConn, way: Direction): Promise<void> {
    const { link, faults: { alter, byteByByte, cutAfter, delay } } = this;
    const limit = cutAfter?.way === way ? cutAfter.bytes : Infinity;
    const buffer = new Uint8Array(65536);
    let passed = 0;
    try {
      for (let size; (size = await from.read(buffer)) !== null;) {
        await link.isFree;
        if (delay !== undefined) await pause(delay);
        if (this.#isCut) continue;
        let bytes = buffer.slice(0, Math.min(size, limit - passed));
        if (alter !== undefined) bytes = alter(bytes, passed, way);
        const step = byteByByte ? 1 : bytes.length;
        for (let at = 0; at < bytes.length; at += step) {
          await writeAll(to, bytes.subarray(at, at + step));
        }
        passed += bytes.length;
        link.passed[way] += bytes.length;
        if (passed >= limit) this.cut(cutAfter!.how ?? "fin");
      }
      await link.isFree;
      await to.closeWrite();
    } catch {
      // One of the two has reset the connection, or it was closed here.
      this.close();
    }
  }
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}
