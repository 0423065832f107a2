// A router gives work to req sockets, each time to one that has asked for it.
const zmq = require("zeromq/v5-compat");

const WORKERS = 5;
const TASKS = 50;
const done = [];

const broker = zmq.socket("router");
let given = 0;
let left = WORKERS;
broker.on("message", (identity, delimiter) => {
  broker.send([identity, delimiter, given++ < TASKS ? "work harder" : "fired"]);
});
broker.bindSync("inproc://router-to-req");

for (let i = 0; i < WORKERS; i++) {
  const worker = zmq.socket("req", { identity: `worker ${i}` });
  done[i] = 0;
  worker.connect("inproc://router-to-req");
  worker.on("message", (workload) => {
    if (workload.toString() !== "fired") {
      done[i]++;
      return worker.send("hi boss");
    }
    worker.close();
    if (--left > 0) return;
    broker.close();
    console.log(`tasks: ${done.reduce((a, b) => a + b)}, idle workers: ${done.indexOf(0)}`);
  });
  worker.send("hi boss");
}
