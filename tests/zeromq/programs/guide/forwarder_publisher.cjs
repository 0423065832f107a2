// Publishes at the forwarder.
const zmq = require("zeromq/v5-compat");

const [address] = process.argv.slice(2);
const publisher = zmq.socket("pub", { linger: 0 });
publisher.connect(address);
setInterval(() => {
  publisher.send(["A", "a thing"]);
  publisher.send(["B", "another"]);
}, 2);
