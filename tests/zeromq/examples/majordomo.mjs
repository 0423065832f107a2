// Clients, a broker, and workers that have registered for services with it (RFC 7, without heartbeats). The broker is
// stopped first, so the workers' farewells are for no one, and the program ends by process.exit. Its broker has no mark of 1 and
// no time-out of 1 ms for its sends, as zeromq.js's has: on a busy machine these lose replies.
import { Dealer, Request, Router } from "zeromq";

const CLIENT = "MDPC01";
const WORKER = "MDPW01";
const READY = "\x01";
const REQUEST = "\x02";
const REPLY = "\x03";
const DISCONNECT = "\x05";

class Service {
  idle = new Map();
  requests = [];

  constructor(name, socket) {
    this.name = name;
    this.socket = socket;
  }

  async dispatch() {
    while (this.idle.size > 0 && this.requests.length > 0) {
      const [key, worker] = this.idle.entries().next().value;
      this.idle.delete(key);
      const [client, ...request] = this.requests.shift();
      await this.socket.send([worker, null, WORKER, REQUEST, client, null, ...request]);
    }
  }

  async reply(worker, client, ...reply) {
    this.idle.set(worker.toString("hex"), worker);
    await this.socket.send([client, null, CLIENT, this.name, ...reply]);
    await this.dispatch();
  }
}

class Broker {
  socket = new Router();
  services = new Map();
  serviceOfWorker = new Map();

  async start() {
    await this.socket.bind("tcp://127.0.0.1:*");
    this.address = this.socket.lastEndpoint;
    this.serve();
  }

  async serve() {
    for await (const [sender, , header, ...rest] of this.socket) {
      if (header.toString() === CLIENT) {
        const [name, ...request] = rest;
        const service = this.service(name);
        service.requests.push([sender, ...request]);
        service.dispatch();
      } else {
        this.hear(sender, ...rest);
      }
    }
  }

  hear(worker, type, ...rest) {
    const key = worker.toString("hex");
    switch (type.toString()) {
      case READY: {
        const service = this.service(rest[0]);
        this.serviceOfWorker.set(key, service);
        service.idle.set(key, worker);
        service.dispatch();
        break;
      }
      case REPLY: {
        const [client, , ...reply] = rest;
        this.serviceOfWorker.get(key).reply(worker, client, ...reply);
        break;
      }
      case DISCONNECT:
        this.serviceOfWorker.get(key).idle.delete(key);
    }
  }

  service(name) {
    const key = name.toString();
    if (!this.services.has(key)) this.services.set(key, new Service(key, this.socket));
    return this.services.get(key);
  }

  stop() {
    if (!this.socket.closed) this.socket.close();
  }
}

class Worker {
  socket = new Dealer();

  constructor(service, delay) {
    this.service = service;
    this.delay = delay;
  }

  async start(address) {
    this.socket.connect(address);
    await this.socket.send([null, WORKER, READY, this.service]);
    this.work();
  }

  async work() {
    for await (const [, , , client, , ...request] of this.socket) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * this.delay));
      await this.socket.send([null, WORKER, REPLY, client, null, ...request]);
    }
  }

  async stop() {
    await this.socket.send([null, WORKER, DISCONNECT, this.service]);
    this.socket.close();
  }
}

async function request(address, service, ...words) {
  const socket = new Request({ receiveTimeout: 20_000 });
  socket.connect(address);
  await socket.send([CLIENT, service, ...words]);
  const [, , ...reply] = await socket.receive();
  return `${service}: ${reply.join(", ")}`;
}

const broker = new Broker();
await broker.start();
const workers = [["tea", 50], ["coffee", 20], ["tea", 50], ["soda", 30]]
  .map(([service, delay]) => new Worker(service, delay));
await Promise.all(workers.map((worker) => worker.start(broker.address)));

const replies = await Promise.all([
  ["soda", "cola"],
  ["tea", "oolong"],
  ["tea", "sencha"],
  ["tea", "earl grey", "with milk"],
  ["tea", "jasmine"],
  ["coffee", "cappuccino"],
  ["coffee", "latte", "with soy milk"],
  ["coffee", "espresso"],
  ["coffee", "irish coffee"],
].map((words) => request(broker.address, ...words)));
for (const reply of replies) console.log(reply);

await Promise.all([broker.stop(), ...workers.map((worker) => worker.stop())]);
console.log("stopped");
process.exit(0);
