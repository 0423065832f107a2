/** The example of a gateway from what is published to browsers. */

import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { XPublisher, type XPublisherOptions, ZmqError } from "../../mod.ts";
import "../util.ts";
import { example } from "./examples.ts";
import type { Running } from "./support.ts";

/** A publisher that knows who has subscribed, and a gateway to it. */
async function started(options: XPublisherOptions = {}): Promise<
  { publisher: XPublisher; gateway: Running; http: string } & AsyncDisposable
> {
  const publisher = new XPublisher({ ...options, verbosity: "allSubsUnsubs", linger: 0 });
  const address = await publisher.bind("tcp://127.0.0.1:*");
  const gateway = example("web_gateway.ts", address, "0");
  const http = (await gateway.printed("browsers at ")).replace(/\/$/, "");
  return {
    publisher,
    gateway,
    http,
    async [Symbol.asyncDispose]() {
      publisher.close();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

const subscribed = async (publisher: XPublisher) => {
  const [message] = await publisher.receive({ timeout: 20_000 });
  return [message[0], message.subarray(1).toString()];
};

Deno.test("web_gateway: an EventSource gets its topic's messages in their order, line by line, and unsubscribes when it leaves", async () => {
  await using parts = await started();
  const { publisher, http } = parts;
  const response = await fetch(`${http}/events/weather`);
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  assertEquals((await subscribed(publisher))[0], 1);
  for (const text of ["sun", "rain\nand wind\r\nand\u2028snow\rand ice"]) {
    await publisher.send(["news", "not asked for"]);
    await publisher.send(["weather"]); // no text
    await publisher.send(["weather", text]);
  }
  const wanted = "data: sun\n\ndata: rain\ndata: and wind\ndata: and\u2028snow\ndata: and ice\n\n";
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let got = "";
  while (got.length < wanted.length) got += (await reader.read()).value;
  assertEquals(got, wanted);
  await reader.cancel();
  assertEquals((await subscribed(publisher))[0], 0);
});

Deno.test("web_gateway: a WebSocket gets its topic's messages, and unsubscribes when it leaves", async () => {
  await using parts = await started();
  const { publisher, http } = parts;
  const socket = new WebSocket(`${http.replace("http", "ws")}/socket/news`);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  const message = new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
  assertEquals((await subscribed(publisher))[0], 1);
  await publisher.send(["news"]); // no text
  await publisher.send(["news", "something happened"]);
  assertEquals((await message).data, "something happened");
  socket.close();
  await closed;
  assertEquals((await subscribed(publisher))[0], 0);
});

Deno.test("web_gateway: a browser that doesn't read holds a bounded part of a flood, and gets what follows", async () => {
  // The publisher waits instead of dropping: what it's rid of lies in the gateway and in the system's buffers.
  await using parts = await started({ noDrop: true, sendHighWaterMark: 1 });
  const { publisher, http } = parts;
  const response = await fetch(`${http}/events/weather`);
  assertEquals((await subscribed(publisher))[0], 1);
  const large = "x".repeat(100_000);
  let held = 0;
  try {
    for (; held < 1000; held++) await publisher.send(["weather", large], { timeout: 300 });
  } catch (error) {
    if (!(error instanceof ZmqError) || error.code !== "EAGAIN") throw error;
  }
  // A hundred in the gateway, one at the publisher, and at most 35 MB in the system's buffers.
  assertEquals(held < 450, true, `${held} were held`);
  const end = publisher.send(["weather", "the end"]);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; !text.includes("the end");) text = (await reader.read()).value!;
  await end;
  await reader.cancel();
});

Deno.test("web_gateway: an EventSource that had stopped reading before it left kept its place and its subscription", async () => {
  await using parts = await started({ noDrop: true, sendHighWaterMark: 1 });
  const { publisher, http } = parts;
  const { hostname, port } = new URL(http);
  {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(
      new TextEncoder().encode("GET /events/news HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"),
    );
    assertEquals((await subscribed(publisher))[0], 1);
    const text = "x".repeat(1_000_000);
    const flood = async () => {
      for (;;) await publisher.send(["news", text], { timeout: 100 });
    };
    await rejects(flood(), { code: "EAGAIN" });
  }
  assertEquals((await subscribed(publisher))[0], 0);
});

Deno.test("web_gateway: a WebSocket that doesn't read is closed", async () => {
  await using parts = await started();
  const { publisher, http } = parts;
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(http).port),
  });
  const head = [
    ...[
      "GET /socket/news HTTP/1.1",
      "host: 127.0.0.1",
      "upgrade: websocket",
      "connection: upgrade",
    ],
    ...["sec-websocket-version: 13", "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""],
  ];
  await connection.write(new TextEncoder().encode(head.join("\r\n")));
  assertEquals((await subscribed(publisher))[0], 1);
  const large = "x".repeat(100_000);
  let left = publisher.tryReceive();
  for (; left === undefined; left = publisher.tryReceive()) await publisher.send(["news", large]);
  assertEquals(left[0][0], 0);
});

Deno.test("web_gateway: a topic that isn't on the list is refused", async () => {
  await using parts = await started();
  for (const path of ["/events/secret", "/socket/secret", "/elsewhere/news", "/"]) {
    const response = await fetch(parts.http + path);
    await response.body?.cancel();
    assertEquals([path, response.status], [path, 404]);
  }
});
