// Passes on what publishers publish, counts who subscribes, and has a copy of each message made.
const zmq = require("zeromq/v5-compat");

const frontend = zmq.socket("xpub");
const backend = zmq.socket("xsub");
const capture = zmq.socket("push");
const listener = zmq.socket("pull");

frontend.bindSync("tcp://127.0.0.1:*");
backend.bindSync("tcp://127.0.0.1:*");
listener.bindSync("inproc://listener");
capture.connect("inproc://listener");
console.log(frontend.last_endpoint);
console.log(backend.last_endpoint);

frontend.on("message", (subscription) => {
  console.log(`${subscription[0] === 1 ? "+" : "-"}${subscription.slice(1)}`);
});
const seen = new Set();
listener.on("message", (key) => {
  if (seen.has(key.toString())) return;
  seen.add(key.toString());
  console.log(`seen ${key}`);
});
zmq.proxy(frontend, backend, capture);
