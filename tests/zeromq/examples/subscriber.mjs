// Takes the messages about one topic, without end.
import * as zmq from "zeromq";

async function subscribe() {
  const socket = new zmq.Subscriber();
  socket.connect(process.env.ADDRESS);
  socket.subscribe("cats");
  console.log("subscriber: connected");
  let taken = 0;
  for await (const [topic, message] of socket) {
    console.log("subscriber:", topic, "says", message);
    if (++taken === 2) enough();
  }
}

let enough;
export const hadEnough = new Promise((resolve) => enough = resolve);

subscribe();
