// Tasks are handed out to worker threads, whose results are gathered: PUSH/PULL twice over.
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import * as zmq from "zeromq";

const WORKERS = 3;
const TASKS = 30;

if (isMainThread) await main();
else await work(workerData);

async function main() {
  const tasks = new zmq.Push();
  const results = new zmq.Pull();
  await tasks.bind("tcp://127.0.0.1:*");
  await results.bind("tcp://127.0.0.1:*");

  const workers = [];
  for (let i = 0; i < WORKERS; i++) {
    const workerData = { from: tasks.lastEndpoint, to: results.lastEndpoint, name: `worker ${i}` };
    workers.push(new Worker(fileURLToPath(import.meta.url), { workerData }));
  }
  const gone = workers.map((worker) => new Promise((resolve) => worker.on("exit", resolve)));

  // Everybody reports before the first task, or the quickest would get them all.
  const ready = new Set();
  while (ready.size < WORKERS) {
    const [kind, name] = await results.receive();
    if (kind.toString() === "ready") ready.add(name.toString());
  }

  for (let n = 1; n <= TASKS; n++) await tasks.send(["square", String(n)]);

  let sum = 0;
  const busy = new Set();
  for (let i = 0; i < TASKS; i++) {
    const [kind, name, result] = await results.receive();
    if (kind.toString() !== "result") throw new Error(`unexpected: ${kind}`);
    busy.add(name.toString());
    sum += Number(result.toString());
  }
  console.log(`sum of squares: ${sum}`);
  console.log(`at work: ${[...busy].sort().join(", ")}`);

  for (let i = 0; i < WORKERS; i++) await tasks.send("stop");
  console.log(`exit codes: ${await Promise.all(gone)}`);
  tasks.close();
  results.close();
}

async function work({ from, to, name }) {
  const tasks = new zmq.Pull({ receiveHighWaterMark: 1 });
  const results = new zmq.Push();
  tasks.connect(from);
  results.connect(to);
  await results.send(["ready", name]);
  for await (const [command, argument] of tasks) {
    if (command.toString() === "stop") break;
    const n = Number(argument.toString());
    await results.send(["result", name, String(n * n)]);
  }
  tasks.close();
  results.close();
}
