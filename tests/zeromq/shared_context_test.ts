import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { futureAddress } from "../socket/support.ts";
import { withFolder } from "../util.ts";
import { type Outcome, run } from "../program.ts";

/** Runs a program in which `inWorker(data, function)` runs a function in a worker, and returns what it returned. */
function withWorkers(source: string): Promise<Outcome> {
  return run(`
    import { Worker } from "node:worker_threads";
    import * as zmq from "$ROOT/zeromq.ts";
    const PATH = new URL("$ROOT/zeromq.ts").pathname;

    // As CommonJS, which require() serves only where nothing awaits at the top level.
    function inWorker(data, fn) {
      const worker = new Worker(\`
        const { parentPort, workerData } = require("node:worker_threads");
        const zmq = require(\${JSON.stringify(PATH)});
        (\${fn})(workerData).then((value) => parentPort.postMessage(value));
      \`, { eval: true, workerData: data });
      return new Promise((resolve, reject) => {
        let message;
        worker.on("message", (value) => message = value);
        worker.on("error", reject);
        worker.on("exit", (code) => {
          if (code === 0) resolve(message);
          else reject(new Error("the worker's status: " + code));
        });
      });
    }

    async function echo({ address }) {
      const socket = new zmq.Pair({ linger: 0 });
      socket.connect(address);
      for await (const message of socket) {
        await socket.send(message);
        return;
      }
    }
    ${source}
  `);
}

const texts = `(message) => message.map((part) => Buffer.from(part).toString()).join()`;

Deno.test("an option of the default context that main has set is read by a worker", async () => {
  const { stdout, stderr, code } = await withWorkers(`
    zmq.context.ioThreads = 3;
    console.log(await inWorker({}, async () => zmq.context.ioThreads));
  `);
  assertEquals([stdout, stderr, code], ["3\n", "", 0]);
});

Deno.test("a context of a worker's own is its own", async () => {
  const { stdout, stderr, code } = await withWorkers(`
    zmq.context.ioThreads = 3;
    console.log(await inWorker({}, async () => new zmq.Context().ioThreads));
  `);
  assertEquals([stdout, stderr, code], ["1\n", "", 0]);
});

for (const transport of ["tcp", "ipc", "inproc"]) {
  /** A program with the place of an address, as code: a folder of an ipc address goes when it has ended. */
  const between = (program: (address: string) => string) =>
    withFolder((folder) => {
      const address = transport === "tcp"
        ? futureAddress()
        : transport === "ipc"
        ? `ipc://${folder}/socket`
        : "inproc://between-threads";
      return withWorkers(program(JSON.stringify(address)));
    });

  Deno.test(`${transport}: two sockets in a worker, which leaves them open`, async () => {
    const { stdout, stderr, code } = await between((address) => `
      const received = await inWorker({ address: ${address} }, async ({ address }) => {
        const one = new zmq.Pair({ linger: 0 });
        const other = new zmq.Pair({ linger: 0 });
        await other.bind(address);
        one.connect(address);
        await one.send(["foo", "bar"]);
        return other.receive();
      });
      console.log((${texts})(received));
    `);
    assertEquals([stdout, stderr, code], ["foo,bar\n", "", 0]);
  });

  Deno.test(`${transport}: what a worker has sent just before its end arrives`, async () => {
    const { stdout, stderr, code } = await between((address) => `
      const socket = new zmq.Pair({ linger: 0 });
      const address = ${address};
      await socket.bind(address);
      const sent = socket.send(["foo", "bar"]);
      await inWorker({ address }, echo);
      await sent;
      console.log((${texts})(await socket.receive()));
      socket.close();
    `);
    assertEquals([stdout, stderr, code], ["foo,bar\n", "", 0]);
  });

  Deno.test(`${transport}: two workers talk to each other`, async () => {
    const { stdout, stderr, code } = await between((address) => `
      const address = ${address};
      const [received] = await Promise.all([
        inWorker({ address }, async ({ address }) => {
          const socket = new zmq.Pair({ linger: 0 });
          await socket.bind(address);
          await socket.send(["foo", "bar"]);
          return socket.receive();
        }),
        inWorker({ address }, echo),
      ]);
      console.log((${texts})(received));
    `);
    assertEquals([stdout, stderr, code], ["foo,bar\n", "", 0]);
  });
}

