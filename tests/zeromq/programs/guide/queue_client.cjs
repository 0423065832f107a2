// A client of the queue.
const zmq = require("zeromq/v5-compat");

const [address] = process.argv.slice(2);
const requester = zmq.socket("req");
let replies = 0;

requester.on("message", (reply) => {
  if (reply.toString() !== `HELLO ${replies}`) throw new Error(`a reply: ${reply}`);
  if (++replies < 10) return requester.send(`hello ${replies}`);
  console.log(`${replies} replies`);
  requester.close();
});
requester.connect(address);
requester.send("hello 0");
