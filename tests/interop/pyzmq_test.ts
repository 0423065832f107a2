/** All patterns with pyzmq: over tcp and ipc, with each mechanism, whichever side binds. */

import * as mod from "../../mod.ts";
import "../util.ts";
import {
  type Conversation,
  MIXED,
  PATTERNS,
  PLAIN_TCP,
  type Sockets,
  STREAM,
} from "./conversations.ts";
import { type Binder, BINDERS, hold, inTurn, type Setting, wordsOf } from "./hold.ts";
import { peerTest } from "./peer.ts";

const sockets = mod as unknown as Sockets;

function pyzmqTest(conversation: Conversation, setting: Setting): Deno.TestDefinition {
  return peerTest(
    "pyzmq",
    `${conversation.claim} (${wordsOf(setting)})`,
    () => hold(sockets, "pyzmq", conversation, setting),
  );
}

for (const binder of BINDERS) {
  for (const conversation of PATTERNS) {
    Deno.test(pyzmqTest(conversation, { binder }));
    Deno.test(pyzmqTest(conversation, {
      binder,
      mechanism: "PLAIN",
      server: plainServer(conversation, binder),
    }));
    if (mod.capability.curve) Deno.test(pyzmqTest(conversation, { binder, mechanism: "CURVE" }));
  }
  for (const conversation of [STREAM, PLAIN_TCP]) Deno.test(pyzmqTest(conversation, { binder }));

  // Who is a mechanism's server has nothing to do with who binds.
  const server = binder === "we" ? "they" : "we";
  Deno.test(pyzmqTest(PATTERNS[2], { binder, mechanism: "PLAIN", server }));
  if (mod.capability.curve) {
    Deno.test(pyzmqTest(PATTERNS[2], { binder, mechanism: "CURVE", server }));
  }
}

for (const [conversation, binder] of inTurn(PATTERNS)) {
  Deno.test(pyzmqTest(conversation, { binder, transport: "ipc" }));
}
for (const [conversation, binder] of inTurn(MIXED)) Deno.test(pyzmqTest(conversation, { binder }));

/** A REQ can't be one: libzmq takes the user's id, which comes before the first reply, for a malformed reply. */
function plainServer({ ours, theirs }: Conversation, binder: Binder): Binder {
  if (ours === "Request") return "they";
  return theirs === "REQ" ? "we" : binder;
}
