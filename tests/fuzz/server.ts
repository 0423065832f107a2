/**
 * The program that is fuzzed: sockets of all types, which serve all that come in, for as long as standard input is open.
 *
 * Its argument is a `Plan` as JSON. It prints a line for each thing to know: the addresses, a message of a good peer, what it
 * takes of the machine when a line comes in.
 */

import { Certificate } from "../../security/mod.ts";
import { GOOD, type Line, type Plan } from "./plan.ts";
import {
  authenticator,
  clientOptions,
  hasRoutingId,
  prepare,
  serverOptions,
  type Target,
  targets,
  trySend,
  want,
} from "./targets.ts";

const [TICK, AGAIN] = [20, 100]; // ms
/** Of a type that has one peer. */
const MOST_SOCKETS = 500;

const plan: Plan = JSON.parse(Deno.args[0]);
const [server, client] = plan.certificates.map((one) => new Certificate(one));
const print = (line: Line) => console.log(JSON.stringify(line));

authenticator(client);

/** Serves until the socket is closed. What a peer sends can make no call fail for good. */
async function serve(type: string, target: Target, socket: ReturnType<typeof open>) {
  const { service } = target;
  if (service === "takes") want(socket, target);
  if (service === "gives") {
    setInterval(() => trySend(socket, target, "tick"), TICK);
    if (!("receive" in socket)) return;
  }
  for (;;) {
    try {
      if (service === "asks") {
        await socket.send("a question", { timeout: 1000 });
        hear(type, await socket.receive({ timeout: 1000 }) ?? []);
        continue;
      }
      for await (const message of socket) {
        hear(type, message);
        if (service === "answers") {
          trySend(socket, target, hasRoutingId(message) ? message[0] : message, message);
        }
      }
    } catch {
      // A peer can't be answered, since it has gone.
    }
  }
}

/** Prints what a good peer says, which is a message's last frame, or the one before what is known of it. */
function hear(type: string, message: readonly unknown[]): void {
  const frame = message.findLast((part) => part instanceof Uint8Array);
  const text = new TextDecoder().decode(frame as Uint8Array | undefined);
  if (text.startsWith(GOOD)) print({ heard: type, text });
}

function open(target: Target) {
  const options = plan.side === "bind"
    ? serverOptions(target, plan.mechanism, server)
    : { ...clientOptions(plan.mechanism, client, server), reconnectInterval: 10 };
  const socket = new target.socket(options);
  prepare(socket);
  return socket;
}

/**
 * libzmq gives up a connection whose handshake broke the protocol, so the socket connects to the bad server again and again. It
 * doesn't disconnect: where a peer of an older protocol introduces itself then, libzmq has a weakness of its own.
 */
function connectAgain(socket: ReturnType<typeof open>, [bad, good]: string[]): void {
  socket.connect(good);
  socket.connect(bad);
  setInterval(() => socket.connect(bad), AGAIN);
}

/**
 * Where there is one peer, a connection that was given up may keep its place, which is libzmq's own; so there is one socket more
 * each time. None is closed, for the same reason.
 */
function openAgain(type: string, target: Target, [bad]: string[]): void {
  const more = () => {
    const socket = open(target);
    socket.connect(bad);
    serve(type, target, socket);
    if (++opened >= MOST_SOCKETS) clearInterval(timer);
  };
  let opened = 0;
  const timer = setInterval(more, AGAIN);
  more();
}

const addresses: Record<string, string> = {};
for (const type of plan.types) {
  const target = targets()[type];
  if (plan.side === "connect" && target.onePeer) {
    openAgain(type, target, plan.addresses[type]);
    continue;
  }
  const socket = open(target);
  if (plan.side === "bind") addresses[type] = await socket.bind(`${plan.transport}://127.0.0.1:*`);
  else connectAgain(socket, plan.addresses[type]);
  serve(type, target, socket);
}
print({ addresses });

for await (const _ of Deno.stdin.readable) {
  const descriptors = [...Deno.readDirSync("/proc/self/fd")].length;
  print({ rss: Deno.memoryUsage().rss, descriptors });
}
Deno.exit();
