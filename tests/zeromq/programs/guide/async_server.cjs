// A server that answers each request more than once, by workers behind a dealer.
const zmq = require("zeromq/v5-compat");

const frontend = zmq.socket("router");
const backend = zmq.socket("dealer");
const workers = [];

frontend.bindSync("tcp://127.0.0.1:*");
backend.bindSync("inproc://backend");
frontend.on("message", (...frames) => backend.send(frames));
backend.on("message", (...frames) => frontend.send(frames));
console.log(frontend.last_endpoint);

for (let i = 0; i < 3; i++) {
  const worker = zmq.socket("dealer");
  workers.push(worker);
  worker.connect("inproc://backend");
  worker.on("message", (client, request) => {
    for (let n = 0; n < 2; n++) setTimeout(() => worker.send([client, `${request}.${n}`]), 5 * n);
  });
}

process.once("SIGTERM", () => {
  for (const socket of [frontend, backend, ...workers]) socket.close();
  console.log("server ends");
});
