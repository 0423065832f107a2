// What a router sees of two requests: an id of its own making, and one that the client has chosen.
const zmq = require("zeromq/v5-compat");

const sink = zmq.socket("router");
const anonymous = zmq.socket("req");
const named = zmq.socket("req");
let messages = 0;

sink.on("message", (...frames) => {
  console.log(`${frames.length} frames`);
  frames.forEach((frame, i) => {
    const text = i === 0 && frame[0] === 0 ? `id of ${frame.length} bytes` : frame.toString();
    console.log(`${i}: ${text}`);
  });
  if (++messages === 1) return send(named, "from a req that calls itself something");
  for (const socket of [sink, anonymous, named]) socket.close();
});

function send(socket, text) {
  socket.connect("inproc://identity");
  socket.send(text);
}

named.identity = "HELLO";
sink.bind("inproc://identity", (error) => {
  if (error) throw error;
  send(anonymous, "from a req without a name");
});
