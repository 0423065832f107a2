import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { ROOT } from "../files.ts";
import { EXPORTS, modulesOf, pathOf } from "../graph.ts";

Deno.test("the Poller's module brings in nothing of the sockets", async () => {
  const module = new URL("../../poller/mod.ts", import.meta.url);
  const seen = new Set<string>();
  const visit = async (url: URL) => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const text = await Deno.readTextFile(url);
    for (const [, path] of text.matchAll(/^(?:import|export|\})[^;]*?"(\.[^"]+)";/gm)) {
      await visit(new URL(path, url));
    }
  };
  await visit(module);
  assert(seen.size > 10, "the imports were found");
  const foreign = [...seen].filter((url) => /\/socket\/|\/context\.ts/.test(url));
  assertEquals(foreign, []);
});

Deno.test("the Poller's entry brings no socket, no context, and nothing that looks for libzmq at once", async () => {
  const behind = (await modulesOf(EXPORTS["./poller"])).map(pathOf);
  assert(behind.includes("poller/mod.ts"));
  assertEquals(behind.filter((path) => !/^(errors\.ts|ffi\/|process\/|poller\/)/.test(path)), []);
  assert(!behind.includes("ffi/ready.ts"));
});

Deno.test("mod.ts has every name of the Poller's entry", async () => {
  const namesOf = async (entry: string) => {
    const source = await Deno.readTextFile(new URL(entry, ROOT));
    return [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)]
      .flatMap(([, names]) => names.match(/\w+(?=\s*(,|$))/g) ?? []);
  };
  const ofPoller = await namesOf(EXPORTS["./poller"]);
  assert(ofPoller.includes("Poller"));
  const names = new Set(await namesOf(EXPORTS["."]));
  assertEquals(ofPoller.filter((name) => !names.has(name)), []);
});
