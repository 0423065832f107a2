// Publishes one value of each topic, once, as soon as the cache listens.
const zmq = require("zeromq/v5-compat");

const [address] = process.argv.slice(2);
const publisher = zmq.socket("xpub", { linger: 1000 });
publisher.on("message", () => {
  let sent = 0;
  ["wind", "rain", "sun"].forEach((topic, i) => {
    publisher.send([topic, String(i)], 0, () => ++sent === 3 && publisher.close());
  });
});
publisher.connect(address);
