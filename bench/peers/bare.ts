/**
 * What the runtime alone takes: nothing of the library, just foreign calls, with an `await` for each message (role send,
 * receive), or a turn of the event loop for each that has to be waited for (role ping, load; and receive in mode copy,
 * where each message gets a buffer of its own).
 */

import { cpu } from "./cpu.ts";
import { finish, jobOf, messageOf, Meter, Stopwatch, tell } from "./meter.mjs";

const PULL = 7;
const PUSH = 8;
const REQ = 3;
const FD = 14;
const LAST_ENDPOINT = 32;
const SNDHWM = 23;
const RCVHWM = 24;
const DONTWAIT = 1;
const EPOLL_CTL_ADD = 1;
/** EPOLLIN, edge-triggered. */
const EVENTS = 1 | 1 << 31;
/** Where a small message's bytes are in a zmq_msg_t of these versions. */
const DATA = 8;

const { symbols: c } = Deno.dlopen("libzmq.so.5", {
  zmq_ctx_new: { parameters: [], result: "pointer" },
  zmq_socket: { parameters: ["pointer", "i32"], result: "pointer" },
  zmq_setsockopt: { parameters: ["pointer", "i32", "buffer", "usize"], result: "i32" },
  zmq_getsockopt: { parameters: ["pointer", "i32", "buffer", "buffer"], result: "i32" },
  zmq_bind: { parameters: ["pointer", "buffer"], result: "i32" },
  zmq_connect: { parameters: ["pointer", "buffer"], result: "i32" },
  zmq_send: { parameters: ["pointer", "buffer", "usize", "i32"], result: "i32" },
  zmq_msg_init: { parameters: ["pointer"], result: "i32" },
  zmq_msg_recv: { parameters: ["pointer", "pointer", "i32"], result: "i32" },
  zmq_msg_data: { parameters: ["pointer"], result: "pointer" },
  malloc: { parameters: ["usize"], result: "pointer" },
  free: { parameters: ["pointer"], result: "void" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "pointer", "i32", "i32"], result: "i32" },
});

const job = jobOf(Deno.args);
const message = messageOf(job) as Uint8Array<ArrayBuffer>;
const size = BigInt(job.size);
const types: Record<string, number> = { send: PUSH, receive: PULL, ping: REQ, load: PULL };
const socket = c.zmq_socket(c.zmq_ctx_new(), types[job.role])!;
for (const option of [SNDHWM, RCVHWM]) {
  c.zmq_setsockopt(socket, option, new Uint8Array(new Int32Array([job.hwm]).buffer), 4n);
}

function option(number: number): Uint8Array {
  const bytes = new Uint8Array(256);
  const length = new BigUint64Array([256n]);
  c.zmq_getsockopt(socket, number, bytes, new Uint8Array(length.buffer));
  return bytes.subarray(0, Number(length[0]));
}

const struct = new Uint8Array(64);
const part = Deno.UnsafePointer.of(struct);
c.zmq_msg_init(part);
/** What was read, kept small. */
let sum = 0;
const receive = (flags: number) => {
  const length = c.zmq_msg_recv(part, socket, flags);
  sum ^= length + struct[DATA];
  return length >= 0;
};

/** The largest block of which glibc learns that it shall keep as much. */
const LEARNT = (32n << 20n) - 65536n;

/** Takes a large message, if there is one, into a buffer of its own: in the fastest way that we know. */
function receiveCopy(): boolean {
  const length = c.zmq_msg_recv(part, socket, DONTWAIT);
  if (length < 0) return false;
  const shown = Deno.UnsafePointerView.getArrayBuffer(c.zmq_msg_data(part)!, length);
  const copy = new Uint8Array(new Uint8Array(shown));
  shown.transfer(0);
  sum ^= copy.length + copy[0];
  return true;
}

const address = new TextEncoder().encode(`${job.address}\0`);
const bind = () => {
  c.zmq_bind(socket, address);
  tell(new TextDecoder().decode(option(LAST_ENDPOINT).subarray(0, -1)));
};
const DONE = Promise.resolve();

/** Waits for the socket's descriptor at the start of a tick. */
function waiter(): () => Promise<void> {
  const [fd] = new Int32Array(option(FD).buffer);
  const set = c.epoll_create1(0);
  const event = new Uint8Array(12);
  new DataView(event.buffer).setInt32(0, EVENTS, true);
  c.epoll_ctl(set, EPOLL_CTL_ADD, fd, event);
  const found = Deno.UnsafePointer.of(new Uint8Array(1024));
  const LONG = 20;
  return () =>
    new Promise((resolve) =>
      setImmediate(() => {
        c.epoll_wait(set, found, 16, LONG);
        resolve();
      })
    );
}

const ROLES: Record<string, () => Promise<void>> = {
  async send() {
    c.zmq_connect(socket, address);
    for (;;) {
      c.zmq_send(socket, message, size, 0);
      await DONE;
    }
  },
  async receive() {
    const meter = new Meter(job, cpu, (result: unknown) => {
      finish(result);
      Deno.exit();
    });
    bind();
    if (job.mode === "copy") {
      c.free(c.malloc(LEARNT));
      const wait = waiter();
      for (;;) {
        while (!receiveCopy()) await wait();
        meter.one();
      }
    }
    for (;;) {
      receive(0);
      meter.one();
      await DONE;
    }
  },
  async ping() {
    c.zmq_connect(socket, address);
    const wait = waiter();
    const watch = new Stopwatch(job);
    let begin;
    do {
      begin = performance.now();
      c.zmq_send(socket, message, size, 0);
      while (!receive(DONTWAIT)) await wait();
    } while (watch.take(begin));
    finish(watch.result());
    Deno.exit();
  },
  async load() {
    bind();
    const wait = waiter();
    const warm = performance.now() + job.warm;
    let count = 0;
    let begin = 0;
    let used = 0;
    for (;;) {
      while (!receive(DONTWAIT)) await wait();
      count++;
      const now = performance.now();
      if (begin === 0) {
        if (now < warm) continue;
        [begin, used, count] = [now, cpu(), 0];
      } else if (now - begin >= job.time) {
        const seconds = (now - begin) / 1000;
        finish({ load: (cpu() - used) / seconds * 100, rate: count / seconds });
        Deno.exit();
      }
    }
  },
};

await ROLES[job.role]();
console.log(sum);
