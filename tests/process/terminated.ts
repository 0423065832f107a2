/** Workers that are terminated, and the count of what they leave. */

import { allocate, pointerToHex } from "../../ffi/memory.ts";
import { MUTEX_SIZE } from "../../ffi/pthread.ts";
import { initMutex } from "../../process/robust_mutex.ts";
import type { Outcome } from "../program.ts";
import { withWorkers } from "../workers.ts";

/**
 * In mid-traffic: a worker sends to main, has messages for someone who isn't there, waits in every way, and hears of its
 * connections.
 */
export const TRAFFIC = `
  async traffic({ address, token }) {
    const context = token === undefined ? zmq.context : Context.join(token);
    const push = new Push({ context });
    push.connect(address);
    const lost = new Push({ context, linger: -1 });
    lost.connect("ipc://" + import.meta.dirname + "/absent");
    lost.trySend("never");
    const reply = new Reply({ context });
    await reply.bind("tcp://127.0.0.1:*");
    reply.receive();
    push.events.receive();
    reply.events.on("connect", () => {});
    const poller = new Poller();
    poller.add(reply);
    poller.waker();
    poller.wait();
    // Collected, it would be closed, and linger indefinitely, as it was told.
    for (let i = 0; !lost.closed; i++) {
      await push.send(["message", String(i)]);
      if (i === 500) tell("busy");
    }
  },
  async many({ sockets, contexts }) {
    for (let i = 0; i < contexts; i++) {
      const context = new Context();
      for (let k = 0; k < sockets; k++) await new Pull({ context }).bind("tcp://127.0.0.1:*");
    }
    tell("busy");
  },
  async sends({ address, count, token }) {
    const socket = new Push({ context: token === undefined ? context : Context.join(token) });
    socket.connect(address);
    for (let i = 0; i < count; i++) socket.sendSync(String(i));
    tell("sent");
    setInterval(() => {}, 1000);
  },
  async disconnected() {
    const socket = new Push({ linger: -1 });
    const absent = "ipc://" + import.meta.dirname + "/absent";
    socket.connect(absent);
    socket.disconnect(absent);
    socket.connect(absent);
    socket.trySend("never");
    globalThis.socket = socket; // else the collector may close it
    tell("busy");
  },
  async unbound() {
    const sockets = globalThis.sockets = []; // else the collector may close them
    for (let i = 0; i < 30; i++) {
      const socket = new Push();
      socket.connect("inproc://" + i);
      sockets.push(socket);
    }
    tell("busy");
  },
  async pollers() {
    for (let i = 0; i < 10; i++) {
      for (const backend of ["epoll", "poll", "select"]) {
        const poller = new Poller({ backend });
        poller.wait();
      }
    }
    tell("busy");
  },
  async proxy() {
    const { Proxy } = await import("$ROOT/proxy.ts");
    const { XPublisher, XSubscriber } = zmq;
    const front = new XSubscriber(), back = new XPublisher({ maxMessageSize: 4097 });
    await front.bind("tcp://127.0.0.1:*");
    await back.bind("tcp://127.0.0.1:*");
    const publisher = new zmq.Publisher(), subscriber = new zmq.Subscriber();
    const addresses = [front.lastEndpoint, back.lastEndpoint];
    const proxy = new Proxy(front, back, { native: true });
    proxy.run();
    publisher.connect(addresses[0]);
    subscriber.connect(addresses[1]);
    subscriber.subscribe("");
    (async () => { while (!publisher.closed) await publisher.send("x"); })();
    await subscriber.receive();
    tell("busy");
  },
  async drafts() {
    const { Client, Server } = await import("$ROOT/socket/draft.ts");
    for (let i = 0; i < 5; i++) {
      const server = new Server();
      await server.bind("tcp://127.0.0.1:*");
      server.receive();
      new Client().connect(server.lastEndpoint);
    }
    tell("busy");
  },`;

/**
 * Starts and terminates workers, and tells what they have left. Some of it is given back by anyone who comes by next: in
 * order to be that, it shares a context, and makes a waker.
 */
export function ended(
  { kind, name, data = "{}", times, before = "" }: {
    kind: string;
    name: string;
    data?: string;
    times: number;
    before?: string;
  },
): Promise<Outcome> {
  return withWorkers(
    TRAFFIC,
    `const pull = new Pull();
    await pull.bind("tcp://127.0.0.1:*");
    const address = pull.lastEndpoint;
    let received = 0;
    (async () => { for await (const _ of pull) received++; })();
    ${before}
    async function one() {
      const worker = start("${kind}", "${name}", ${data});
      const told = await worker.next();
      if (told !== "busy") console.log(told);
      await worker.terminate();
    }
    // What the first ones bring in for good belongs to Deno, or to the process; and it has a few more at some times.
    const SPARE = 4;
    for (let i = 0; i < 2; i++) await one();
    await until(() => threadsOf("worker-") === 0 && threadsOf("tokio-runtime-w") <= 3);
    const least = count();
    for (let i = 0; i < ${times}; i++) await one();
    const given = await until(() => {
      Context.join(zmq.context.share()).close();
      const poller = new Poller();
      poller.waker();
      poller.close();
      const now = count();
      return now.descriptors <= least.descriptors + SPARE && now.threads <= least.threads + SPARE;
    });
    console.log(given ? "nothing" : JSON.stringify({ least, now: count() }));
    zmq.context.close();
    console.log(await until(() => threadsOf("ZMQbg") === 0));`,
  );
}

/** An isolate's token that is as if its thread had ended. */
export function deadToken(): string {
  const mutex = allocate(MUTEX_SIZE);
  initMutex(mutex);
  return pointerToHex(mutex);
}
