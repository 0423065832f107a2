/**
 * A supervised server: a parent that holds the port, and a child that serves there and may be
 * ended at any time.
 *
 * What a peer can't be kept from doing to a process that it reaches, it does to the child. The
 * parent starts it again at once, connections wait in the port meanwhile, and a client that asks
 * again, with a new socket, when its connection is lost or no answer comes in time loses none. What
 * the server had in its memory is lost. It has hardened options, so that only clients whose keys it
 * knows come in.
 *
 *     deno run --allow-ffi --allow-write=keys examples/supervised/keys.ts keys
 *     deno run --allow-ffi --allow-run=deno examples/supervised/supervisor.ts keys
 *     deno run --allow-ffi --allow-read=keys examples/supervised/client.ts keys
 *
 * Then end the process that serves by `kill -9`, as often as you like. The server itself is run
 * with `--allow-ffi` and `--allow-read=keys`.
 *
 * Arguments: the folder with the keys, the address to listen at, and the command that runs Deno.
 */

import { Supervisor } from "../../supervise/mod.ts";

const [keys = "keys", listen = "tcp://127.0.0.1:5588", deno = "deno"] = Deno.args;

const server = new URL("server.ts", import.meta.url).href;
await using supervisor = await Supervisor.listen(deno, {
  args: ["run", "--allow-ffi", `--allow-read=${keys}`, server, keys],
  listen,
  unresponsiveAfter: 10_000, // it's ended when its event loop stands still for so long
  onEnd: ({ pid, signal, code, uptime, unresponsive }) => {
    const why = unresponsive ? "hanging" : signal ?? code;
    console.error(`${pid} ended by ${why} after ${Math.round(uptime)} ms`);
  },
});

// Ctrl-C and SIGTERM: the server gets SIGTERM, ends in order, and the supervisor with it.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}

console.log(`listening at ${supervisor.addresses}`);
try {
  Deno.exitCode = (await supervisor.run({ signal: stop.signal })).code;
} catch (error) {
  console.error((error as Error).message); // it has given up
  Deno.exitCode = 1;
}
