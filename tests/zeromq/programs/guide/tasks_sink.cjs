// Collects the results, and tells the workers to stop.
const zmq = require("zeromq/v5-compat");

const workers = Number(process.argv[2]);
const receiver = zmq.socket("pull");
const controller = zmq.socket("xpub");
receiver.bindSync("tcp://127.0.0.1:*");
controller.bindSync("tcp://127.0.0.1:*");
console.log(receiver.last_endpoint);
console.log(controller.last_endpoint);

let started = false;
let results = 0;
let total = 0;
let ready = 0;

receiver.on("message", (message) => {
  if (message.toString() === "start") {
    started = true;
  } else {
    total += Number(message);
    results++;
  }
  // The ventilator's connection isn't the workers', so "start" may come last.
  if (started && results === 100) finish();
});
controller.setsockopt(zmq.ZMQ_XPUB_VERBOSE, 1);
controller.on("message", (message) => {
  if (message[0] === 1 && ++ready === workers) console.log("all workers are there");
});

function finish() {
  console.log(`started: ${started}, results: ${results}, total: ${total}`);
  controller.send("stop", 0, () => {
    receiver.close();
    controller.close();
  });
}
