// Peers that tell each other that they're alive; one falls silent, and its absence is noticed.
import * as zmq from "zeromq";

const INTERVAL = 20;
const LIVENESS = 60; // so that a busy machine isn't taken for a silent peer

class Monitor {
  constructor() {
    this.socket = new zmq.Router({ handover: true });
    this.peers = new Map();
    this.log = [];
  }

  async run() {
    await this.socket.bind("tcp://127.0.0.1:*");
    this.timer = setInterval(() => this.check(), INTERVAL);
    this.done = (async () => {
      for await (const [id, kind] of this.socket) {
        const name = id.toString();
        if (!this.peers.has(name)) this.note(`${name} is there`);
        this.peers.set(name, Date.now() + INTERVAL * LIVENESS);
        if (kind.toString() === "PING") await this.socket.send([id, "PONG"]);
        if (kind.toString() === "BYE") {
          this.peers.delete(name);
          this.note(`${name} says goodbye`);
        }
      }
    })();
  }

  check() {
    for (const [name, expiry] of this.peers) {
      if (Date.now() < expiry) continue;
      this.peers.delete(name);
      this.note(`${name} has fallen silent`);
    }
  }

  note(text) {
    this.log.push(text);
    this.onNote?.(text);
  }

  /** Resolves once a text has been noted. */
  noted(text) {
    return new Promise((resolve) => {
      const look = () => {
        if (this.log.includes(text)) resolve();
      };
      this.onNote = look;
      look();
    });
  }

  async close() {
    clearInterval(this.timer);
    this.socket.close();
    await this.done;
  }
}

class Peer {
  constructor(address, name) {
    this.socket = new zmq.Dealer({ routingId: name, linger: 100, heartbeatInterval: 1000 });
    this.socket.connect(address);
    this.pongs = 0;
    this.ping();
    this.timer = setInterval(() => this.ping(), INTERVAL);
    this.done = (async () => {
      for await (const [kind] of this.socket) {
        if (kind.toString() !== "PONG") continue;
        this.pongs++;
        this.onPong?.();
      }
    })();
  }

  ping() {
    if (this.socket.writable) this.socket.send("PING").catch(() => {});
  }

  /** Resolves after some more answers. */
  answers(count) {
    const wanted = this.pongs + count;
    return new Promise((resolve) => {
      this.onPong = () => this.pongs >= wanted && resolve();
    });
  }

  silence() {
    clearInterval(this.timer);
  }

  async bye() {
    this.silence();
    await this.socket.send("BYE");
    this.socket.close();
    await this.done;
  }
}

const monitor = new Monitor();
await monitor.run();
const address = monitor.socket.lastEndpoint;

const steady = new Peer(address, "steady");
await monitor.noted("steady is there");
const fading = new Peer(address, "fading");
await monitor.noted("fading is there");
await Promise.all([steady.answers(3), fading.answers(3)]);
console.log("both are answered");

fading.silence();
await monitor.noted("fading has fallen silent");
console.log("still there:", [...monitor.peers.keys()].join());

// The connection itself tells, too, when a peer goes.
const disconnected = new Promise((resolve) => monitor.socket.events.on("disconnect", resolve));
fading.socket.close();
await fading.done;
const { type, address: place } = await disconnected;
console.log("event:", type, place === address);

await steady.bye();
await monitor.noted("steady says goodbye");
console.log(monitor.log.join("\n"));
await monitor.close();
