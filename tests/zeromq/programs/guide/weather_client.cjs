// Collects the weather of one place, and tells its average temperature.
const zmq = require("zeromq/v5-compat");

const [address, place] = process.argv.slice(2);
const subscriber = zmq.socket("sub");
let total = 0;
let updates = 0;

subscriber.subscribe(place);
subscriber.connect(address);
subscriber.on("message", (update) => {
  const [where, temperature, humidity] = update.toString().split(" ");
  if (where !== place) throw new Error(`the weather of ${where}`);
  if (subscriber.closed) return;
  total += Number(temperature);
  if (++updates < 20) return;
  console.log(`${place}: ${total / updates} degrees, ${humidity} %`);
  subscriber.close();
});
