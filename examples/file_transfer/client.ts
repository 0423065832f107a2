/**
 * A client that transfers a file.
 *
 * It always has asked for a few chunks that it hasn't got, so that none is waited for in vain. When
 * nothing comes for a second, it asks again from where it is. The file has its name once it's
 * complete. If it's changed meanwhile at the server, the transfer fails.
 *
 *     deno run --allow-ffi --allow-read=/tmp --allow-write=/tmp examples/file_transfer/client.ts options.md /tmp/options.md
 *
 * Arguments: the file's name at the server and here, the server's address, a chunk's size in bytes
 * (262144 at most), and the credit in chunks.
 */

import { Dealer, type Frame } from "../../mod.ts";

const [name, target, address = "tcp://127.0.0.1:5612", chunk = "65536", credit = "10"] = Deno.args;

await using server = new Dealer({ immediate: true, linger: 0 }); // it asks once there is a server
server.connect(address);
if (!await server.wait({ writable: true, timeout: 1000 })) console.error(`waiting for ${address}`);

/** Yields the file's data in order. */
async function* chunks(): AsyncGenerator<Frame> {
  let [received, asked, size, version] = [0, 0, Infinity, ""];
  while (received < size) {
    const allowed = Math.min(size, received + Number(chunk) * Number(credit));
    for (; asked < allowed; asked += Number(chunk)) await server.send([name, asked, chunk]);
    if (!await server.wait({ timeout: 1000 })) {
      console.error(`nothing comes: asking again from byte ${received}`);
      asked = received;
      continue;
    }
    const [kind, offset, time, bytes, data] = await server.receive();
    if (data === undefined) throw new Error(`${kind}: ${name}`);
    if (Number(offset.text()) !== received) continue; // it was asked for twice
    const now = `${time} ${bytes}`;
    if (now !== (version ||= now)) throw new Error(`${name} has changed meanwhile`);
    size = Number(bytes.text());
    received += data.length;
    yield data;
  }
}

const part = `${target}.part`;
try {
  const file = await Deno.create(part);
  await ReadableStream.from(chunks()).pipeTo(file.writable);
  await Deno.rename(part, target);
  console.log(`${target} is complete`);
} catch (error) {
  console.error((error as Error).message);
  await Deno.remove(part).catch(() => {}); // it may not even be there
  Deno.exitCode = 1;
}
