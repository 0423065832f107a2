/** Requires what the package declares. */

import zmq = require("zeromq");
import older = require("zeromq/v5-compat");

const push: zmq.Push = new zmq.Push({ linger: 0 });
// @ts-expect-error a Push isn't a Pull
const _pull: zmq.Pull = push;
// @ts-expect-error a version isn't a number
const _version: number = zmq.version;

older.socket("req").close();
// @ts-expect-error there is no such type
older.socket("request");
