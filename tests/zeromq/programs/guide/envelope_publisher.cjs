// Publishes messages in envelopes: a key, and what is in it.
const zmq = require("zeromq/v5-compat");

const publisher = zmq.socket("pub");
publisher.bind("tcp://127.0.0.1:*", (error) => {
  if (error) throw error;
  console.log(publisher.last_endpoint);
  setInterval(() => {
    publisher.send(["A", "we don't want to see this"]);
    publisher.send(["B", "we'd like to see this"]);
  }, 2);
});
