// A worker at the queue, which works until it's interrupted.
const zmq = require("zeromq/v5-compat");

const [address] = process.argv.slice(2);
const responder = zmq.socket("rep");
let requests = 0;

responder.connect(address);
responder.on("message", (request) => {
  requests++;
  responder.send(request.toString().toUpperCase());
});
process.on("SIGINT", () => {
  responder.close();
  console.log(`worked: ${requests > 0}`);
});
console.log("ready");
