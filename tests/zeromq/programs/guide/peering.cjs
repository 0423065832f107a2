// One of several brokers that tell each other how busy they are.
const zmq = require("zeromq/v5-compat");

const name = process.argv[2];
const peers = Number(process.argv[3]);
const backend = zmq.socket("pub", { linger: 0 });
const frontend = zmq.socket("sub");
const known = new Map();

backend.bindSync("tcp://127.0.0.1:*");
console.log(backend.last_endpoint);

let text = "";
process.stdin.on("data", (data) => {
  text += data;
  const addresses = text.split("\n").slice(0, -1);
  if (addresses.length < peers) return;
  frontend.subscribe("");
  for (const address of addresses) frontend.connect(address);
});
frontend.on("message", (peer, free) => {
  if (known.has(peer.toString())) return;
  known.set(peer.toString(), Number(free));
  if (known.size < peers) return;
  console.log([...known].sort().map(([peer, free]) => `${peer} has ${free}`).join(", "));
});
const state = setInterval(() => backend.send([name, String(name.length)]), 2);
process.stdin.on("end", () => {
  clearInterval(state);
  frontend.close();
  backend.close();
});
