/** Hears what a dashd publishes by @dashevo/dashd-zmq. */

"use strict";

const ZMQClient = require("@dashevo/dashd-zmq");

async function main() {
  const [host, port] = process.argv[2].slice("tcp://".length).split(":");
  const client = new ZMQClient({ host, port });
  await client.connect(); // when it has heard that it's connected
  console.log("connected:", client.isConnected);
  const heard = new Promise((resolve) => client.once(ZMQClient.TOPICS.hashblock, resolve));
  client.subscribe(ZMQClient.TOPICS.hashblock);
  console.log("hash of a block:", await heard);
  await client.disconnect();
  await client.close();
}

main();
