/**
 * A browser asks a `Reply`, without anything in between: its plain WebSocket speaks ZeroMQ's protocol (ZWS 2.0, `zws.js`).
 *
 * libzmq's `ws://` isn't safe against strangers, whatever its options: use it on this machine, or where everybody that
 * reaches the port is trusted. For others, `web_gateway.ts` and `http_workers` have the runtime's own server in front.
 *
 *     deno run --allow-ffi --allow-net --allow-read=examples/browser examples/browser/server.ts
 *
 * and open http://127.0.0.1:8082/. Arguments: the address of the Reply, and the port for the page.
 */

import { capability, Reply } from "../../mod.ts";

const [address = "ws://127.0.0.1:5590", port = "8082"] = Deno.args;
if (!capability.ws) throw new Error("this libzmq was built without ws://");

const page = (url: string) =>
  `<!doctype html>
<title>A browser and a Reply</title>
<form><input name="text" value="hello" autofocus><button>ask</button></form>
<pre></pre>
<script type="module">
  import { Request } from "./zws.js";
  const request = new Request("${url}");
  document.forms[0].onsubmit = async (event) => {
    event.preventDefault();
    const answer = await request.request(event.target.text.value);
    document.querySelector("pre").append(answer + "\\n");
  };
</script>`;

await using reply = new Reply({ maxMessageSize: 10_000, linger: 0 });
const url = await reply.bind(address);
console.log(`bound to ${url}`);

const listen = {
  hostname: "127.0.0.1",
  port: Number(port),
  onListen: ({ port }: Deno.NetAddr) => console.log(`browsers at http://127.0.0.1:${port}/`),
};
const server = Deno.serve(listen, async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/") {
    return new Response(page(url), { headers: { "content-type": "text/html" } });
  }
  if (pathname !== "/zws.js") return new Response("not found\n", { status: 404 });
  const script = await Deno.readFile(new URL("zws.js", import.meta.url));
  return new Response(script, { headers: { "content-type": "text/javascript" } });
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => server.shutdown().finally(() => reply.close()));
}

for await (const [question] of reply) await reply.send(`${question}, and hello to the browser`);
