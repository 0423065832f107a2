// A queue between clients and workers, which passes each frame on by itself.
const zmq = require("zeromq/v5-compat");

const frontend = zmq.socket("router");
const backend = zmq.socket("dealer");

function pass(from, to) {
  from.on("message", (...frames) => {
    frames.forEach((frame, i) => to.send(frame, i + 1 < frames.length ? zmq.ZMQ_SNDMORE : 0));
  });
}
pass(frontend, backend);
pass(backend, frontend);

frontend.bind("tcp://127.0.0.1:*", (error) => {
  if (error) throw error;
  console.log(frontend.last_endpoint);
  backend.bind("tcp://127.0.0.1:*", (error) => {
    if (error) throw error;
    console.log(backend.last_endpoint);
  });
});
