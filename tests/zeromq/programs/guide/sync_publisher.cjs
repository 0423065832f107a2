// A publisher that begins when all of its subscribers are there.
const zmq = require("zeromq/v5-compat");

const subscribers = Number(process.argv[2]);
const publisher = zmq.socket("pub", { linger: -1 });
const service = zmq.socket("rep");
let there = 0;

publisher.setsockopt(zmq.ZMQ_SNDHWM, 0);
publisher.bindSync("tcp://127.0.0.1:*");
service.bindSync("tcp://127.0.0.1:*");
console.log(publisher.last_endpoint);
console.log(service.last_endpoint);

// Until then it publishes something, from which a subscriber sees that it's connected.
const knocking = setInterval(() => publisher.send("knock"), 5);
service.on("message", () => {
  service.send("");
  if (++there < subscribers) return;
  clearInterval(knocking);
  for (let i = 0; i < 1000; i++) publisher.send(`update ${i}`);
  publisher.send("END", 0, () => {
    publisher.close();
    setImmediate(() => service.close());
    console.log("published");
  });
});
