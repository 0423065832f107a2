/** Two sockets of jmp's, which speaks Jupyter's protocol, sign what they tell each other. */

"use strict";

const { Message, Socket } = require("jmp");

const server = new Socket("router", "sha256", "a key");
const client = new Socket("dealer", "sha256", "a key");
server.bindSync("tcp://127.0.0.1:*");
client.connect(server.last_endpoint);

server.on("message", (request) => {
  console.log("request:", request.header.msg_type, request.content.code);
  request.respond(server, "execute_reply", { status: "ok" });
});
client.on("message", (reply) => {
  console.log("reply:", reply.header.msg_type, reply.content.status);
  client.close();
  server.close();
});
const header = { msg_id: "1", msg_type: "execute_request", session: "s", username: "u" };
client.send(new Message({ header, content: { code: "6 * 7" } }));
