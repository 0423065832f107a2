// A load-balancing broker: gives each client's request to the worker that has waited longest.
const zmq = require("zeromq/v5-compat");

const frontend = zmq.socket("router");
const backend = zmq.socket("router");
const workers = [];
const requests = [];
let served = 0;
let ready = 0;
const [workerCount, expected] = process.argv.slice(2).map(Number);

backend.on("message", (worker, _empty, client, ...rest) => {
  workers.push(worker);
  if (client.toString() === "READY") ready++;
  else {
    frontend.send([client, ...rest]);
    served++;
  }
  if (served === expected) end();
  else work();
});
frontend.on("message", (...request) => {
  requests.push(request);
  work();
});

function work() {
  if (ready < workerCount) return;
  while (workers.length > 0 && requests.length > 0) {
    backend.send([workers.shift(), "", ...requests.shift()]);
  }
}

function end() {
  console.log(`served: ${served}, idle workers: ${workers.length}`);
  for (const worker of workers.splice(0)) backend.send([worker, "", "", "", "END"]);
  // One who has still to be told asks for it: nothing is lost by closing later.
  process.stdin.once("end", () => {
    frontend.close();
    backend.close();
  }).resume();
}

frontend.bindSync("tcp://127.0.0.1:*");
backend.bindSync("tcp://127.0.0.1:*");
console.log(frontend.last_endpoint);
console.log(backend.last_endpoint);
