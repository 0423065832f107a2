/** All patterns with zeromq.js in Node.js, whichever side binds. */

import * as mod from "../../mod.ts";
import "../util.ts";
import { type Conversation, MIXED, PATTERNS, type Sockets, STREAM } from "./conversations.ts";
import { BINDERS, hold, inTurn, type Setting, wordsOf } from "./hold.ts";
import { peerTest } from "./peer.ts";

const sockets = mod as unknown as Sockets;

function nodeTest(conversation: Conversation, setting: Setting): Deno.TestDefinition {
  return peerTest(
    "zeromq.js",
    `${conversation.claim} (${wordsOf(setting)})`,
    () => hold(sockets, "zeromq.js", conversation, setting),
  );
}

for (const binder of BINDERS) {
  for (const conversation of [...PATTERNS, STREAM]) Deno.test(nodeTest(conversation, { binder }));
  Deno.test(nodeTest(PATTERNS[2], { binder, transport: "ipc" }));
  Deno.test(nodeTest(PATTERNS[2], { binder, mechanism: "PLAIN" }));
  if (mod.capability.curve) Deno.test(nodeTest(PATTERNS[2], { binder, mechanism: "CURVE" }));
}

for (const [conversation, binder] of inTurn(MIXED)) Deno.test(nodeTest(conversation, { binder }));
