// Sends a hundred tasks to the workers, as soon as someone presses Enter.
const zmq = require("zeromq/v5-compat");

const [sinkAddress] = process.argv.slice(2);
const sender = zmq.socket("push");
sender.bindSync("tcp://127.0.0.1:*");
console.log(sender.last_endpoint);

process.stdin.once("data", () => {
  process.stdin.pause();
  const sink = zmq.socket("push");
  sink.connect(sinkAddress);
  sink.send("start", 0, () => {
    let sent = 0;
    const done = () => {
      if (++sent < 100) return;
      console.log("sent 100 tasks");
      sender.close();
      sink.close();
    };
    for (let task = 1; task <= 100; task++) sender.send(String(task), 0, done);
  });
});
