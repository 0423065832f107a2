// Publishes envelopes with messages now and then, without end.
import * as zmq from "zeromq";

async function publish() {
  const socket = new zmq.Publisher();
  await socket.bind(process.env.ADDRESS);
  console.log("publisher: bound");
  while (true) {
    await socket.send(["dogs", "woof"]);
    await socket.send(["cats", "meow"]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

publish().catch(console.error);
