import { deepStrictEqual as assertEquals, match as assertMatch, throws } from "node:assert/strict";
import { Child } from "../../supervise/child.ts";
import { listenAt, stopListening } from "../../supervise/listening.ts";
import { withFolder } from "../util.ts";
import { soon } from "../waiting.ts";
import { ANY } from "./support.ts";

Deno.test("a child waits until it's told to begin, and has the descriptors of which it's told", () =>
  withFolder(async (folder) => {
    const listening = await listenAt(ANY, 10);
    const script =
      `read -r order; read -r begin; echo "$order" > ${folder}/order; ls -l /dev/fd/ > ${folder}/fds; exit 7`;
    const child = new Child("/bin/sh", { args: ["-c", script] }, [listening]);
    child.begin();
    assertEquals((await soon(child.status)).code, 7);
    const { addresses, fds, life } = JSON.parse(await Deno.readTextFile(`${folder}/order`));
    assertEquals([addresses, life], [[listening.address], undefined]);
    assertMatch(
      await Deno.readTextFile(`${folder}/fds`),
      new RegExp(` ${fds[0]} -> |/${fds[0]}$`, "m"),
    );
    stopListening(listening);
  }));

Deno.test("a child that has ended before it's told to begin, or is killed then, has its status all the same", async () => {
  const child = new Child("/bin/sh", { args: ["-c", "exit 3"] }, []);
  assertEquals((await soon(child.status)).code, 3);
  child.begin();
  child.kill("SIGKILL");
  throws(() => new Child("/nowhere/command", {}, []), Deno.errors.NotFound);
});

Deno.test("a child is started in the folder and with the environment that its options say", () =>
  withFolder(async (folder) => {
    Deno.env.set("ZMQ_OF_PARENT", "parent's");
    try {
      const args = ["-c", 'echo "$ZMQ_OWN, ${ZMQ_OF_PARENT-none}" > "$(pwd)/said"'];
      const options = { args, cwd: folder, env: { ZMQ_OWN: "own" } };
      const said = async (clearEnv: boolean) => {
        const child = new Child("/bin/sh", { ...options, clearEnv }, []);
        assertEquals((await soon(child.status)).code, 0);
        return await Deno.readTextFile(`${folder}/said`);
      };
      assertEquals(await said(true), "own, none\n");
      assertEquals(await said(false), "own, parent's\n");
    } finally {
      Deno.env.delete("ZMQ_OF_PARENT");
    }
  }));
