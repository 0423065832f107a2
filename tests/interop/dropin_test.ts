/** The drop-in for zeromq.js with pyzmq, whoever binds. */

import * as zeromq from "../../zeromq.ts";
import "../zeromq/support.ts";
import { type Conversation, PATTERNS, type Sockets, STREAM } from "./conversations.ts";
import { BINDERS, hold, type Setting, wordsOf } from "./hold.ts";
import { peerTest } from "./peer.ts";

const sockets = zeromq as unknown as Sockets;

function dropInTest(conversation: Conversation, setting: Setting): void {
  peerTest(
    "pyzmq",
    `with the drop-in, ${conversation.claim} (${wordsOf(setting)})`,
    () => hold(sockets, "pyzmq", conversation, setting),
  );
}

for (const binder of BINDERS) {
  for (const conversation of [...PATTERNS, STREAM]) dropInTest(conversation, { binder });
  if (zeromq.capability.curve) dropInTest(PATTERNS[2], { binder, mechanism: "CURVE" });
}
