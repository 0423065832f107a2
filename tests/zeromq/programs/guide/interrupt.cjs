// A server that ends by itself when it's interrupted: its sockets are closed, and its listeners heard.
const zmq = require("zeromq/v5-compat");

const socket = zmq.socket("rep");
socket.monitor();
socket.on("close", () => console.log("no longer listening"));
process.on("exit", (code) => console.log(`exit ${code}`));
process.on("SIGINT", () => {
  console.log("interrupted");
  socket.close();
});
socket.bindSync("tcp://127.0.0.1:*");
console.log(socket.last_endpoint);
