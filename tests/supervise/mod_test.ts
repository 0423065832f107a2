/** A supervisor and its child together: what the child binds to, and with which permissions. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { Supervisor } from "../../supervise/mod.ts";
import { ROOT } from "../files.ts";
import { withFolder } from "../util.ts";
import { soon } from "../waiting.ts";
import { ANY } from "./support.ts";

/** Tells its parent's test, at the second address, what comes in at the first. */
const CHILD = `
  import { Pull, Push } from "${ROOT}mod.ts";
  import { supervised } from "${ROOT}supervise/mod.ts";
  const { addresses, bind, signal } = await supervised();
  using pull = new Pull();
  await using push = new Push();
  const bound = [await bind(pull), await bind(push, addresses[1])];
  const problem = await bind(new Pull(), "tcp://127.0.0.1:1").catch((error) => error.name);
  await push.send([...bound, problem, String(signal.aborted), String(pull.useFd)]);
  const [message] = await pull.receive();
  await push.send(message);
`;

Deno.test("a child serves at its parent's addresses, with no permission but --allow-ffi, and finishes", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/child.ts`, CHILD);
    await using supervisor = await Supervisor.listen(Deno.execPath(), {
      args: ["run", "--no-check", "--no-lock", "--no-prompt", "--allow-ffi", `${folder}/child.ts`],
      listen: [ANY, ANY],
      spare: false,
    });
    const { addresses } = supervisor;
    using push = new Push();
    using pull = new Pull();
    // Before there is a child: they wait in the port.
    push.connect(addresses[0]);
    pull.connect(addresses[1]);
    await push.send("early");
    const running = supervisor.run();
    const told = (await soon(pull.receive())).map(String);
    assertEquals(told, [...addresses, "TypeError", "false", "-1"]);
    assertEquals(String(await soon(pull.receive())), "early");
    assertEquals((await soon(running)).code, 0);
  }));
