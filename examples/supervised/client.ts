/**
 * A client of supervisor.ts's server, which notices little when that is ended.
 *
 * It asks again when the connection is lost, and once more when no answer comes in time: the server
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

await using client = new Request({
  ...own.clientOptions(server),
  relaxed: true, // it may ask again without an answer
  correlate: true, // an answer to an earlier try is dropped
  immediate: true, // a question goes to a server that is there, and not to one that was
  reconnectInterval: 10, // in ms
  linger: 0,
});
client.connect(address);

// A server that's ended takes the connection with it: no answer will come.
let lost = new AbortController();
client.events.on("disconnect", () => {
  lost.abort();
  lost = new AbortController();
});

async function ask(question: string): Promise<string> {
  for (let timeouts = 0;;) {
    const waiting = { timeout: Number(timeout), signal: lost.signal };
    try {
      await client.send(question, waiting);
      const [answer] = await client.receive(waiting);
      return answer.text();
    } catch (error) {
      const late = error instanceof ZmqError && error.code === "EAGAIN";
      if (!waiting.signal.aborted && (!late || ++timeouts === TRIES)) throw error;
      console.error(
        `${question}: asked again, ${late ? "no answer came" : "the connection is lost"}`,
      );
    }
  }
}

for (let i = 1; i <= Number(count); i++) {
  console.log(await ask(`question ${i}`));
  await new Promise((resolve) => setTimeout(resolve, Number(pause)));
}