Deno.test("much that a worker has sent just before its end arrives, too", async () => {
  const { stdout, stderr, code } = await withWorkers(`
    const socket = new zmq.Pull({ receiveHighWaterMark: 0 });
    await socket.bind("tcp://127.0.0.1:*");
    await inWorker({ address: socket.lastEndpoint }, async ({ address }) => {
      const push = new zmq.Push({ linger: 0, sendHighWaterMark: 0 });
      push.connect(address);
      for (let i = 0; i < 200; i++) await push.send(Buffer.alloc(100_000));
    });
    let size = 0;
    for (let i = 0; i < 200; i++) size += (await socket.receive())[0].length;
    console.log(size);
    socket.close();
  `);
  assertEquals([stdout, stderr, code], ["20000000\n", "", 0]);
});

Deno.test("workers that are terminated as soon as they're started disturb nothing", async () => {
  const { stdout, stderr, code } = await withWorkers(`
    for (let i = 0; i < 3; i++) {
      const worker = new Worker(
        "const zmq = require(" + JSON.stringify(PATH) + "); new zmq.Router().bind('inproc://w');",
        { eval: true },
      );
      await new Promise((resolve) => worker.once("online", resolve));
      await worker.terminate();
    }
    const socket = new zmq.Publisher();
    await socket.send("x");
    console.log("ended");
  `);
  assertEquals([stdout, stderr, code], ["ended\n", "", 0]);
});

Deno.test("a worker that still has sockets doesn't hold up the end of the process", async () => {
  const { stdout, stderr, code } = await withWorkers(`
    const worker = new Worker(
      "const { parentPort } = require('node:worker_threads');" +
        "const zmq = require(" + JSON.stringify(PATH) + ");" +
        "const socket = new zmq.Pull(); socket.bind('inproc://w')" +
        "  .then(() => { parentPort.postMessage('bound'); socket.receive(); });",
      { eval: true },
    );
    await new Promise((resolve) => worker.once("message", resolve));
    const socket = new zmq.Push();
    socket.connect("inproc://w");
    await socket.send("x");
    console.log("ended");
    process.exit(7);
  `);
  assertEquals([stdout, stderr, code], ["ended\n", "", 7]);
});

for (const closed of [false, true]) {
  Deno.test(`meanwhile the main isolate's own messages are still waited for: closed ${closed}`, async () => {
    const { stdout, stderr, code } = await withWorkers(`
      const worker = new Worker(
        "const { parentPort } = require('node:worker_threads');" +
          "const zmq = require(" + JSON.stringify(PATH) + ");" +
          "const socket = new zmq.Pull(); socket.bind('inproc://w')" +
          "  .then(() => { parentPort.postMessage('bound'); socket.receive(); });",
        { eval: true },
      );
      await new Promise((resolve) => worker.once("message", resolve));
      const socket = new zmq.Push({ linger: 8000 });
      socket.connect("${futureAddress()}");
      await socket.send("x");
      // By a faster clock: the end speaks after half a second, and gives up after ten.
      const now = performance.now.bind(performance);
      performance.now = () => 10 * now();
      if (${closed}) socket.close();
      console.log("ended");
      process.exit(0);
    `);
    assertEquals([stdout, code], ["ended\n", 0]);
    assertEquals(
      stderr.replace(/\d+/, "PID"),
      "(node:PID) WARNING: Waiting up to 10000 ms for queued ZeroMQ messages to be delivered. " +
        "Set 'context.blocky = false' to change this behaviour.\n",
    );
  });
}
