// A client that sends requests without waiting for replies, which come in whatever order.
const zmq = require("zeromq/v5-compat");

const [address, name] = process.argv.slice(2);
const client = zmq.socket("dealer", { identity: name });
const replies = [];

client.connect(address);
client.on("message", (reply) => {
  replies.push(reply.toString());
  if (replies.length < 20) return;
  const once = new Set(replies);
  const mine = replies.every((one) => one.startsWith(`${name}#`));
  console.log(`${name}: ${replies.length} replies, ${once.size} different, all mine: ${mine}`);
  client.close();
});
for (let i = 0; i < 10; i++) client.send(`${name}#${i}`);
