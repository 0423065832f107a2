// Asks a server for the double of a number. Connects before the server may be there.
import * as zmq from "zeromq";

async function ask(number) {
  const socket = new zmq.Request();
  socket.connect(process.env.ADDRESS);
  console.log("client: connected");
  await socket.send(number);
  const [double] = await socket.receive();
  console.log(`client: ${number} doubled is ${double}`);
}

export const asked = ask(4);
