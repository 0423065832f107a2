// Publishes the weather of a hundred places, again and again, until it's ended.
const zmq = require("zeromq/v5-compat");

const publisher = zmq.socket("pub");
publisher.bindSync("tcp://127.0.0.1:*");
console.log(publisher.last_endpoint);

let place = 0;
setInterval(() => {
  for (let i = 0; i < 20; i++) {
    place = (place + 1) % 100;
    publisher.send(`${10000 + place} ${place - 40} ${50 + place % 10}`);
  }
}, 1);
