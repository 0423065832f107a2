import "../util.ts";
import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import { type Frame, Stream } from "../../mod.ts";
import { type Libc, libc } from "../../ffi/libc.ts";
import { resetBudget, takeBudget } from "../../poller/budget.ts";
import { pattern, portOf, sameBytes } from "./support.ts";
import { pause, soon } from "../waiting.ts";

const text = new TextEncoder();

/** A Stream that listens, and a plain TCP client of it. */
async function listening(stream: Stream): Promise<Deno.TcpConn> {
  await stream.bind("tcp://127.0.0.1:*");
  return await connected(stream);
}

function connected(stream: Stream): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port: portOf(stream) });
}

/** Reads until so many bytes have come, or the other side has gone. */
async function read(connection: Deno.Conn, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  let length = 0;
  while (length < count) {
    const got = await soon(connection.read(bytes.subarray(length)));
    if (got === null) break;
    length += got;
  }
  return bytes.subarray(0, length);
}

/** The bytes of a Stream's messages, up to so many. */
async function gather(stream: Stream, count: number): Promise<[id: Frame, bytes: Uint8Array]> {
  const bytes = new Uint8Array(count);
  for (let length = 0;;) {
    const [id, part] = await soon(stream.receive());
    bytes.set(part, length);
    length += part.length;
    if (length === count) return [id, bytes];
  }
}

Deno.test("a Stream talks to a plain TCP client, and hears of its coming and going", async () => {
  using stream = new Stream();
  const client = await listening(stream);
  const [id, nothing] = await soon(stream.receive());
  assertEquals([id.length, nothing.length], [5, 0]);
  await client.write(text.encode("hello"));
  const [sender, hello] = await soon(stream.receive());
  assert(sameBytes(sender, id));
  assertEquals(hello.text(), "hello");
  await stream.send([id, "hello, client"]);
  assertEquals(String(await read(client, 13)), String(text.encode("hello, client")));
  client.close();
  const [goer, end] = await soon(stream.receive());
  assert(sameBytes(goer, id));
  assertEquals(end.length, 0);
});

Deno.test("a Stream connects to a plain TCP server under a name of its own choice", async () => {
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using stream = new Stream();
  stream.connect(`tcp://127.0.0.1:${server.addr.port}`, { routingId: "server" });
  using peer = await server.accept();
  const [id, nothing] = await soon(stream.receive());
  assertEquals([id.text(), nothing.length], ["server", 0]);
  await stream.send(["server", "GET / HTTP/1.0\r\n\r\n"]);
  assertEquals((await read(peer, 18)).length, 18);
  await peer.write(text.encode("HTTP/1.0 200 OK\r\n\r\n"));
  assertEquals((await gather(stream, 19))[1], text.encode("HTTP/1.0 200 OK\r\n\r\n"));
});

Deno.test("a Stream carries a megabyte in either direction unchanged", async () => {
  using stream = new Stream();
  using client = await listening(stream);
  const [id] = await soon(stream.receive());
  const bytes = pattern(1 << 20);
  const writing = (async () => {
    for (let at = 0; at < bytes.length;) at += await client.write(bytes.subarray(at));
  })();
  const [, there] = await gather(stream, bytes.length);
  await writing;
  assert(sameBytes(there, bytes));
  const sending = stream.send([id, bytes]);
  const back = await read(client, bytes.length);
  await soon(sending);
  assert(sameBytes(back, bytes));
});

Deno.test("an empty second part closes a Stream's connection", async () => {
  using stream = new Stream();
  using client = await listening(stream);
  const [id] = await soon(stream.receive());
  await stream.send([id, ""]);
  assertEquals(await soon(client.read(new Uint8Array(1))), null);
});

Deno.test("a Stream's peer is closed at once, though no one waits for the Stream", async () => {
  using stream = new Stream({ notify: false });
  const took: number[] = [];
  for (let i = 0; i < 5; i++) {
    using client = await (i === 0 ? listening(stream) : connected(stream));
    await client.write(text.encode("?"));
    const [id] = await soon(stream.receive());
    await pause(60); // no thread waits any more, and the next look is far away
    resetBudget();
    const begun = performance.now();
    await stream.send([id, ""]);
    assertEquals(await soon(client.read(new Uint8Array(1))), null);
    took.push(performance.now() - begun);
  }
  // Idle sockets are looked at once a second. On a busy machine an answer may come too late.
  const median = took.toSorted((one, other) => one - other)[2];
  assert(median < 400, `it took ${took.map(Math.round)} ms`);
});

Deno.test("a send that had to wait for its turn didn't wait for the closing of a Stream's peer", async () => {
  using stream = new Stream({ notify: false });
  using client = await listening(stream);
  await client.write(text.encode("?"));
  const [id] = await soon(stream.receive());
  const functions = libc() as { poll: Libc["poll"] };
  const { poll } = functions;
  let waits = 0;
  functions.poll = (...all) => {
    waits++;
    return poll(...all);
  };
  try {
    while (takeBudget());
    await soon(stream.send([id, ""]));
    assertEquals(waits, 1);
  } finally {
    functions.poll = poll;
  }
});

Deno.test("without notify, a Stream is told nothing but bytes", async () => {
  using stream = new Stream({ notify: false });
  const client = await listening(stream);
  await client.write(text.encode("first"));
  assertEquals((await gather(stream, 5))[1], text.encode("first"));
  client.close();
  using next = await connected(stream);
  await next.write(text.encode("second"));
  assertEquals((await gather(stream, 6))[1], text.encode("second"));
});

Deno.test("a Stream serves several clients", async () => {
  using stream = new Stream({ notify: false });
  await stream.bind("tcp://127.0.0.1:*");
  const serving = (async () => {
    for (let i = 0; i < 5; i++) {
      const [id, bytes] = await gather(stream, 1);
      await stream.send([id, bytes]);
    }
  })();
  await Promise.all(Array.from({ length: 5 }, async (_, i) => {
    using client = await connected(stream);
    await client.write(new Uint8Array([i]));
    assertEquals([...await read(client, 1)], [i]);
  }));
  await soon(serving);
});

Deno.test("sending to a peer that a Stream doesn't have fails", async () => {
  using stream = new Stream();
  await stream.bind("tcp://127.0.0.1:*");
  await rejects(stream.send(["nobody", "?"]), { name: "ZmqError", code: "EHOSTUNREACH" });
});

Deno.test("a Stream's message has two parts, and one that hasn't breaks nothing", async () => {
  using stream = new Stream();
  using client = await listening(stream);
  const [id] = await soon(stream.receive());
  const refused = {
    name: "TypeError",
    message: "A message of a Stream has two parts: the peer's routing id, and bytes for it",
  };
  for (const message of ["x", [id], [id, "x", "y"], [id, "x", id, "y"], id]) {
    await rejects(stream.send(message), refused);
    throws(() => stream.trySend(message), refused);
    throws(() => stream.sendSync(message), refused);
  }
  await stream.send([id, "whole"]);
  assertEquals(await read(client, 5), text.encode("whole"));
});
