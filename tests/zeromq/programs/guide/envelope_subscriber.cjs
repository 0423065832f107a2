// Receives the messages with one key.
const zmq = require("zeromq/v5-compat");

const [address] = process.argv.slice(2);
const subscriber = zmq.socket("sub");
let count = 0;

subscriber.on("message", (key, content) => {
  if (subscriber.closed) return;
  console.log(`${key}: ${content}`);
  if (++count === 3) subscriber.close();
});
subscriber.connect(address);
subscriber.subscribe("B");
