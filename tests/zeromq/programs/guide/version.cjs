// Which version of libzmq is in use.
const zmq = require("zeromq/v5-compat");

console.log(/^\d+\.\d+\.\d+$/.test(zmq.version));
