// A subscriber that says that it's there as soon as it hears something.
const zmq = require("zeromq/v5-compat");

const [updates, service] = process.argv.slice(2);
const subscriber = zmq.socket("sub");
const client = zmq.socket("req");
let count = 0;
let told = false;

subscriber.setsockopt(zmq.ZMQ_RCVHWM, 0);
subscriber.subscribe("");
subscriber.connect(updates);
client.connect(service);
client.on("message", () => client.close());
subscriber.on("message", (message) => {
  const text = message.toString();
  if (text === "knock") {
    if (!told) client.send("");
    told = true;
  } else if (text !== "END") {
    if (text !== `update ${count++}`) throw new Error(text);
  } else {
    console.log(`updates: ${count}`);
    subscriber.close();
  }
});
