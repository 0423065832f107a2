import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { createRequire } from "node:module";
import { version } from "../zeromq.ts";
import * as module from "../zeromq_v5_compat.ts";
import * as constants from "../zeromq/v5_constants.ts";
import { run } from "./program.ts";
import "./util.ts";

const NAMES = [
  ...["Context", "Socket", "createSocket", "curveKeypair", "options", "proxy", "socket", "version"],
  ...Object.keys(constants),
].sort();

Deno.test("zeromq/v5-compat has the names of npm's, and all of them in its default export", () => {
  const { default: zmq, ...names } = module;
  assertEquals(Object.keys(names).sort(), NAMES);
  assertEquals({ ...zmq }, { ...names });
  assertEquals([zmq.version, NAMES.length], [version, 84]);
});

Deno.test("require loads zeromq/v5-compat, synchronously", async () => {
  const { code, stdout } = await run(`
    import { createRequire } from "node:module";
    const zmq = createRequire("$ROOT/")("./zeromq_v5_compat.ts");
    const [server, client] = [zmq.socket("rep"), zmq.socket("req")];
    server.bindSync("inproc://x");
    client.connect("inproc://x");
    server.on("message", (part) => server.send(part + " world"));
    client.on("message", (part) => {
      console.log(String(part), zmq.ZMQ_REQ);
      server.close();
      client.close();
    });
    client.send("hello");
  `);
  assertEquals([code, stdout], [0, "hello world 3\n"]);
});

Deno.test("the package for npm has zeromq/v5-compat, with the same exports", () => {
  const { default: zmq } = module;
  const required = createRequire(import.meta.url)("../zeromq/npm/v5-compat.cjs");
  assertEquals({ ...required }, { ...zmq });
});
