// A client that says hello ten times, and then goodbye.
const zmq = require("zeromq/v5-compat");

const [address] = process.argv.slice(2);
const requester = zmq.socket("req");
let replies = 0;

requester.on("message", (reply) => {
  console.log(`reply ${replies}: ${reply}`);
  if (++replies > 10) requester.close();
});

requester.connect(address);
for (let i = 0; i < 10; i++) requester.send("hello");
requester.send("goodbye");
