/** A thread of Node's that sends a message. */

"use strict";

const { Push } = require("zeromq");

const push = new Push();
push.connect("inproc://everywhere");
push.send("a thread of Node's").then(() => push.close());
