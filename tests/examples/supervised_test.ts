/** The example of a server that is started again whenever it's ended. */

import { deepStrictEqual as assertEquals, doesNotMatch } from "node:assert/strict";
import { withFolder } from "../util.ts";
import { exampleWith } from "./examples.ts";
import type { Running } from "./support.ts";

const ANY = "tcp://127.0.0.1:*";

/** Has a body run with a supervisor, the folder of its keys, and its address. */
function supervised(
  body: (supervisor: Running, folder: string, address: string) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    const written = { "--allow-write": folder };
    await using keys = exampleWith(written, "supervised/keys.ts", folder);
    assertEquals(await keys.ended(), { status: 0, errors: "" });
    await using supervisor = exampleWith(
      { "--allow-run": Deno.execPath() },
      ...["supervised/supervisor.ts", folder, ANY, Deno.execPath()] as const,
    );
    await body(supervisor, folder, await supervisor.printed("listening at "));
  });
}

/** The ids of the processes that have served, once there are so many. */
async function served(supervisor: Running, count: number): Promise<number[]> {
  const lines = await supervisor.lines(count + 1);
  return lines.slice(1).map((line) => Number(line.slice("serving: ".length)));
}

Deno.test("supervised: the server is killed three times, and its client has each answer, in order", () =>
  supervised(async (supervisor, folder, address) => {
    const read = { "--allow-read": folder };
    const count = 100;
    await using client = exampleWith(
      read,
      ...["supervised/client.ts", folder, address, String(count), "2000", "5"] as const,
    );
    for (let ends = 1; ends <= 3; ends++) {
      await client.lines(20 * ends);
      Deno.kill((await served(supervisor, ends)).at(-1)!, "SIGKILL");
    }
    const answers = Array.from({ length: count }, (_, i) => `the answer to question ${i + 1}`);
    assertEquals(await client.lines(), answers);
    assertEquals((await client.ended()).status, 0);
    assertEquals(new Set(await served(supervisor, 4)).size, 4);
    supervisor.kill("SIGTERM");
    assertEquals((await supervisor.ended()).status, 0);
  }));

Deno.test("supervised: without its supervisor, the server ends, silently", () =>
  supervised(async (supervisor) => {
    await served(supervisor, 1);
    supervisor.kill("SIGKILL");
    // Its standard error is the server's, too, and so ends with that. A spare that was just being started may say there, too,
    // that no supervisor is there.
    doesNotMatch((await supervisor.ended()).errors, /The supervisor has ended/);
  }));
