// Version 5's interface: callbacks and events.
const zmq = require("zeromq/v5-compat");

const publisher = zmq.socket("pub");
const subscriber = zmq.socket("sub");
subscriber.subscribe("");

publisher.bind("tcp://127.0.0.1:*", (error) => {
  if (error) throw error;
  console.log("bound");
  subscriber.connect(publisher.getsockopt(zmq.ZMQ_LAST_ENDPOINT));
  const sending = setInterval(() => publisher.send("message"), 20);

  subscriber.on("message", (message) => {
    if (subscriber.closed) return;
    console.log("received", message);
    clearInterval(sending);
    subscriber.close();
    publisher.close();
  });
});
