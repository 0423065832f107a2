/** The drop-in for zeromq.js with pyzmq, whichever side binds. */

import * as zeromq from "../../zeromq.ts";
import "../zeromq/support.ts";
import { type Conversation, PATTERNS, type Sockets, STREAM } from "./conversations.ts";
import { BINDERS, hold, inTurn, type Setting, wordsOf } from "./hold.ts";
import { peerTest } from "./peer.ts";

const sockets = zeromq as unknown as Sockets;

function dropInTest(conversation: Conversation, setting: Setting): Deno.TestDefinition {
  return peerTest(
    "pyzmq",
    `with the drop-in, ${conversation.claim} (${wordsOf(setting)})`,
    () => hold(sockets, "pyzmq", conversation, setting),
  );
}

for (const [conversation, binder] of inTurn([...PATTERNS, STREAM])) {
  Deno.test(dropInTest(conversation, { binder }));
}
if (zeromq.capability.curve) {
  for (const binder of BINDERS) Deno.test(dropInTest(PATTERNS[2], { binder, mechanism: "CURVE" }));
}
