// Publishers and subscribers that know only the proxy between them.
import * as zmq from "zeromq";

const proxy = new zmq.Proxy(new zmq.XSubscriber(), new zmq.XPublisher());
await proxy.frontEnd.bind("tcp://127.0.0.1:*");
await proxy.backEnd.bind("tcp://127.0.0.1:*");
const up = proxy.frontEnd.lastEndpoint;
const down = proxy.backEnd.lastEndpoint;
const running = proxy.run();

// These publishers see who subscribes, so that they know when to begin.
const weather = new zmq.XPublisher();
const sports = new zmq.XPublisher();
weather.connect(up);
sports.connect(up);

function subscriber(...topics) {
  const socket = new zmq.Subscriber();
  socket.connect(down);
  if (topics.length === 0) socket.subscribe();
  else socket.subscribe(...topics);
  return socket;
}

const rain = subscriber("weather.rain");
const both = subscriber("weather.", Buffer.from("sports.tennis"));

async function subscriptions(publisher, expected) {
  const topics = new Set();
  while (topics.size < expected) {
    const [subscription] = await publisher.receive();
    topics.add(`${subscription[0] === 1 ? "+" : "-"}${subscription.subarray(1)}`);
  }
  return [...topics].sort().join(" ");
}
console.log("weather is told:", await subscriptions(weather, 3));
console.log("sports is told:", await subscriptions(sports, 3));

await weather.send(["weather.rain", "5 mm"]);
await weather.send(["weather.wind", "12 km/h"]);
await weather.send(["weather.rain", "end"]);
await sports.send(["sports.chess", "1:0"]);
await sports.send(["sports.tennis", "6:4"]);

async function take(socket, count) {
  const messages = [];
  for await (const [topic, text] of socket) {
    messages.push(`${topic}=${text}`);
    if (messages.length === count) break;
  }
  return messages.sort().join(", ");
}
console.log("rain:", await take(rain, 2));
console.log("both:", await take(both, 4));

rain.unsubscribe("weather.rain");
both.unsubscribe("weather.");
console.log("weather is told:", await subscriptions(weather, 2));

proxy.terminate();
await running;
console.log("proxy ended:", proxy.frontEnd.closed, proxy.backEnd.closed);
for (const socket of [weather, sports, rain, both]) socket.close();
