/** Requires what the package declares. */

import zmq = require("zeromq");

const push: zmq.Push = new zmq.Push({ linger: 0 });
// @ts-expect-error a Push isn't a Pull
const _pull: zmq.Pull = push;
// @ts-expect-error a version isn't a number
const _version: number = zmq.version;
