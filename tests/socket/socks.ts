/** A SOCKS5 proxy as small as it can be: nothing but connecting, and names of any kind are taken. */

/** Listens on a port of its own until the end of the block. */
export class ProxyServer implements Disposable {
  /** Where it was asked to connect to, in order. */
  readonly targets: string[] = [];
  /** Who was said to be connecting, as `name:password`, in order; asked for only where it's wanted. */
  readonly users: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<void>;

  /** Asks for a name and a password, where that's wanted, and takes any. */
  constructor(private readonly authenticates = false) {
    this.#serving = this.#serve();
  }

  /** Its address, as the option wants it. */
  get address(): string {
    return `127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Ends it, and waits until all connections through it are over. */
  async idle(): Promise<void> {
    this[Symbol.dispose]();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const all: Promise<void>[] = [];
    for await (const client of this.#listener) all.push(this.#relay(client));
    await Promise.all(all);
  }

  async #relay(client: Deno.Conn): Promise<void> {
    using _client = client;
    const read = async (size: number) => {
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size;) {
        const count = await client.read(bytes.subarray(at));
        if (count === null) throw new Error("The client has gone");
        at += count;
      }
      return bytes;
    };
    // Version and methods, of which one is taken.
    const [, methods] = await read(2);
    await read(methods);
    await client.write(new Uint8Array([5, this.authenticates ? 2 : 0]));
    if (this.authenticates) {
      await read(1);
      const text = async () => new TextDecoder().decode(await read((await read(1))[0]));
      this.users.push(`${await text()}:${await text()}`);
      await client.write(new Uint8Array([1, 0]));
    }
    // Version, the command to connect, and the target, by its address or by its name.
    const [, , , type] = await read(4);
    const host = type === 1
      ? (await read(4)).join(".")
      : new TextDecoder().decode(await read((await read(1))[0]));
    const port = new DataView((await read(2)).buffer).getUint16(0);
    this.targets.push(`${host}:${port}`);
    using server = await Deno.connect({ hostname: host, port });
    await client.write(new Uint8Array([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    // Whichever side ends first ends the other.
    await Promise.race([copy(client, server), copy(server, client)]);
  }

  [Symbol.dispose](): void {
    try {
      this.#listener.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

async function copy(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(65536);
  try {
    for (let count; (count = await from.read(buffer)) !== null;) {
      await to.write(buffer.subarray(0, count));
    }
  } catch {
    // It was reset, or closed by the other direction.
  }
}
