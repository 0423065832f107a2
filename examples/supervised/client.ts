/**
 * A client of supervisor.ts's server, which notices little when that is ended.
 *
 * It asks again when its connection is lost, and once more when no answer comes in time: the server
 * may have been ended with the question in its hands, or before it got it. So a question may be
 * answered twice, of which the client sees one.
 *
 *     deno run --allow-ffi --allow-read=keys examples/supervised/client.ts keys
 *
 * Arguments: the folder with the keys, the server's address, how many questions to ask, the
 * time-out of a try and the pause between two questions, both in ms.
 */

import { Request, ZmqError } from "../../mod.ts";
import { Certificate } from "../../security/mod.ts";

const [
  keys = "keys",
  address = "tcp://127.0.0.1:5588",
  count = "100",
  timeout = "2000",
  pause = "50",
] = Deno.args;
const TRIES = 2;

const server = await Certificate.load(`${keys}/server.key`);
const own = await Certificate.load(`${keys}/client.key_secret`);

/** A new socket, and a signal that its connection is lost. One that was never made isn't: it's tried again. */
function connect(): { socket: Request; lost: AbortSignal } {
  const socket = new Request({ ...own.clientOptions(server), linger: 0 });
  const { events } = socket;
  const lost = new AbortController();
  events.on("handshake", () => events.on("disconnect", () => lost.abort()), { once: true });
  socket.connect(address);
  return { socket, lost: lost.signal };
}
let { socket, lost } = connect();

async function ask(question: string): Promise<string> {
  for (let timeouts = 0;;) {
    const waiting = { timeout: Number(timeout), signal: lost };
    try {
      await socket.send(question, waiting);
      const [answer] = await socket.receive(waiting);
      return answer.text();
    } catch (error) {
      const late = error instanceof ZmqError && error.code === "EAGAIN";
      if (!lost.aborted && (!late || ++timeouts === TRIES)) throw error;
      console.error(
        `${question}: asked again, ${late ? "no answer came" : "the connection is lost"}`,
      );
      // The next question can't go into what is left of the old connection, nor its answer come here.
      socket.close();
      ({ socket, lost } = connect());
    }
  }
}

for (let i = 1; i <= Number(count); i++) {
  console.log(await ask(`question ${i}`));
  await new Promise((resolve) => setTimeout(resolve, Number(pause)));
}
socket.close();
