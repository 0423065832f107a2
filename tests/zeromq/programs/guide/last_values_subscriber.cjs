// Comes late, and still hears a topic's value.
const zmq = require("zeromq/v5-compat");

const [address, topic] = process.argv.slice(2);
const subscriber = zmq.socket("sub");
subscriber.on("message", (what, value) => {
  console.log(`${what}: ${value}`);
  subscriber.close();
});
subscriber.subscribe(topic);
subscriber.connect(address);
