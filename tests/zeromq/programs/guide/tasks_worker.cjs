// Does tasks, and sends their results to the sink, until it says stop.
const zmq = require("zeromq/v5-compat");

const [ventilator, sink, control] = process.argv.slice(2);
const receiver = zmq.socket("pull");
const sender = zmq.socket("push");
const controller = zmq.socket("sub");

receiver.on("message", (task) => sender.send(String(Number(task) ** 2)));
controller.on("message", (command) => {
  console.log(`told: ${command}`);
  for (const socket of [receiver, sender, controller]) socket.close();
});

sender.connect(sink);
controller.subscribe("");
controller.connect(control);
receiver.connect(ventilator);
