/** Programs for the tests of finding and opening libzmq, and where libzmq lies on this machine. */

/** Says which libzmq is in use. */
export const WHICH = `
import { libraryPath } from "$MOD";
console.log(libraryPath);
`;

/** Says which libzmq is in use, and goes through all that touches memory or waits. */
export const CONVERSATION = `
import {
  Context, libraryPath, Poller, Pull, Push, Reply, Request, Router, version, ZmqError,
} from "$MOD";
console.log(libraryPath);
if (!/^\\d+\\.\\d+\\.\\d+$/.test(version)) throw new Error(version);

const check = (value, expected) => {
  if (String(value) !== String(expected)) throw new Error(value + ", not " + expected);
};

// One message of each kind of size, received in each way.
const pull = new Pull(), push = new Push();
await pull.bind("tcp://127.0.0.1:*");
push.connect(pull.lastEndpoint);
for (const size of [0, 33, 34, 5000, 100_000]) {
  const text = "a".repeat(size);
  const bytes = new TextEncoder().encode(text);
  await push.send(text);
  check(await pull.receive(), text);
  push.sendSync(bytes);
  check(pull.receiveSync(), text);
  await push.send(bytes);
  pull.visit((bytes) => check(bytes.length, size), { timeout: 10_000 });
  const received = pull.receive();
  await push.send(bytes);
  check(await received, text);
}

// A request that waits for its answer.
const reply = new Reply(), request = new Request();
await reply.bind("inproc://conversation");
request.connect("inproc://conversation");
const answered = (async () => { for await (const message of reply) await reply.send(message); })();
for (let i = 0; i < 100; i++) {
  await request.send(String(i));
  check(await request.receive(), i);
}
reply.close();
await answered;

// Each backend, both ways to wait.
for (const backend of Deno.build.os === "linux" ? ["epoll", "poll"] : ["poll"]) {
  using poller = new Poller({ backend });
  poller.add(pull);
  check((await poller.wait({ timeout: 10 })).length, 0);
  const waiting = poller.wait();
  await push.send("x");
  check((await waiting).length, 1);
  check(poller.waitSync().length, 1);
  await pull.receive();
}

// Options of each type, and errors, whose texts are libzmq's.
const router = new Router({ routingId: "us", linger: 10 });
check(router.linger, 10);
check(new Context({ ioThreads: 2 }).ioThreads, 2);
try {
  await router.bind(pull.lastEndpoint);
  throw new Error("bound twice");
} catch (error) {
  if (!(error instanceof ZmqError)) throw error;
  check(error.code, "EADDRINUSE");
}
// What is open here is for the end of the process to close.
push.send("left");
`;

/** Where libzmq usually lies in the system, as an absolute path; undefined where it isn't there. */
export const systemLibrary: string | undefined = [
  `/usr/lib/${Deno.build.arch}-linux-gnu/libzmq.so.5`,
  "/usr/lib/libzmq.so.5",
  "/usr/lib64/libzmq.so.5",
  "/usr/local/lib/libzmq.so.5",
  "/opt/homebrew/lib/libzmq.5.dylib",
  "/usr/local/lib/libzmq.5.dylib",
].find(isFile);

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
