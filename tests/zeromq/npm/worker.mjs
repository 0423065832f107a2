/** A Web Worker that sends a message. */

import { Push } from "zeromq";

const push = new Push();
push.connect("inproc://everywhere");
await push.send("a Web Worker");
push.close();
self.close();
