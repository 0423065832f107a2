import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { libraryPath } from "../mod.ts";
import { ROOT } from "./files.ts";
import { EXPORTS, modulesOf, pathOf } from "./graph.ts";
import { withFolder } from "./util.ts";
import { CONVERSATION } from "./ffi/programs.ts";
import { run } from "./program.ts";

const ofMod = await modulesOf(EXPORTS["."]);
const ofSecurity = await modulesOf(EXPORTS["./security"]);
const ofProxy = await modulesOf(EXPORTS["./proxy"]);
const ofSupervise = await modulesOf(EXPORTS["./supervise"]);
const modules = [
  ...new Map(
    [...ofMod, ...ofSecurity, ...ofProxy, ...ofSupervise].map((one) => [one.specifier, one]),
  ).values(),
];
const paths = modules.map(pathOf);

Deno.test("the modules import relative files by name, and only the cheap ones of Node's built-ins", () => {
  assert(modules.length > 30, `${modules.length} modules`);
  const others = modules.flatMap(({ specifier, dependencies = [] }) =>
    dependencies.map((one) => one.specifier)
      .filter((one) => !/^\.{1,2}\/.*\.ts$/.test(one))
      .map((one) => `${specifier.slice(ROOT.href.length)}: ${one}`)
  );
  // node:fs and node:process cost 10 to 20 ms of start-up each.
  const cheap = ["node:buffer", "node:worker_threads"];
  // Loaded with the first certificate's file.
  const onUse = ["ffi/open_file.ts: node:fs/promises"];
  const isAllowed = (one: string) =>
    onUse.includes(one) || cheap.some((name) => one.endsWith(` ${name}`));
  assertEquals(others.filter((one) => !isAllowed(one)), []);
});

Deno.test("anyone who imports the sockets only doesn't load what security, proxies and supervisors need beside them", () => {
  const behind = ofMod.map(pathOf);
  assertEquals(
    behind.filter((path) => /^security\/|^ffi\/(curve|proxying)|^proxy|^supervise/.test(path)),
    [],
  );
});

Deno.test("no module uses what a path-list permission forbids, or what isn't there behind a URL", async () => {
  for (const path of paths) {
    const source = await Deno.readTextFile(new URL(path, ROOT));
    const code = source.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    // Where a copy is only made faster, and the permission is looked at first.
    const allowed = path === "ffi/memory.ts" ? "Deno.UnsafePointerView.getArrayBuffer(" : "";
    const rest = allowed === "" ? code : code.replace(allowed, "");
    assert(!/Deno\.Unsafe|import\.meta\.(dirname|filename)/.test(rest), path);
  }
});

Deno.test("everything works when imported from a URL, with an empty cache", () =>
  withFolder(async (folder) => {
    const asked = new Set<string>();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const path = new URL(request.url).pathname.slice(1);
        asked.add(path);
        if (!paths.includes(path)) return new Response(null, { status: 404 });
        return new Response(await Deno.readTextFile(new URL(path, ROOT)), {
          headers: { "content-type": "application/typescript" },
        });
      },
    );
    const host = `127.0.0.1:${server.addr.port}`;
    const { code, signal, stderr } = await run(
      CONVERSATION.replace("$MOD", `http://${host}/mod.ts`),
      {
        flags: ["--allow-ffi", "--allow-env=LIBZMQ_PATH", `--allow-import=${host}`],
        env: {
          DENO_DIR: folder,
          NO_PROXY: "127.0.0.1",
          // Where the system has none, the one in use here, so that it isn't fetched for this.
          LIBZMQ_PATH: libraryPath.startsWith("/") ? libraryPath : "",
        },
      },
    );
    assertEquals([code, signal], [0, null], stderr);
    // Nothing but the downloads is spoken of.
    assertEquals(stderr.split("\n").filter((line) => !/^(Download .*)?$/.test(line)), []);
    assertEquals([...asked].filter((path) => !paths.includes(path)), []);
  }));
