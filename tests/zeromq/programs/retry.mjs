// A client that tries again: a REQ with a time-out, thrown away and made anew for each try.
import * as zmq from "zeromq";

const server = new zmq.Reply();
await server.bind("tcp://127.0.0.1:*");
const address = server.lastEndpoint;

// The server swallows the first two requests of each client, as one that is overloaded would.
const seen = new Map();
const serving = (async () => {
  for await (const [client, question] of server) {
    const times = (seen.get(client.toString()) ?? 0) + 1;
    seen.set(client.toString(), times);
    if (times <= 2) {
      await server.send("");
      continue;
    }
    await server.send(`${question} is answered at try ${times}`);
  }
})();

async function ask(address, name, question, { retries, timeout }) {
  for (let left = retries; left > 0; left--) {
    const socket = new zmq.Request({ linger: 0, receiveTimeout: timeout, sendTimeout: timeout });
    socket.connect(address);
    try {
      await socket.send([name, question]);
      const [reply] = await socket.receive();
      if (reply.length > 0) return reply.toString();
      console.log(`${name}: an empty reply, trying again`);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      console.log(`${name}: ${error.message}`);
    } finally {
      socket.close();
    }
  }
  throw new Error(`${name}: given up`);
}

console.log(await ask(address, "anna", "a question", { retries: 5, timeout: 5000 }));
console.log(await ask(address, "bert", "another", { retries: 5, timeout: 5000 }));
await ask(address, "cora", "in vain", { retries: 2, timeout: 5000 }).catch((error) =>
  console.log(error.message)
);

// No one answers at this address.
const silent = new zmq.Router();
await silent.bind("tcp://127.0.0.1:*");
await ask(silent.lastEndpoint, "dora", "to the void", { retries: 2, timeout: 20 }).catch((error) =>
  console.log(error.message)
);

// A request out of turn is refused, and its reply isn't lost.
const request = new zmq.Request({ sendTimeout: 5 });
request.connect(address);
await request.send(["emil", "first"]);
await request.send(["emil", "second"]).catch((error) => console.log(`out of turn: ${error.code}`));
console.log(`still there: ${JSON.stringify((await request.receive()).map(String))}`);

request.close();
silent.close();
server.close();
await serving;
