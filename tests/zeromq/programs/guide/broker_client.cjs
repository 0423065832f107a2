// A client of the broker, which asks a few times.
const zmq = require("zeromq/v5-compat");

const [address, name] = process.argv.slice(2);
const requester = zmq.socket("req");
let replies = 0;

requester.identity = name;
requester.connect(address);
requester.on("message", (reply) => {
  if (reply.toString() !== `echo: ${name} ${replies}`) throw new Error(`a reply: ${reply}`);
  if (++replies < 5) return requester.send(`${name} ${replies}`);
  console.log(`${name}: ${replies} replies`);
  requester.close();
});
requester.send(`${name} 0`);
