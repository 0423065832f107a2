/** What `deno doc`, and so the page of a class, shows of it. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import * as library from "../mod.ts";
import * as draft from "../socket/draft.ts";
import * as proxy from "../proxy.ts";
import * as security from "../security/mod.ts";
import * as supervise from "../supervise/mod.ts";

const ROOT = new URL("../", import.meta.url);
const ENTRIES: Record<string, object> = {
  "mod.ts": library,
  "socket/draft.ts": draft,
  "proxy.ts": proxy,
  "security/mod.ts": security,
  "supervise/mod.ts": supervise,
};

interface Doc {
  doc?: string;
  tags?: { kind: string; doc?: string }[];
}

interface Declaration {
  kind: string;
  jsDoc?: Doc;
  def: { methods?: { name: string; jsDoc?: Doc }[] };
}

/** What `deno doc` knows of an entry, by name. */
async function declarationsOf(entry: string): Promise<Map<string, Declaration[]>> {
  const command = new Deno.Command(Deno.execPath(), { args: ["doc", "--json", entry], cwd: ROOT });
  const { stdout } = await command.output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const [{ symbols }] = Object.values(nodes) as [
    { symbols: { name: string; declarations: Declaration[] }[] },
  ];
  return new Map(symbols.map(({ name, declarations }) => [name, declarations]));
}

/** The names of a class's methods, inherited ones included. */
function methodsOf(Class: { prototype: object }): string[] {
  const names = new Set<string>();
  for (let at = Class.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === "function" && name !== "constructor") names.add(name);
    }
  }
  return [...names];
}

for (const [entry, names] of Object.entries(ENTRIES)) {
  const classes = Object.entries(names).filter(([name, value]) =>
    typeof value === "function" && /^[A-Z]/.test(name) && !/Error$|^Frame$/.test(name)
  );
  Deno.test(`${entry}: the page of each class shows every method that it has`, async () => {
    const declarations = await declarationsOf(entry);
    assert(classes.length > 0);
    for (const [name, Class] of classes) {
      const parts = declarations.get(name)!;
      const own = parts.flatMap(({ def }) => def.methods ?? []).map((method) => method.name);
      const text = parts.map(({ jsDoc }) => jsDoc?.doc ?? "").join("\n");
      const shown = new Set([...own, ...[...text.matchAll(/`(\w+)`/g)].map(([, word]) => word)]);
      assertEquals(methodsOf(Class).filter((method) => !shown.has(method)), [], name);
    }
  });

  Deno.test(`${entry}: the page of each class has a titled example`, async () => {
    const declarations = await declarationsOf(entry);
    const without = classes.map(([name]) => name).filter((name) => {
      const documented = declarations.get(name)!.flatMap((
        { jsDoc, def },
      ) => [jsDoc, ...(def.methods ?? []).map((method) => method.jsDoc)]);
      const examples = documented.flatMap((one) => one?.tags ?? []).filter(({ kind }) =>
        kind === "example"
      );
      return !examples.some(({ doc }) => /^\w[^\n]*\n/.test(doc ?? ""));
    });
    assertEquals(without, []);
  });
}
