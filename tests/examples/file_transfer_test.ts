/** The example of a file transfer with credit. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, Router } from "../../mod.ts";
import { withFolder } from "../util.ts";
import { soon } from "../waiting.ts";
import { exampleWith } from "./examples.ts";
import { assertSameBytes, grown, randomBytes, type Running } from "./support.ts";

const ANY = "tcp://127.0.0.1:*";

/** May read everything, so that it's the server that keeps to its folder. */
function serve(folder: string, address: string): Running {
  return exampleWith({ "--allow-read": "/" }, "file_transfer/server.ts", folder, address);
}

function transfer(name: string, target: string, ...args: string[]): Running {
  const folder = target.slice(0, target.lastIndexOf("/"));
  const permissions = { "--allow-read": folder, "--allow-write": folder };
  return exampleWith(permissions, "file_transfer/client.ts", name, target, ...args);
}

/** A Dealer that has no more messages waiting than it must. */
function connected(address: string): Dealer {
  const dealer = new Dealer({ receiveHighWaterMark: 1, linger: 0 });
  dealer.connect(address);
  return dealer;
}

Deno.test("file_transfer: a file is whole, although the server is killed twice meanwhile and started again", () =>
  withFolder(async (folder) => {
    const [size, address, target] = [32_000_000, `ipc://${folder}/server`, `${folder}/copy`];
    const bytes = randomBytes(size);
    await Deno.writeFile(`${folder}/original`, bytes);
    await using processes = new AsyncDisposableStack();
    const started = () => processes.use(serve(folder, address));
    let server = started();
    const client = processes.use(transfer("original", target, address, "16384", "2"));
    for (const there of [1_000_000, 16_000_000]) {
      await grown(`${target}.part`, there);
      server.kill("SIGKILL");
      await server.ended();
      server = started();
      await client.said("nothing comes");
    }
    const { status, errors } = await client.ended();
    assertEquals(status, 0);
    assert(errors.match(/^nothing comes: .*/gm)!.length >= 2, errors); // or more often, on a busy machine
    assertSameBytes(await Deno.readFile(target), bytes);
    server.kill("SIGTERM");
    assertEquals(await server.ended(), { status: 0, errors: "" });
  }));

Deno.test("file_transfer: names that lead out of the folder are refused, and so are links that do", () =>
  withFolder(async (folder) => {
    const [inner, secret] = [`${folder}/inner`, `${folder}/inner-secret`];
    await Deno.mkdir(`${inner}/deeper`, { recursive: true });
    await Deno.writeTextFile(secret, "secret");
    await Deno.writeTextFile(`${inner}/deeper/file`, "file");
    await Deno.symlink(secret, `${inner}/link`);
    await Deno.symlink(folder, `${inner}/up`);
    await Deno.symlink("deeper/file", `${inner}/inside`);
    await using server = serve(inner, ANY);
    await using client = connected(await server.printed("bound to "));
    const get = async (
      name: string,
      offset: string | number = 0,
      length: string | number = 100,
    ) => {
      await client.send([name, offset, length]);
      return (await soon(client.receive())).map((frame) => frame.text());
    };
    for (const name of ["deeper/file", "inside", "deeper/../deeper//file", "/deeper/file"]) {
      assertEquals([name, (await get(name)).at(-1)], [name, "file"]);
    }
    assertEquals((await get("deeper/file", 2, 1)).at(-1), "l");
    assertEquals((await get("deeper/file", 9)).at(-1), "");
    for (
      const name of [
        ...["../inner-secret", "deeper/../../inner-secret", secret, "link", "up/inner-secret"],
        ...[
          "../inner/../inner-secret",
          "nothing",
          "",
          ".",
          "..",
          "deeper",
          "deeper/file\0",
          "/dev/zero",
        ],
      ]
    ) {
      assertEquals([name, await get(name)], [name, ["no such file"]]);
    }
    for (const [offset, length] of [[-1, 1], ["x", 1], [0, -1], [0, "x"], [1e300, 1]]) {
      assertEquals((await get("deeper/file", offset, length)).slice(4).join(""), "");
    }
    await client.send("deeper/file");
    assertEquals(String(await soon(client.receive())), "no such file");
  }));

Deno.test("file_transfer: what a client asks for and doesn't take is dropped, beyond a few chunks", () =>
  withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/large`, new Uint8Array(1_000_000));
    await using server = serve(folder, ANY);
    const address = await server.printed("bound to ");
    await using greedy = connected(address);
    await using modest = connected(address);
    for (let i = 0; i < 2000; i++) await greedy.send(["large", i, 1e9]);
    // Both have their turns, so the server has dealt with as many of the other's requests in the meantime.
    for (let i = 0; i < 1500; i++) {
      await modest.send(["large", i, 1]);
      assertEquals((await soon(modest.receive()))[4].length, 1);
    }
    let held = 0;
    for (;; held++) {
      // What was asked for last may have been dropped, too: then it asks for one more.
      while (!await greedy.wait({ timeout: 100 })) await greedy.send(["large", 2000, 1e9]);
      const [, offset, , , data] = await greedy.receive();
      assertEquals(data.length, 262_144);
      if (Number(offset.text()) !== held) break;
    }
    assert(held < 500, `${held} chunks were held`);
  }));

Deno.test("file_transfer: a client has asked for as many chunks as its credit allows, and fails when the file changes", () =>
  withFolder(async (folder) => {
    await using server = new Router();
    const address = await server.bind(ANY);
    await using client = transfer("name", `${folder}/copy`, address, "10", "5");
    let asked = 0;
    const next = async () => {
      const [id, name, offset, length] = await soon(server.receive());
      assertEquals([name, offset, length].map(String), ["name", `${asked++ * 10}`, "10"]);
      return [id, "chunk", offset];
    };
    const waiting = [];
    for (let answered = 0; answered < 50; answered++) {
      while (waiting.length < 5) waiting.push(await next());
      assertEquals(server.tryReceive(), undefined);
      const chunk = [...waiting.shift()!, "time", 1000, new Uint8Array(10)];
      await server.send(chunk);
      await server.send(chunk); // as if it had been asked for twice
    }
    await server.send([...waiting.shift()!, "another time", 1000, new Uint8Array(10)]);
    assertEquals(await client.ended(), { status: 1, errors: "name has changed meanwhile\n" });
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  }));
