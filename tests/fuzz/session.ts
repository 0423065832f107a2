/** The handshakes of a peer that has what it takes to come in: under PLAIN the password, under CURVE the keys. */

import { type Box, SecretKey } from "./box.ts";
import { COMMAND, framed, GREETING, joined } from "./frames.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What an insider has. A server has its own secret key, and needs no other. */
export type Credentials =
  | { mechanism: "PLAIN"; name: string; password: string }
  | { mechanism: "CURVE"; secretKey: Uint8Array; serverKey: Uint8Array };

/** Which of the two it is, and what it says of itself in the end. */
export interface Introduction {
  role: "client" | "server";
  metadata: Uint8Array;
  /** May spoil a command of the handshake: what is written instead. */
  spoil(command: Bytes): Bytes;
}

/** What can be said once both sides have introduced themselves. */
export interface Session {
  /** A frame, in a box of its own under CURVE. */
  frame(flags: number, body: Uint8Array): Bytes;
  /** A frame whose box has this nonce, and this content: flags and body, or fewer. Without CURVE, the content alone. */
  boxed(nonce: bigint, content: Uint8Array): Bytes;
}

const TEXT = new TextEncoder();
/** A command of a peer in order is no longer than this. */
const MOST = 100_000;

/** Reads what comes in whole pieces. */
class Reader {
  #rest = new Uint8Array();

  constructor(readonly connection: Deno.Conn) {}

  async bytes(length: number): Promise<Bytes> {
    const buffer = new Uint8Array(4096);
    while (this.#rest.length < length) {
      const read = await this.connection.read(buffer);
      if (read === null) throw new Error("It was sent away");
      this.#rest = joined(this.#rest, buffer.subarray(0, read));
    }
    const bytes = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return bytes;
  }

  /** The body of a command that must have this name. */
  async command(name: string): Promise<Bytes> {
    const [flags] = await this.bytes(1);
    const head = await this.bytes(flags & 2 ? 8 : 1);
    const length = head.length === 1 ? head[0] : Number(new DataView(head.buffer).getBigUint64(0));
    if (length > MOST) throw new Error("No command is so long");
    const body = await this.bytes(length);
    const begin = joined(Uint8Array.of(name.length), TEXT.encode(name));
    if (begin.some((one, at) => body[at] !== one)) throw new Error(`It's no ${name}`);
    return body.slice(begin.length);
  }
}

/** Introduces itself, and reads the other side's introduction. Rejects if it's sent away, as when it spoils a command. */
export async function handshake(
  connection: Deno.Conn,
  credentials: Credentials,
  introduction: Introduction,
): Promise<Session> {
  const { mechanism } = credentials;
  const reader = new Reader(connection);
  const isServer = introduction.role === "server";
  await write(connection, greetingOf(mechanism, isServer));
  await reader.bytes(GREETING);
  const say = (name: string, ...parts: Uint8Array[]) => {
    const body = joined(Uint8Array.of(name.length), TEXT.encode(name), ...parts);
    return write(connection, introduction.spoil(framed(COMMAND, body)));
  };
  return mechanism === "PLAIN"
    ? await plain(reader, say, credentials, introduction)
    : await (isServer ? curveServer : curveClient)(reader, say, credentials, introduction);
}

type Say = (name: string, ...parts: Uint8Array[]) => Promise<void>;
type Keys = Credentials & { mechanism: "CURVE" };

async function plain(
  reader: Reader,
  say: Say,
  { name, password }: Credentials & { mechanism: "PLAIN" },
  { role, metadata }: Introduction,
): Promise<Session> {
  if (role === "client") {
    const counted = [name, password]
      .map((one) => joined(Uint8Array.of(one.length), TEXT.encode(one)));
    await say("HELLO", ...counted);
    await reader.command("WELCOME");
    await say("INITIATE", metadata);
    await reader.command("READY");
  } else {
    await reader.command("HELLO");
    await say("WELCOME");
    await reader.command("INITIATE");
    await say("READY", metadata);
  }
  return { frame: framed, boxed: (_nonce, content) => framed(0, content) };
}

async function curveClient(
  reader: Reader,
  say: Say,
  { secretKey, serverKey }: Keys,
  { metadata }: Introduction,
): Promise<Session> {
  const [own, short] = [new SecretKey(secretKey), new SecretKey()];
  const hello = short.sharedWith(serverKey);
  await say(
    "HELLO",
    Uint8Array.of(1, 0),
    new Uint8Array(72),
    short.publicBytes(),
    counted(1n),
    hello.seal(nonceOf("CurveZMQHELLO---", 1n), new Uint8Array(64)),
  );
  const welcome = await reader.command("WELCOME");
  const opened = hello.open(
    joined(TEXT.encode("WELCOME-"), welcome.slice(0, 16)),
    welcome.slice(16),
  );
  const [theirs, cookie] = [opened.slice(0, 32), opened.slice(32)];
  const session = short.sharedWith(theirs);
  const vouchNonce = crypto.getRandomValues(new Uint8Array(16));
  const vouch = own.sharedWith(theirs).seal(
    joined(TEXT.encode("VOUCH---"), vouchNonce),
    joined(short.publicBytes(), serverKey),
  );
  const content = joined(own.publicBytes(), vouchNonce, vouch, metadata);
  const box = session.seal(nonceOf("CurveZMQINITIATE", 2n), content);
  await say("INITIATE", cookie, counted(2n), box);
  await reader.command("READY");
  return new CurveSession(session, "CurveZMQMESSAGEC", 3n);
}

async function curveServer(
  reader: Reader,
  say: Say,
  { secretKey }: Keys,
  { metadata }: Introduction,
): Promise<Session> {
  const [own, short] = [new SecretKey(secretKey), new SecretKey()];
  const theirs = (await reader.command("HELLO")).slice(74, 106);
  const nonce = crypto.getRandomValues(new Uint8Array(16));
  const cookie = crypto.getRandomValues(new Uint8Array(96));
  const box = own.sharedWith(theirs)
    .seal(joined(TEXT.encode("WELCOME-"), nonce), joined(short.publicBytes(), cookie));
  await say("WELCOME", nonce, box);
  await reader.command("INITIATE");
  const session = short.sharedWith(theirs);
  await say("READY", counted(1n), session.seal(nonceOf("CurveZMQREADY---", 1n), metadata));
  return new CurveSession(session, "CurveZMQMESSAGES", 2n);
}

class CurveSession implements Session {
  constructor(readonly box: Box, readonly prefix: string, private next: bigint) {}

  frame(flags: number, body: Uint8Array): Bytes {
    // In a box, the flag of a command has another place.
    const inner = flags & ~COMMAND | (flags & COMMAND ? 2 : 0);
    return this.boxed(this.next++, joined(Uint8Array.of(inner), body));
  }

  boxed(nonce: bigint, content: Uint8Array): Bytes {
    const box = this.box.seal(nonceOf(this.prefix, nonce), content);
    return framed(0, joined(TEXT.encode("\x07MESSAGE"), counted(nonce), box));
  }
}

/** A number that is used once, in 8 bytes. */
function counted(nonce: bigint): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, nonce);
  return bytes;
}

const nonceOf = (prefix: string, nonce: bigint) => joined(TEXT.encode(prefix), counted(nonce));

function greetingOf(mechanism: string, isServer: boolean): Bytes {
  const bytes = new Uint8Array(GREETING);
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]);
  bytes.set(TEXT.encode(mechanism), 12);
  bytes[32] = isServer ? 1 : 0;
  return bytes;
}

export async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
