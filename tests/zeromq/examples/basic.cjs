// The way of CommonJS.
const zmq = require("zeromq");

const request = new zmq.Request();
const reply = new zmq.Reply();
console.log(request instanceof zmq.Request, reply.closed);
