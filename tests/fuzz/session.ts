/** The handshakes of a peer that has what it takes to come in: under PLAIN the password, under CURVE the keys. */

import { type Box, SecretKey } from "./box.ts";
import { COMMAND, joined } from "./frames.ts";
import type { Wire } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What an insider has. A server has its own secret key, and needs no other. */
export type Credentials =
  | { mechanism: "PLAIN"; name: string; password: string }
  | { mechanism: "CURVE"; secretKey: Uint8Array; serverKey: Uint8Array };

export interface Introduction {
  /** What it says of itself in the end. */
  metadata: Uint8Array;
  /** May alter a command of the handshake: what is written instead. */
  alter(command: Bytes): Bytes;
}

/** What can be said once both sides have introduced themselves. */
export interface Session {
  /** A frame, in a box of its own under CURVE. */
  frame(flags: number, body: Uint8Array): Bytes;
  /** A frame whose box has this nonce, and this content: flags and body, or fewer. Without CURVE, the content alone. */
  boxed(nonce: bigint, content: Uint8Array): Bytes;
  /** A frame that isn't in a box. */
  unboxed(flags: number, body: Uint8Array): Bytes;
}

const TEXT = new TextEncoder();

/** Introduces itself, and reads the other side's introduction. Rejects if it's sent away, as when it alters a command. */
export async function handshake(
  wire: Wire,
  credentials: Credentials,
  introduction: Introduction,
): Promise<Session> {
  const { mechanism } = credentials;
  await wire.introduce(mechanism);
  const say = (name: string, ...parts: Uint8Array[]) => {
    const body = joined(Uint8Array.of(name.length), TEXT.encode(name), ...parts);
    return wire.write(introduction.alter(wire.frame(COMMAND, body)));
  };
  return mechanism === "PLAIN"
    ? await plain(wire, say, credentials, introduction)
    : await (wire.isServer ? curveServer : curveClient)(wire, say, credentials, introduction);
}

type Say = (name: string, ...parts: Uint8Array[]) => Promise<void>;
type Keys = Credentials & { mechanism: "CURVE" };

async function plain(
  wire: Wire,
  say: Say,
  { name, password }: Credentials & { mechanism: "PLAIN" },
  { metadata }: Introduction,
): Promise<Session> {
  if (!wire.isServer) {
    const counted = [name, password]
      .map((one) => joined(Uint8Array.of(one.length), TEXT.encode(one)));
    await say("HELLO", ...counted);
    await wire.command("WELCOME");
    await say("INITIATE", metadata);
    await wire.command("READY");
  } else {
    await wire.command("HELLO");
    await say("WELCOME");
    await wire.command("INITIATE");
    await say("READY", metadata);
  }
  const frame: Session["frame"] = (flags, body) => wire.frame(flags, body);
  return { frame, boxed: (_nonce, content) => frame(0, content), unboxed: frame };
}

async function curveClient(
  wire: Wire,
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
  const welcome = await wire.command("WELCOME");
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
  await wire.command("READY");
  return new CurveSession(wire, session, "CurveZMQMESSAGEC", 3n);
}

async function curveServer(
  wire: Wire,
  say: Say,
  { secretKey }: Keys,
  { metadata }: Introduction,
): Promise<Session> {
  const [own, short] = [new SecretKey(secretKey), new SecretKey()];
  const theirs = (await wire.command("HELLO")).slice(74, 106);
  const nonce = crypto.getRandomValues(new Uint8Array(16));
  const cookie = crypto.getRandomValues(new Uint8Array(96));
  const box = own.sharedWith(theirs)
    .seal(joined(TEXT.encode("WELCOME-"), nonce), joined(short.publicBytes(), cookie));
  await say("WELCOME", nonce, box);
  await wire.command("INITIATE");
  const session = short.sharedWith(theirs);
  await say("READY", counted(1n), session.seal(nonceOf("CurveZMQREADY---", 1n), metadata));
  return new CurveSession(wire, session, "CurveZMQMESSAGES", 2n);
}

class CurveSession implements Session {
  constructor(
    readonly wire: Wire,
    readonly box: Box,
    readonly prefix: string,
    private next: bigint,
  ) {}

  frame(flags: number, body: Uint8Array): Bytes {
    // In a box, the flag of a command has another place.
    const inner = flags & ~COMMAND | (flags & COMMAND ? 2 : 0);
    return this.boxed(this.next++, joined(Uint8Array.of(inner), body));
  }

  boxed(nonce: bigint, content: Uint8Array): Bytes {
    const box = this.box.seal(nonceOf(this.prefix, nonce), content);
    return this.unboxed(0, joined(TEXT.encode("\x07MESSAGE"), counted(nonce), box));
  }

  unboxed(flags: number, body: Uint8Array): Bytes {
    return this.wire.frame(flags, body);
  }
}

/** A number that is used once, in 8 bytes. */
function counted(nonce: bigint): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, nonce);
  return bytes;
}

const nonceOf = (prefix: string, nonce: bigint) => joined(TEXT.encode(prefix), counted(nonce));
