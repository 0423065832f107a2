// Remote calls: clients with a DEALER each, any number of calls under way, and a server behind a ROUTER.
import * as zmq from "zeromq";

class Server {
  constructor(methods) {
    this.methods = methods;
    this.socket = new zmq.Router({ mandatory: true });
  }

  async listen() {
    await this.socket.bind("tcp://127.0.0.1:*");
    this.address = this.socket.lastEndpoint;
    this.done = this.serve();
  }

  async serve() {
    for await (const [client, id, request] of this.socket) {
      const { method, params } = JSON.parse(request.toString());
      let reply;
      try {
        if (!(method in this.methods)) throw new Error(`no method ${method}`);
        reply = { result: await this.methods[method](...params) };
      } catch (error) {
        reply = { error: error.message };
      }
      try {
        await this.socket.send([client, id, JSON.stringify(reply)]);
      } catch (error) {
        if (error.code !== "EHOSTUNREACH") throw error;
      }
    }
  }

  async close() {
    this.socket.close();
    await this.done;
  }
}

class Client {
  constructor(address, name) {
    this.socket = new zmq.Dealer({ routingId: name, linger: 0 });
    this.socket.connect(address);
    this.calls = new Map();
    this.next = 0;
    this.queue = Promise.resolve();
    this.done = this.listen();
  }

  call(method, ...params) {
    const id = String(this.next++);
    return new Promise((resolve, reject) => {
      this.calls.set(id, { resolve, reject });
      // One send at a time.
      this.queue = this.queue.then(() =>
        this.socket.send([id, JSON.stringify({ method, params })])
      );
      this.queue.catch(reject);
    });
  }

  async listen() {
    for await (const [id, reply] of this.socket) {
      const { resolve, reject } = this.calls.get(id.toString());
      this.calls.delete(id.toString());
      const { result, error } = JSON.parse(reply.toString());
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    }
  }

  async close() {
    this.socket.close();
    await this.done;
  }
}

const server = new Server({
  add: (a, b) => a + b,
  reverse: (text) => [...text].reverse().join(""),
  later: (value) => new Promise((resolve) => setTimeout(() => resolve(value), 5)),
  fail: () => {
    throw new TypeError("on purpose");
  },
});
await server.listen();
const clients = ["anna", "bert", "çelik"].map((name) => new Client(server.address, name));

for (const [i, client] of clients.entries()) {
  const replies = await Promise.all([
    client.call("add", i, 1),
    client.call("reverse", `näme ${i}`),
    client.call("later", i * 100),
    client.call("fail").catch((error) => `failed: ${error.message}`),
    client.call("nonsense").catch((error) => `failed: ${error.message}`),
  ]);
  console.log(`client ${i}:`, JSON.stringify(replies));
}

const many = await Promise.all(
  clients.flatMap((client) => Array.from({ length: 50 }, (_, n) => client.call("add", n, n))),
);
console.log("many calls at once:", many.reduce((sum, value) => sum + value, 0));

try {
  await server.socket.send(["nobody", "0", "{}"]);
} catch (error) {
  console.log("to nobody:", error.code, error.message);
}

for (const client of clients) await client.close();
await server.close();
console.log("closed:", server.socket.closed, clients.map((client) => client.socket.closed).join());
