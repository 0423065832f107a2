/** Holds a conversation between a socket of ours and one of another library's. */

import "../security/support.ts";
import { claims } from "../claims.ts";
import { strictEqual as assertEquals } from "node:assert/strict";
import type { Program } from "../program.ts";
import { Authenticator } from "../../security/mod.ts";
import { curveKeyPair } from "../socket/curve.ts";
import { freshAddress, withFolder } from "../util.ts";
import type { Conversation, Sockets } from "./conversations.ts";
import { type Options, type PeerName, startPeer } from "./peer.ts";

/** Who binds. The other side connects. */
export const BINDERS = ["we", "they"] as const;
/** Whether we bind. */
export type Binder = typeof BINDERS[number];

/** Conversations with who binds: the one side and the other in turn, where it isn't the point. */
export function inTurn(conversations: readonly Conversation[]): [Conversation, Binder][] {
  return conversations.map((conversation, at) => [conversation, BINDERS[at % BINDERS.length]]);
}

/** How a connection is secured. */
export type Mechanism = "NULL" | "PLAIN" | "CURVE";

/** Under which circumstances a conversation is held. */
export interface Setting {
  binder: Binder;
  /** Default: tcp. */
  transport?: "tcp" | "ipc";
  /** Default: none. */
  mechanism?: Mechanism;
  /** Who is the server to the mechanism: who binds, unless it says otherwise. */
  server?: Binder;
}

/** The setting in words. */
export function wordsOf(
  { binder, transport = "tcp", mechanism = "NULL", server = binder }: Setting,
): string {
  const secured = mechanism === "NULL" ? "" : `, ${mechanism}`;
  const serves = server === binder
    ? ""
    : server === "we"
    ? ", we're its server"
    : ", they're its server";
  return `${transport}${secured}, ${binder} bind${serves}`;
}

/** What the server to a mechanism and its client are given. */
function credentials(mechanism: Mechanism): { server: Options; client: Options } {
  if (mechanism === "NULL") return { server: {}, client: {} };
  if (mechanism === "PLAIN") {
    return {
      server: { plainServer: true },
      client: { plainUsername: "ada", plainPassword: "lovelace" },
    };
  }
  const [server, client] = [curveKeyPair(), curveKeyPair()];
  return {
    server: {
      curveServer: true,
      curvePublicKey: server.publicKey,
      curveSecretKey: server.secretKey,
    },
    client: {
      curveServerKey: server.publicKey,
      curvePublicKey: client.publicKey,
      curveSecretKey: client.secretKey,
    },
  };
}

/** Holds it, and sees to it that the peer ends well. */
export const hold = claims(async function hold(
  sockets: Sockets,
  library: PeerName,
  conversation: Conversation,
  { binder, transport = "tcp", mechanism = "NULL", server = binder }: Setting,
): Promise<void> {
  const { ours, options, theirs: type, theirOptions, role, count, talk } = conversation;
  const roles = credentials(mechanism);
  const [us, them] = server === "we" ? [roles.server, roles.client] : [roles.client, roles.server];
  // Without a handler, a PLAIN server lets no one in.
  await using authenticator = mechanism === "PLAIN" ? new Authenticator() : null;
  authenticator?.configurePlain({ ada: "lovelace" });
  await withFolder(async (folder) => {
    const socket = new sockets[ours]({ ...options, ...us });
    try {
      assertEquals(socket.securityMechanism ?? "null", mechanism.toLowerCase());
      const address = freshAddress(transport, folder);
      if (binder === "we") await socket.bind(address);
      const place = binder === "we"
        ? { verb: "connect", address: socket.lastEndpoint! } as const
        : { verb: "bind", address } as const;
      const part = { type, role, count, options: { ...theirOptions, ...them }, ...place };
      await using peer = startPeer(library, part);
      const first = await peer.line();
      if (binder === "they") socket.connect(first);
      await Promise.race([talk(socket, peer), peer.died]);
      await endWell(peer);
    } finally {
      socket.close();
    }
  });
});

/** Ends a peer's input, and claims that it had nothing to complain of. */
export const endWell = claims(async function endWell(peer: Program): Promise<void> {
  await peer.hush();
  const { code, stderr } = await peer.outcome();
  assertEquals(`${stderr}exit status ${code}`, "exit status 0");
});
