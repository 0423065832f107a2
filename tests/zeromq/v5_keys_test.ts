import { deepStrictEqual as assertEquals, match } from "node:assert/strict";
import { capability } from "../../zeromq.ts";
import zmq from "../../zeromq_v5_compat.ts";
import { messages, withSocket } from "./v5_support.ts";

Deno.test({
  name: "curveKeypair makes two keys of 40 characters, by which two sockets talk",
  ignore: !capability.curve,
  fn: () =>
    withSocket("rep", (rep) =>
      withSocket("req", async (req) => {
        const [server, client] = [zmq.curveKeypair(), zmq.curveKeypair()];
        assertEquals(Object.keys(server).sort(), ["public", "secret"]);
        for (const key of Object.values(server)) match(key, /^[!-~]{40}$/);
        rep.curve_server = 1;
        rep.curve_secretkey = server.secret;
        req.curve_serverkey = server.public;
        req.curve_publickey = client.public;
        req.curve_secretkey = client.secret;
        rep.bindSync("tcp://127.0.0.1:*");
        req.connect(rep.last_endpoint);
        rep.on("message", (part) => rep.send(`${part} back`));
        const reply = messages(req, 1);
        req.send("there");
        assertEquals(await reply, [["there back"]]);
      })),
});
