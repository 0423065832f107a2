// Reads tasks from one socket and the weather from another; no poll is needed, since both are events.
const zmq = require("zeromq/v5-compat");

const [ventilator, weather] = process.argv.slice(2);
const receiver = zmq.socket("pull");
const subscriber = zmq.socket("sub");
let tasks = 0;
let updates = 0;

receiver.on("message", () => ++tasks === 100 && end());
subscriber.on("message", () => ++updates === 10 && end());
receiver.connect(ventilator);
subscriber.connect(weather);
subscriber.subscribe("10001");

function end() {
  if (tasks < 100 || updates < 10) return;
  console.log(`tasks: ${tasks}, weather: ${updates >= 10}`);
  receiver.close();
  subscriber.close();
}
