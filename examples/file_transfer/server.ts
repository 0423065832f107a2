/**
 * File transfer: a server of a folder's files, in chunks, as many as each client asks for.
 *
 * It keeps nothing of its clients, so it may be killed and started again while they transfer files.
 * A client asks for the next chunk when it has written one: this credit bounds the memory of both.
 * What a client asks for beyond that, and doesn't take, the server drops.
 *
 * No file outside of the folder is read, whatever a name says, and wherever links lead. Deno's
 * permission is a second lock. All who can connect may read what is in the folder: beyond this
 * machine, use CURVE (docs/security.md).
 *
 *     deno run --allow-ffi --allow-read=docs examples/file_transfer/server.ts docs
 *     deno run --allow-ffi --allow-read=/tmp --allow-write=/tmp examples/file_transfer/client.ts options.md /tmp/options.md
 *
 * Arguments: the folder, and the address to bind to.
 */

import { join, sep } from "node:path";
import { type MessagePart, Router } from "../../mod.ts";

const [folder = ".", address = "tcp://127.0.0.1:5612"] = Deno.args;
const root = await Deno.realPath(folder);
/** The largest chunk, in bytes. */
const LARGEST = 262_144;

// Twenty chunks and more can wait for a client: a Router may count a queue as full at half of its mark.
await using server = new Router({ sendHighWaterMark: 50, maxMessageSize: 4096 });
// Ctrl-C and SIGTERM end the loop below, and with it the program.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => server.close());
}

/** Reads a chunk. Its version and size are those of the file when it was read. */
async function read(name: string, offset: number, length: number): Promise<MessagePart[]> {
  const path = await Deno.realPath(join(root, name)); // without links and ".."
  if (!path.startsWith(root + sep) || !(await Deno.stat(path)).isFile) throw new Error();
  using file = await Deno.open(path);
  const { size, mtime } = await file.stat();
  const data = new Uint8Array(Math.min(length, LARGEST, Math.max(0, size - offset)));
  await file.seek(offset, Deno.SeekMode.Start);
  const count = await file.read(data);
  return [Number(mtime), size, data.subarray(0, count ?? 0)];
}

console.log(`bound to ${await server.bind(address)}`);
for await (const [client, ...request] of server) {
  const [name, offset, length] = request.map((frame) => frame.text());
  try {
    const chunk = await read(name, Number(offset), Number(length));
    await server.send([client, "chunk", offset, ...chunk]);
  } catch {
    if (!server.closed) await server.send([client, "no such file"]); // the same for all reasons
  }
}
