// A queue between clients and workers, by the library's proxy.
const zmq = require("zeromq/v5-compat");

const frontend = zmq.socket("router");
const backend = zmq.socket("dealer");
frontend.bindSync("tcp://127.0.0.1:*");
backend.bindSync("tcp://127.0.0.1:*");
console.log(frontend.last_endpoint);
console.log(backend.last_endpoint);
zmq.proxy(frontend, backend);
