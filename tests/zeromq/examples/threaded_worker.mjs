// Threads, whose source is evaluated, turn text by thirteen letters: work and results go over inproc, and so does the
// signal that stops them.
import { Worker } from "node:worker_threads";
import { Publisher, Pull, Push } from "zeromq";

const THREADS = 3;

/** What runs in a thread. Its source is taken as text. */
class ThreadedWorker {
  // It queues a single letter, so that each thread gets some.
  input = new zmq.Pull({ receiveHighWaterMark: 1 });
  output = new zmq.Push();
  signal = new zmq.Subscriber();

  constructor() {
    this.input.connect("inproc://input");
    this.output.connect("inproc://output");
    this.signal.connect("inproc://signal");
    this.signal.subscribe();
    this.listen();
  }

  async listen() {
    await this.output.send("ready");
    for await (const [signal] of this.signal) {
      if (signal.toString() === "stop") this.stop();
    }
  }

  stop() {
    this.input.close();
    this.output.close();
    this.signal.close();
  }

  async run() {
    for await (const [place, letter] of this.input) {
      await this.output.send([place, turned(letter.toString())]);
    }
  }
}

function turned(letter) {
  const code = letter.charCodeAt(0);
  const first = code >= 97 ? 97 : 65;
  return /[a-z]/i.test(letter) ? String.fromCharCode(first + (code - first + 13) % 26) : letter;
}

class Processor {
  input = new Push();
  output = new Pull();
  signal = new Publisher();

  async start() {
    await Promise.all([
      this.input.bind("inproc://input"),
      this.output.bind("inproc://output"),
      this.signal.bind("inproc://signal"),
    ]);
    const source = `const zmq = require("zeromq");
      ${turned}
      ${ThreadedWorker}
      new ThreadedWorker().run();`;
    this.ends = Array.from({ length: THREADS }, () => {
      const worker = new Worker(source, { eval: true });
      return new Promise((resolve) => worker.on("exit", resolve));
    });
    // A thread that came later than the signal would never stop.
    for (let i = 0; i < THREADS; i++) await this.output.receive();
  }

  async process(text) {
    const letters = [...text];
    for (const [place, letter] of letters.entries()) {
      await this.input.send([String(place), letter]);
    }
    const results = [];
    for (let i = 0; i < letters.length; i++) {
      const [place, letter] = await this.output.receive();
      results[Number(place.toString())] = letter.toString();
    }
    return results.join("");
  }

  async stop() {
    await Promise.all([
      this.signal.send("stop"),
      this.input.unbind("inproc://input"),
      this.output.unbind("inproc://output"),
      this.signal.unbind("inproc://signal"),
    ]);
    return await Promise.all(this.ends);
  }
}

const processor = new Processor();
await processor.start();
for (const text of ["Hello world!", "Would you like more sockets?", "Yes please."]) {
  console.log(`${text} -> ${await processor.process(text)}`);
}
console.log(`threads ended: ${await processor.stop()}`);
