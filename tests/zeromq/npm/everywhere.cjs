/** Gets at `zeromq` in each way and each place; each place sends a message to the main program. */

"use strict";

const { Worker: Thread } = require("node:worker_threads");
const { pathToFileURL } = require("node:url");
const zmq = require("zeromq");

const EVALUATED = `
  const { Push } = require("zeromq");
  const push = new Push();
  push.connect("inproc://everywhere");
  push.send("evaluated code").then(() => push.close());
`;

/** Whether another object has the same exports. */
function same(other) {
  return Object.keys(zmq).every((name) => other[name] === zmq[name]);
}

/** The first names of another entry, or why it isn't there. */
function entry(name) {
  try {
    return Object.keys(require(name)).slice(0, 3).join();
  } catch (error) {
    return /ZeroMQ[^.]*/.exec(error.message)?.[0] ?? error.code;
  }
}

async function main() {
  const imported = await import("zeromq");
  console.log("imported:", same(imported), same(imported.default ?? zmq));
  console.log("a dependent's:", same(require("dependent")));
  console.log("draft:", entry("zeromq/draft"));
  console.log("v5-compat:", entry("zeromq/v5-compat"));

  const pull = new zmq.Pull();
  await pull.bind("inproc://everywhere");
  const places = [
    () => new Thread(EVALUATED, { eval: true }),
    () => new Thread(`${__dirname}/thread.cjs`),
    () => new Worker(pathToFileURL(`${__dirname}/worker.mjs`), { type: "module" }),
  ];
  for (const start of places) {
    start();
    console.log(String(await pull.receive()));
  }
  pull.close();
}

main();
