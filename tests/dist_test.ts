import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { ROOT } from "./files.ts";
import { EXPORTS } from "./graph.ts";
import { withFolder } from "./util.ts";
import { builtFile, writeDist } from "./write_dist.ts";

const withDist = <T>(use: (folder: URL, built: boolean) => Promise<T> | T): Promise<T> =>
  withFolder(async (path) => {
    const folder = pathToFileURL(`${path}/dist/`);
    return use(folder, await writeDist(folder));
  });

/** Runs a program that stands beside the folder; returns what it prints. */
async function run(folder: URL, program: string, ...flags: string[]): Promise<string> {
  await Deno.writeTextFile(new URL("../main.ts", folder), program);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--no-config", ...flags, "main.ts"],
    cwd: new URL("..", folder),
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const canBundle = await withDist((_folder, built) => built);
const test = (name: string, fn: (folder: URL) => Promise<void>) =>
  Deno.test({
    name: name + (canBundle ? "" : " (esbuild can't be had from npm)"),
    ignore: !canBundle,
    fn: () => withDist(fn),
  });

test("the library as `./dev build` writes it has each entry's types, and its security takes its sockets", async (folder) => {
  const program = `import { Context, type Frame, Pull, Push } from "./dist/mod.js";
    import { Authenticator } from "./dist/security/mod.js";
    await using context = new Context();
    await using authenticator = new Authenticator({ context });
    authenticator.configureNull("any");
    await using pull = new Pull({ context, zapDomain: "mine", zapEnforceDomain: true });
    await using push = new Push({ context });
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    await push.send("a message");
    const [frame]: Frame[] = await pull.receive({ timeout: 5000 }) ?? [];
    console.log(frame.text());`;
  assertEquals(await run(folder, program, "--check", "--allow-ffi"), "a message\n");
});

test("the library as `./dev build` writes it exports what its modules do", async (folder) => {
  const names = `const names = [];
    for (const entry of ENTRIES) {
      // The drop-in's draft throws where libzmq has no drafts.
      names.push(Object.keys(await import(entry).catch(({ message }) => ({ [message]: 0 }))).sort());
    }
    console.log(JSON.stringify(names));`;
  const entries = Object.values(EXPORTS);
  const [built, modules] = await Promise.all([
    run(
      folder,
      names.replace("ENTRIES", JSON.stringify(entries.map((one) => `./dist/${builtFile(one)}`))),
      "-A",
    ),
    run(
      folder,
      names.replace("ENTRIES", JSON.stringify(entries.map((one) => new URL(one, ROOT).href))),
      "-A",
    ),
  ]);
  assertEquals(JSON.parse(built), JSON.parse(modules));
});
