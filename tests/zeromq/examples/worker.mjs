// Does the work that a producer hands out, without end.
import * as zmq from "zeromq";

async function work() {
  const socket = new zmq.Pull();
  socket.connect(process.env.ADDRESS);
  console.log("worker: connected");
  let done = 0;
  for await (const [task] of socket) {
    console.log("worker: %s", task.toString());
    if (++done === 3) enough();
  }
}

let enough;
export const hadEnough = new Promise((resolve) => enough = resolve);

work();
