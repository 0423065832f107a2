// zeromq.js in the same roles, on Node or on Deno, and our drop-in. The variable ZEROMQ says what to import.

import { Delays, finish, jobOf, messageOf, Meter, Stopwatch, tell } from "./meter.mjs";

const { argv, cpuUsage, env, exit } = globalThis.process;
const imported = await import(env.ZEROMQ);
const zmq = imported.default?.Push ? imported.default : imported;

const job = jobOf(argv.slice(2));
const message = messageOf(job);

function cpu() {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}

const done = (result) => {
  finish(result);
  exit(0);
};

const ROLES = {
  async receive() {
    const meter = new Meter(job, cpu, done);
    const pull = new zmq.Pull({ receiveHighWaterMark: job.hwm });
    await pull.bind(job.address);
    tell(pull.lastEndpoint);
    let sum = 0;
    const look = (message) => {
      for (const part of message) sum ^= part.length + part[0];
      meter.one();
    };
    if (job.mode === "receive") { for (;;) look(await pull.receive()); }
    for await (const message of pull) look(message);
    console.log(sum);
  },
  async send() {
    const push = new zmq.Push({ sendHighWaterMark: job.hwm });
    push.connect(job.address);
    if (job.mode === "fresh") { for (;;) await push.send(new Uint8Array(message)); }
    for (;;) await push.send(message);
  },
  async echo() {
    const reply = new zmq.Reply();
    await reply.bind(job.address);
    tell(reply.lastEndpoint);
    for await (const message of reply) await reply.send(message);
  },
  async ping() {
    const request = new zmq.Request();
    request.connect(job.address);
    const watch = new Stopwatch(job);
    let begin;
    do {
      begin = performance.now();
      await request.send(message);
      await request.receive();
    } while (watch.take(begin));
    done(watch.result());
  },
  async latency() {
    const wall = () => Number(globalThis.process.hrtime.bigint()) / 1e9;
    const delays = new Delays(job, wall, cpu, done);
    const pull = new zmq.Pull({ receiveHighWaterMark: job.hwm });
    await pull.bind(job.address);
    tell(pull.lastEndpoint);
    for await (const [frame] of pull) delays.take(frame.readDoubleLE(0));
  },
  async publish() {
    const publisher = new zmq.XPublisher({
      sendHighWaterMark: job.hwm,
      noDrop: true,
      verbosity: "allSubs",
    });
    await publisher.bind(job.address);
    tell(publisher.lastEndpoint);
    for (let i = 0; i < job.many; i++) await publisher.receive();
    for (;;) {
      try {
        await publisher.send(message);
      } catch (error) {
        // It doesn't wait for slow subscribers, but fails.
        if (error.code !== "EAGAIN") throw error;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  },
  async router() {
    const router = new zmq.Router({ sendHighWaterMark: job.hwm, receiveHighWaterMark: job.hwm });
    router.backlog = 2000;
    await router.bind(job.address);
    tell(router.lastEndpoint);
    for await (const message of router) await router.send(message);
  },

  async proxy() {
    const pull = new zmq.Pull({ receiveHighWaterMark: job.hwm });
    const push = new zmq.Push({ sendHighWaterMark: job.hwm });
    for (const socket of [pull, push]) {
      await socket.bind(job.address);
      tell(socket.lastEndpoint);
    }
    await new zmq.Proxy(pull, push).run();
  },
};

await ROLES[job.role]();
