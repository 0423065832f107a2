/** How a peer in order introduces itself on a connection, and how frames are written there: over tcp://, or over ws://. */

import { createHash } from "node:crypto";
import { COMMAND, framed, GREETING, joined } from "./frames.ts";
import type { Transport } from "./targets.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const TEXT = new TextEncoder();
/** A command of a peer in order is no longer than this. */
const MOST = 100_000;
/** Of a WebSocket's key, in its answer. */
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A connection whose frames are read and written as its transport has them. */
export abstract class Wire {
  #rest: Bytes = new Uint8Array();

  constructor(readonly connection: Deno.Conn, readonly isServer: boolean) {}

  static on(transport: Transport, connection: Deno.Conn, isServer: boolean): Wire {
    return new (transport === "tcp" ? TcpWire : WebWire)(connection, isServer);
  }

  /** Says which mechanism it has, and waits for the other side to do so. */
  abstract introduce(mechanism: string): Promise<void>;

  /** A frame whose flags are ZMTP's. */
  abstract frame(flags: number, body: Uint8Array): Bytes;

  /** The next frame's body. */
  protected abstract body(): Promise<Bytes>;

  /** The body of a command that must have this name, without the name. */
  async command(name: string): Promise<Bytes> {
    const body = await this.body();
    const begin = joined(Uint8Array.of(name.length), TEXT.encode(name));
    if (begin.some((one, at) => body[at] !== one)) throw new Error(`It's no ${name}`);
    return body.slice(begin.length);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.connection.write(bytes.subarray(at));
  }

  protected async read(length: number): Promise<Bytes> {
    if (length > MOST) throw new Error("Nothing is so long");
    while (this.#rest.length < length) await this.#more();
    const bytes = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return bytes;
  }

  /** The text up to an end, and that. */
  protected async text(end: string): Promise<string> {
    for (;;) {
      const at = new TextDecoder("latin1").decode(this.#rest).indexOf(end);
      if (at >= 0) return new TextDecoder("latin1").decode(await this.read(at + end.length));
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const buffer = new Uint8Array(4096);
    const length = await this.connection.read(buffer);
    if (length === null) throw new Error("It was sent away");
    this.#rest = joined(this.#rest, buffer.subarray(0, length));
  }
}

class TcpWire extends Wire {
  async introduce(mechanism: string): Promise<void> {
    const greeting = new Uint8Array(GREETING);
    greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]);
    greeting.set(TEXT.encode(mechanism), 12);
    greeting[32] = this.isServer ? 1 : 0;
    await this.write(greeting);
    await this.read(GREETING);
  }

  frame(flags: number, body: Uint8Array): Bytes {
    return framed(flags, body);
  }

  protected async body(): Promise<Bytes> {
    const [flags] = await this.read(1);
    const head = await this.read(flags & 2 ? 8 : 1);
    const view = new DataView(head.buffer);
    return await this.read(head.length === 1 ? head[0] : Number(view.getBigUint64(0)));
  }
}

/** ZWS 2.0, whose client masks what it says. */
class WebWire extends Wire {
  async introduce(mechanism: string): Promise<void> {
    const common = ["Upgrade: websocket", "Connection: Upgrade"];
    const protocol = `Sec-WebSocket-Protocol: ZWS2.0/${mechanism}`;
    const say = (...lines: string[]) => this.write(TEXT.encode([...lines, "", ""].join("\r\n")));
    if (!this.isServer) {
      const key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";
      const version = "Sec-WebSocket-Version: 13";
      await say("GET / HTTP/1.1", "Host: 127.0.0.1", ...common, key, protocol, version);
      await this.text("\r\n\r\n");
      return;
    }
    const [, key] = /^Sec-WebSocket-Key: (.*)\r$/mi.exec(await this.text("\r\n\r\n")) ?? [];
    const accept = createHash("sha1").update(key + MAGIC).digest("base64");
    const first = "HTTP/1.1 101 Switching Protocols";
    await say(first, ...common, `Sec-WebSocket-Accept: ${accept}`, protocol);
  }

  frame(flags: number, body: Uint8Array): Bytes {
    const content = joined(Uint8Array.of(flags & COMMAND ? 2 : flags & 1), body);
    const [size, bytes] = content.length < 126
      ? [content.length, 0]
      : content.length < 65536
      ? [126, 2]
      : [127, 8];
    const head = new Uint8Array(2 + bytes);
    const view = new DataView(head.buffer);
    head.set([0x82, this.isServer ? size : 0x80 | size]);
    if (bytes === 2) view.setUint16(2, content.length);
    if (bytes === 8) view.setBigUint64(2, BigInt(content.length));
    if (this.isServer) return joined(head, content);
    const mask = crypto.getRandomValues(new Uint8Array(4));
    return joined(head, mask, content.map((one, at) => one ^ mask[at % 4]));
  }

  protected async body(): Promise<Bytes> {
    const [, second] = await this.read(2);
    const short = second & 127;
    const head = await this.read(short < 126 ? 0 : short === 126 ? 2 : 8);
    const view = new DataView(head.buffer);
    const length = short < 126
      ? short
      : short === 126
      ? view.getUint16(0)
      : Number(view.getBigUint64(0));
    const mask = second & 128 ? await this.read(4) : new Uint8Array(4);
    return (await this.read(length)).map((one, at) => one ^ mask[at % 4]).slice(1);
  }
}
