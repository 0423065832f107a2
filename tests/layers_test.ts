/** What may import what. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { MODULES, ROOT } from "./files.ts";

/** The layers, lowest first. Those beside each other have nothing of each other. */
const LAYERS: Record<string, RegExp>[] = [
  { errors: /^errors\.ts$/ },
  { ffi: /^ffi\// },
  { process: /^process\// },
  { poller: /^poller\// },
  { context: /^context(_\w+)?\.ts$/ },
  { socket: /^socket\// },
  {
    security: /^security\//,
    proxy: /^proxy(\/|\.ts$)/,
    supervise: /^supervise\//,
    library: /^library\.ts$/,
  },
  { mod: /^(mod|modules)\.ts$/, zeromq: /^zeromq(_\w+)?(\/|\.ts$)/ },
];

interface Import {
  from: string;
  to: string;
  /** Whether it takes types only, of which nothing is left when the module is loaded. */
  types: boolean;
}

async function importsOf(path: string): Promise<Import[]> {
  const source = await Deno.readTextFile(new URL(path, ROOT));
  const code = source.replaceAll(/\/\*[^]*?\*\//g, "");
  const found = code.matchAll(/^(?:import|export)\b([^"';]*)"(\.[^"]+)";$/gm);
  return [...found].map(([, clause, specifier]) => {
    const names = clause.match(/\{([^}]*)\}/)?.[1].split(",").filter((one) => one.trim() !== "");
    return {
      from: path,
      to: new URL(specifier, new URL(path, ROOT)).href.slice(ROOT.href.length),
      types: /^ type\b/.test(clause) || !!names?.every((one) => /^\s*type\b/.test(one)),
    };
  });
}

const imports = (await Promise.all(MODULES.map(importsOf))).flat();

/** A module's layer, and its name there. */
function placeOf(path: string): [height: number, name: string] {
  for (const [height, layer] of LAYERS.entries()) {
    const name = Object.keys(layer).find((name) => layer[name].test(path));
    if (name !== undefined) return [height, name];
  }
  throw new Error(`${path} is in no layer`);
}

Deno.test("imports run one way: errors, ffi, process, poller, context, socket, security, proxy and supervise, mod.ts and zeromq.ts", () => {
  assert(MODULES.length > 100 && imports.length > 300, `${MODULES.length}, ${imports.length}`);
  const others = imports.filter(({ from, to }) => {
    const [height, name] = placeOf(from);
    const [below, other] = placeOf(to);
    return below > height || below === height && name !== other;
  });
  assertEquals(others.map(({ from, to }) => `${from} imports ${to}`), []);
});

Deno.test("no module imports one that needs it in order to be loaded", () => {
  const left = new Set(MODULES);
  const needs = imports.filter(({ from, to, types }) => !types && from !== to);
  // Whatever needs none of the others, or is needed by none, goes, again and again. What stays goes round.
  for (let before = -1; left.size !== before;) {
    before = left.size;
    for (const path of left) {
      const inside = needs.filter(({ from, to }) => left.has(from) && left.has(to));
      const needsOne = inside.some(({ from }) => from === path);
      if (!needsOne || !inside.some(({ to }) => to === path)) left.delete(path);
    }
  }
  assertEquals([...left], []);
});
