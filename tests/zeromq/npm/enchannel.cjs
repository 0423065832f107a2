/** Talks to the Jupyter kernel of a connection file by enchannel-zmq-backend, as nteract does. */

"use strict";

const { readFileSync } = require("node:fs");
const { randomUUID } = require("node:crypto");
const { createMainChannel } = require("enchannel-zmq-backend");

/** A request on the shell channel. */
function request(msg_type, content = {}) {
  return {
    channel: "shell",
    header: { msg_id: randomUUID(), msg_type, date: new Date().toISOString(), version: "5.3" },
    parent_header: {},
    metadata: {},
    content,
    buffers: [],
  };
}

async function main() {
  const channel = await createMainChannel(JSON.parse(readFileSync(process.argv[2], "utf8")));

  /** Sends a request, again while nothing comes for half a second; the first message that the look accepts. */
  const ask = (made, accept) =>
    new Promise((resolve) => {
      const subscription = channel.subscribe((message) => {
        if (message.parent_header.msg_id !== made.header.msg_id || !accept(message)) return;
        subscription.unsubscribe();
        resolve(message);
      });
      channel.next(made);
    });

  const info = await ask(
    request("kernel_info_request"),
    ({ header }) => header.msg_type === "kernel_info_reply",
  );
  console.log("kernel:", info.channel, info.content.status ?? "-", info.content.language_info.name);

  // What the kernel publishes before our subscription has arrived is lost: ask until something is published.
  let heard = false;
  const listening = channel.subscribe((message) => heard ||= message.channel === "iopub");
  while (!heard) {
    await ask(request("kernel_info_request"), ({ channel }) => channel === "shell");
  }
  listening.unsubscribe();

  const execution = request("execute_request", {
    code: "6 * 7",
    silent: false,
    store_history: true,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: true,
  });
  const result = await ask(execution, ({ header }) => header.msg_type === "execute_result");
  console.log("result:", result.channel, result.content.data["text/plain"]);
  const shutdown = request("shutdown_request", { restart: false });
  shutdown.channel = "control";
  const bye = await ask(shutdown, ({ header }) => header.msg_type === "shutdown_reply");
  console.log("shutdown:", bye.channel, bye.content.status ?? "-");
  channel.complete();
}

main();
