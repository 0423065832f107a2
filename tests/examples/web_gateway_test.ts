/** The example of a gateway from what is published to browsers. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { XPublisher } from "../../mod.ts";
import "../util.ts";
import { example } from "./examples.ts";
import type { Running } from "./support.ts";

/** A publisher that knows who has subscribed, and a gateway to it. */
async function started(): Promise<
  { publisher: XPublisher; gateway: Running; http: string } & AsyncDisposable
> {
  const publisher = new XPublisher({ verbosity: "allSubsUnsubs", linger: 0 });
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

Deno.test("web_gateway: a browser that doesn't read holds a bounded part of a flood, and gets the rest's end", async () => {
  await using parts = await started();
  const { publisher, http } = parts;
  const response = await fetch(`${http}/events/weather`);
  assertEquals((await subscribed(publisher))[0], 1);
  const large = "x".repeat(10_000);
  for (let i = 0; i < 5000; i++) await publisher.send(["weather", `${i} ${large}`]);
  // 50 MB were published; what no one reads is dropped beyond the marks and the system's buffers.
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  await publisher.send(["weather", "the end"]);
  const end = setInterval(() => publisher.send(["weather", "the end"]), 20);
  let size = 0;
  for (let text = ""; !text.includes("the end");) {
    text = (await reader.read()).value!;
    size += text.length;
  }
  clearInterval(end);
  await reader.cancel();
  assertEquals(size < 40_000_000, true, `${size} bytes were held`);
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
