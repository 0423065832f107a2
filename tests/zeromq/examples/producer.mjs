// Hands out work now and then, without end.
import * as zmq from "zeromq";

async function produce() {
  const socket = new zmq.Push();
  await socket.bind(process.env.ADDRESS);
  console.log("producer: bound");
  while (true) {
    await socket.send("some work");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

produce();
