// Doubles the numbers that clients send, without end.
import * as zmq from "zeromq";

async function serve() {
  const socket = new zmq.Reply();
  await socket.bind(process.env.ADDRESS);
  console.log("server: bound");
  for await (const [number] of socket) {
    await socket.send(2 * parseInt(number.toString(), 10));
  }
}

serve().catch(console.error);
