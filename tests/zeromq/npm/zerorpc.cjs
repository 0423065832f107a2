/** Calls a server of zerorpc's: a function, a stream, an error. */

"use strict";

const { Client, Server } = require("zerorpc");

const address = process.argv[2];

// zerorpc reads the names of parameters in a function's text, and knows no shorter forms.
const server = new Server({
  greet: function (name, reply) {
    reply(null, `hello ${name}`, false);
  },
  count: function (from, to, reply) {
    for (let number = from; number < to; number++) reply(null, number, true);
    reply(null, undefined, false);
  },
  fail: function (reply) {
    reply(new Error("on purpose"), undefined, false);
  },
});
server.on("error", (error) => console.log("server:", error.message));
server.bind(address);
const client = new Client();
client.on("error", (error) => console.log("client:", error.message));
client.connect(address);

/** Everything that a call answers. */
function call(...args) {
  return new Promise((resolve, reject) => {
    const answers = [];
    client.invoke(...args, (error, answer, more) => {
      if (error) return reject(error);
      if (answer !== undefined) answers.push(answer);
      if (!more) resolve(answers.join());
    });
  });
}

async function main() {
  console.log("a call:", await call("greet", "anna"));
  console.log("a stream:", await call("count", 10, 15));
  await call("fail").catch((error) => console.log("an error:", error.message));
  client.close();
  server.close();
}

main();
