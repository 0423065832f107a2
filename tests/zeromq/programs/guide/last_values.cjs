// A cache between a publisher and its subscribers: who comes late gets the last value of each topic at once.
const zmq = require("zeromq/v5-compat");

const frontend = zmq.socket("sub");
const backend = zmq.socket("xpub");
const cache = new Map();

frontend.bindSync("tcp://127.0.0.1:*");
frontend.subscribe("");
backend.setsockopt(zmq.ZMQ_XPUB_VERBOSE, 1);
backend.bindSync("tcp://127.0.0.1:*");
console.log(frontend.last_endpoint);
console.log(backend.last_endpoint);

frontend.on("message", (topic, value) => {
  cache.set(topic.toString(), value);
  backend.send([topic, value]);
  if (cache.size === 3) console.log("three topics");
});
backend.on("message", (subscription) => {
  if (subscription[0] !== 1) return;
  const topic = subscription.slice(1).toString();
  if (cache.has(topic)) backend.send([topic, cache.get(topic)]);
});
