// A worker of the broker, which answers until it's told to end.
const zmq = require("zeromq/v5-compat");

const [address, name] = process.argv.slice(2);
const worker = zmq.socket("req", { identity: name });

worker.connect(address);
worker.on("message", (client, empty, request) => {
  if (request.toString() === "END") {
    console.log(`${name} ends`);
    return worker.close();
  }
  worker.send([client, empty, `echo: ${request}`]);
});
worker.send("READY");
