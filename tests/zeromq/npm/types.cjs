// @ts-check
/** Requires what the package declares, in JavaScript. */

"use strict";

const zmq = require("zeromq");

const push = new zmq.Push({ linger: 0 });
push.send("x");
// @ts-expect-error a Push doesn't receive
push.receive();
