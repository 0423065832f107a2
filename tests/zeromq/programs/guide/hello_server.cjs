// A server that answers "hello" with "world", until the client says goodbye.
const zmq = require("zeromq/v5-compat");

const responder = zmq.socket("rep");

responder.on("message", (request) => {
  console.log(`received: ${request}`);
  if (request.toString() === "goodbye") {
    responder.send("goodbye", 0, () => setImmediate(() => responder.close()));
  } else {
    responder.send("world");
  }
});

responder.bind("tcp://127.0.0.1:*", (error) => {
  if (error) throw error;
  console.log(responder.last_endpoint);
});
