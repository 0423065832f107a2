// A file goes over the wire in chunks, with credit: the receiver asks for as many as it can take.
import { createHash } from "node:crypto";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zmq from "zeromq";

const CHUNK = 50_000;
const CREDIT = 10;
const SIZE = 3_200_123;

const source = join(tmpdir(), `source-${process.pid}`);
const target = join(tmpdir(), `target-${process.pid}`);

const content = Buffer.alloc(SIZE);
for (let i = 0; i < SIZE; i++) content[i] = (i * 31 + (i >> 8) * 7) & 0xff;
await writeFile(source, content);
const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

const server = new zmq.Router();
await server.bind("tcp://127.0.0.1:*");
const serving = (async () => {
  const file = await open(source);
  const { size } = await file.stat();
  let requests = 0;
  for await (const [client, command, offset, length] of server) {
    if (command.toString() !== "fetch") {
      await server.send([client, "error", `unknown: ${command}`, null]);
      continue;
    }
    requests++;
    const position = Number(offset.toString());
    const chunk = Buffer.alloc(Math.min(Number(length.toString()), Math.max(0, size - position)));
    await file.read(chunk, 0, chunk.length, position);
    await server.send([client, "chunk", offset, chunk]);
  }
  await file.close();
  return requests;
})();

const client = new zmq.Dealer();
client.connect(server.lastEndpoint);

await client.send(["nonsense"]);
const [kind, reason] = await client.receive();
console.log(`${kind}: ${reason}`);

const output = await open(target, "w");
let asked = 0;
let credit = CREDIT;
let received = 0;
let chunks = 0;
for (let done = false; !done;) {
  for (; credit > 0; credit--, asked += CHUNK) {
    await client.send(["fetch", String(asked), String(CHUNK)]);
  }
  const [, offset, chunk] = await client.receive();
  credit++;
  done = chunk.length < CHUNK;
  received += chunk.length;
  chunks++;
  await output.write(chunk, 0, chunk.length, Number(offset.toString()));
}
await output.close();
// What was asked for beyond the end is answered, too.
for (; credit < CREDIT; credit++) await client.receive();

console.log(`${received} bytes in ${chunks} chunks`);
console.log(`the same: ${digest(await readFile(target)) === digest(content)}`);

client.close();
server.close();
console.log(`answered all: ${await serving === asked / CHUNK}`);
await rm(source);
await rm(target);
