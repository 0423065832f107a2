/**
 * Clients that ask as examples/supervised/client.ts does, until standard input ends; then what they have seen is printed.
 *
 * Arguments: the folder with the keys, the server's address, how many clients, the pause between two questions and the time-out
 * of a try in ms.
 */

import { Request, ZmqError } from "../../mod.ts";
import { Certificate } from "../../security/mod.ts";
import { pause } from "../waiting.ts";

/** What clients have seen. */
export interface Asked {
  /** How many questions were answered at the first try, at the second, and so on. */
  answered: number[];
  unanswered: number;
  wrong: number;
  /** How long it took until an answer came, in ms, where there was more than one try. */
  took: number[];
}

/** As many times a try may end without an answer; one that was lost with its connection doesn't count. */
const TIMEOUTS = 2;

const [keys, address, count, between, timeout] = Deno.args;
const server = await Certificate.load(`${keys}/server.key`);
const own = await Certificate.load(`${keys}/client.key_secret`);
const asked: Asked = { answered: [], unanswered: 0, wrong: 0, took: [] };
let over = false;

function connect(): { socket: Request; lost: AbortSignal } {
  const socket = new Request({ ...own.clientOptions(server), linger: 0 });
  const { events } = socket;
  const lost = new AbortController();
  events.on("handshake", () => events.on("disconnect", () => lost.abort()), { once: true });
  socket.connect(address);
  return { socket, lost: lost.signal };
}

async function asks(name: number): Promise<void> {
  let { socket, lost } = connect();
  for (let i = 0; !over; i++) {
    const question = `${name}.${i}`;
    const began = performance.now();
    let timeouts = 0;
    for (let tries = 1;; tries++) {
      const waiting = { timeout: Number(timeout), signal: lost };
      try {
        await socket.send(question, waiting);
        const [answer] = await socket.receive(waiting);
        if (answer.text() !== `the answer to ${question}`) asked.wrong++;
        asked.answered[tries - 1] = (asked.answered[tries - 1] ?? 0) + 1;
        if (tries > 1) asked.took.push(performance.now() - began);
        break;
      } catch (error) {
        if (!lost.aborted && !(error instanceof ZmqError && error.code === "EAGAIN")) throw error;
        socket.close();
        const given = !lost.aborted && ++timeouts === TIMEOUTS;
        ({ socket, lost } = connect());
        if (!given) continue;
        asked.unanswered++;
        console.error(`${question} has no answer`);
        break;
      }
    }
    await pause(Number(between));
  }
  socket.close();
}

const all = Promise.all(Array.from({ length: Number(count) }, (_, name) => asks(name)));
console.log("asking");
for await (const _ of Deno.stdin.readable) {
  // It says nothing, and ends.
}
over = true;
await all;
console.log(`asked ${JSON.stringify(asked)}`);
Deno.exit();
