// A router gives work to two dealers by their names: twice as much to A.
const zmq = require("zeromq/v5-compat");

const TASKS = 30;
const names = ["A", "B"];
const counts = { A: 0, B: 0 };
let left = names.length;

const broker = zmq.socket("router");
const ready = new Set();
broker.bindSync("tcp://127.0.0.1:*");
broker.on("message", (identity) => {
  ready.add(identity.toString());
  if (ready.size < names.length) return;
  for (let i = 0; i < TASKS; i++) broker.send([i % 3 === 2 ? "B" : "A", "workload"]);
  for (const name of names) broker.send([name, "END"]);
});

for (const name of names) {
  const worker = zmq.createSocket("dealer", { identity: name });
  worker.connect(broker.last_endpoint);
  worker.on("message", (workload) => {
    if (workload.toString() !== "END") {
      counts[name]++;
      return;
    }
    worker.close();
    if (--left > 0) return;
    broker.close();
    console.log(`A: ${counts.A}, B: ${counts.B}`);
  });
  worker.send("ready");
}
