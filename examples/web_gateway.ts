/**
 * A gateway that gives a browser what is published: by EventSource at `/events/TOPIC`, by WebSocket at `/socket/TOPIC`.
 *
 * Each browser has a subscription of its own, which begins at the publisher. A browser that is too slow holds no more than
 * a hundred messages here: an EventSource then misses some, and a WebSocket is closed. Browsers see the topics below only.
 *
 *     deno run --allow-ffi --allow-net examples/web_gateway.ts
 *     deno run --allow-ffi examples/weather/publisher.ts
 *     curl -N http://127.0.0.1:8081/events/weather
 *
 * Arguments: the publisher's address, the port for browsers, and topics.
 */

import { Subscriber } from "../mod.ts";

const [address = "tcp://127.0.0.1:5556", port = "8081", ...named] = Deno.args;
const topics = named.length > 0 ? named : ["weather", "news"];
/** How many browsers there may be, and what each may hold. */
const [BROWSERS, MESSAGES, BYTES] = [1000, 100, 1_000_000];

let browsers = 0;

/** A subscription for one browser, as a loop over texts that the signal ends. */
async function* subscribe(topic: string, signal: AbortSignal): AsyncGenerator<string> {
  browsers++;
  using subscriber = new Subscriber({ receiveHighWaterMark: MESSAGES, linger: 0 });
  try {
    subscriber.connect(address);
    subscriber.subscribe(topic);
    for await (const [, text] of subscriber.iterate({ signal })) {
      if (text !== undefined) yield text.text(); // a topic alone is nothing to show
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    browsers--;
  }
}

/** The stream asks for the next message when the browser has taken the last one. */
function events(topic: string): Response {
  const gone = new AbortController();
  const texts = subscribe(topic, gone.signal);
  const body = new ReadableStream<string>({
    async pull(controller) {
      const text: string = (await texts.next()).value ?? "";
      controller.enqueue(`data: ${text.replace(/\r\n|\r|\n/g, "\ndata: ")}\n\n`);
    },
    async cancel() {
      gone.abort();
      await texts.return(undefined); // where it waits for a browser to take a text, no signal ends it
    },
  }, { highWaterMark: 0 });
  const headers = { "content-type": "text/event-stream", "cache-control": "no-store" };
  return new Response(body.pipeThrough(new TextEncoderStream()), { headers });
}

async function feed(socket: WebSocket, topic: string): Promise<void> {
  const gone = new AbortController();
  socket.onclose = () => gone.abort();
  for await (const text of subscribe(topic, gone.signal)) {
    socket.send(text);
    // It ends here, and not when the browser has taken what it holds, which may be never.
    if (socket.bufferedAmount > BYTES) return socket.close(1008, "too slow");
  }
}

const listen = {
  hostname: "127.0.0.1",
  port: Number(port),
  onListen: ({ port }: Deno.NetAddr) => console.log(`browsers at http://127.0.0.1:${port}/`),
};
const server = Deno.serve(listen, (request) => {
  const [, way, topic] = new URL(request.url).pathname.split("/");
  if (!topics.includes(topic)) return new Response("no such topic\n", { status: 404 });
  if (browsers >= BROWSERS) return new Response("too many browsers\n", { status: 503 });
  if (way === "events") return events(topic);
  if (way !== "socket") return new Response("/events/TOPIC or /socket/TOPIC\n", { status: 404 });
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onopen = () => feed(socket, topic).catch(() => socket.close(1011));
  return response;
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => Deno.exit());
}
await server.finished;
