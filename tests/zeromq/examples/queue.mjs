// A queue takes messages before there is a peer for them, and passes them on one after the other.
import { Dealer } from "zeromq";

class Queue {
  waiting = [];
  isSending = false;

  constructor(socket, most = 100) {
    this.socket = socket;
    this.most = most;
  }

  async send(message) {
    if (this.waiting.length >= this.most) throw new Error("the queue is full");
    this.waiting.push(message);
    if (this.isSending) return;
    this.isSending = true;
    while (this.waiting.length > 0) await this.socket.send(this.waiting.shift());
    this.isSending = false;
  }
}

const sender = new Dealer();
await sender.bind("tcp://127.0.0.1:*");
const queue = new Queue(sender, 3);
const sent = ["first", "second", "third", null].map((message) => queue.send(message));
await queue.send("one too many").catch((error) => console.log(`refused: ${error.message}`));

const receiver = new Dealer();
receiver.connect(sender.lastEndpoint);
for await (const [message] of receiver) {
  console.log(message.length === 0 ? "received nothing, the last" : `received ${message}`);
  if (message.length === 0) receiver.close();
}
await Promise.all(sent);
console.log(`closed: ${receiver.closed}`);
