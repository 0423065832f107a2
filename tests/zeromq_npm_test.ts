import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { createRequire } from "node:module";
import { claims } from "./claims.ts";
import { ROOT } from "./files.ts";
import { EmptyRegistry, PACKAGES, Project } from "./npm_project.ts";
import { works } from "./program.ts";
import { withFolder } from "./util.ts";
import * as dropIn from "../zeromq.ts";

const require = createRequire(import.meta.url);
const PROGRAMS = ["everywhere.cjs", "thread.cjs", "worker.mjs"];
const TYPES = ["types.ts", "types.cts", "types.cjs"];
const DRAFT = dropIn.capability.draft
  ? "Client,Datagram,Dish"
  : "ZeroMQ draft features are not enabled in this build";

/** Runs a test in a project of its own. */
const inProject = claims(function inProject(body: (project: Project) => Promise<void>) {
  return withFolder(async (folder) => {
    await using registry = new EmptyRegistry();
    await body(new Project(await Deno.realPath(folder), registry.env));
  });
});

/** In each place a program gets one and the same drop-in. */
const assertEverywhere = claims(async function assertEverywhere(
  project: Project,
  draft = DRAFT,
  compat = "Context,STATE_BUSY,STATE_CLOSED",
): Promise<void> {
  await project.copy(...PROGRAMS);
  const { code, stdout, stderr } = await project.deno("run", "-A", "-q", "everywhere.cjs");
  const lines = [
    "imported: true true",
    "a dependent's: true",
    `draft: ${draft}`,
    `v5-compat: ${compat}`,
    "evaluated code",
    "a thread of Node's",
    "a Web Worker",
  ];
  assertEquals([code, stdout.trimEnd().split("\n")], [0, lines], stderr);
});

/** The recipes, as docs/zeromq-js.md has them. */
const RECIPES: Record<string, (project: Project) => Promise<void>> = {
  "Deno's links": async (project) => {
    await project.copy("dependent");
    await project.write("deno.json", {
      imports: { zeromq: "npm:zeromq@^6.8.0", dependent: "npm:dependent@1" },
      links: [project.pathTo(PACKAGES), "./dependent"],
      nodeModulesDir: "auto",
    });
  },
  "npm's overrides": async (project) => {
    await project.copy("dependent");
    assertEquals((await project.run("npm", "pack", "--silent", "./dependent")).code, 0);
    await project.write("package.json", {
      name: "project",
      version: "1.0.0",
      dependencies: {
        zeromq: `file:${project.pathTo(PACKAGES)}`,
        dependent: "file:./dependent-1.0.0.tgz",
      },
      overrides: { zeromq: "$zeromq" },
    });
    const { code, stderr } = await project.run("npm", "install", "--offline", "--no-audit");
    assertEquals(code, 0, stderr);
  },
  "a link in node_modules": async (project) => {
    await Deno.mkdir(`${project.folder}/node_modules`);
    await Deno.symlink(PACKAGES, `${project.folder}/node_modules/zeromq`);
    await project.copy("dependent");
    await Deno.rename(`${project.folder}/dependent`, `${project.folder}/node_modules/dependent`);
    await project.write("deno.json", { nodeModulesDir: "manual" });
  },
};

const hasNpm = await works("npm", "--version");

for (const [recipe, prepare] of Object.entries(RECIPES)) {
  const missing = recipe.startsWith("npm's") && !hasNpm;
  Deno.test({
    name: `by ${recipe}, a program, its workers and evaluated code get the drop-in` +
      (missing ? " (npm isn't installed)" : ""),
    ignore: missing,
    fn: () =>
      inProject(async (project) => {
        await prepare(project);
        await assertEverywhere(project);
      }),
  });
}

const bundler = await withFolder(async (folder) => {
  await Deno.writeTextFile(`${folder}/a.js`, "");
  return (await new Project(folder).deno("bundle", "-o", "b.js", "a.js")).code === 0;
});

Deno.test({
  name: "by a bundle from a URL, a program, its workers and evaluated code get the drop-in" +
    (bundler ? "" : " (esbuild can't be had from npm)"),
  ignore: !bundler,
  fn: () =>
    inProject(async (project) => {
      await Deno.mkdir(`${project.folder}/shim`);
      await project.copy("dependent");
      await project.write("shim/package.json", {
        name: "zeromq",
        version: "6.8.0",
        type: "module",
        exports: "./index.js",
      });
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        async ({ url }) => {
          const file = await Deno.readTextFile(new URL(`.${new URL(url).pathname}`, ROOT));
          return new Response(file, { headers: { "content-type": "application/typescript" } });
        },
      );
      const url = `http://127.0.0.1:${server.addr.port}/zeromq.ts`;
      const args = ["bundle", "--allow-import", "-o", "shim/index.js", url];
      const bundled = await new Project(project.folder).deno(...args);
      assertEquals(bundled.code, 0, bundled.stderr);
      await project.write("deno.json", {
        imports: { zeromq: "npm:zeromq@^6.8.0", dependent: "npm:dependent@1" },
        links: ["./shim", "./dependent"],
        nodeModulesDir: "auto",
      });
      const none = "ERR_PACKAGE_PATH_NOT_EXPORTED";
      await assertEverywhere(project, none, none);
    }),
});

/** Adds packages that depend on older versions, each in a folder of its name. */
async function addOlder(project: Project, versions: Record<string, string>): Promise<void> {
  for (const [name, range] of Object.entries(versions)) {
    await Deno.mkdir(`${project.folder}/${name}`);
    const dependencies = { zeromq: range };
    await project.write(`${name}/package.json`, { name, version: "1.0.0", dependencies });
    await project.writeText(`${name}/index.js`, `module.exports = require("zeromq");`);
  }
}

Deno.test("by Deno's links, packages for versions 4 and 5 get zeromq/v5-compat", () =>
  inProject(async (project) => {
    await addOlder(project, { four: "^4.6.0", five: "5", five_old: "^5.0.0" });
    await project.write("deno.json", {
      imports: { four: "npm:four@1", five: "npm:five@1", five_old: "npm:five_old@1" },
      links: [
        ...["", "v4", "v5"].map((version) => project.pathTo(new URL(version, PACKAGES))),
        ...["./four", "./five", "./five_old"],
      ],
      nodeModulesDir: "auto",
    });
    await project.writeText(
      "a.cjs",
      `const [four, ...others] = ["four", "five", "five_old"].map(require);
      console.log(others.every((one) => one === four), typeof four.socket, four.ZMQ_REQ);`,
    );
    const { code, stdout, stderr } = await project.deno("run", "-A", "-q", "a.cjs");
    assertEquals([code, stdout], [0, "true function 3\n"], stderr);
  }));

/** Programs of version 4 or 5, which need the names and the types of their package. */
const OLDER = {
  "a.ts": `import zmq, { type Socket, socket, ZMQ_LINGER } from "zeromq";
    import * as all from "zeromq";
    const one: Socket = socket("req");
    one.setsockopt(ZMQ_LINGER, 0);
    // @ts-expect-error there is no such type
    const _wrong = (): Socket => zmq.socket("request");
    one.close();
    console.log(zmq.socket === socket && all.socket === socket);`,
  "a.cts": `import zmq = require("zeromq");
    const one: zmq.Socket = zmq.socket("req");
    one.on("message", (message: Buffer) => one.send(message));
    // @ts-expect-error there is no such type
    const _wrong = (): zmq.Socket => zmq.socket("request");
    one.close();
    console.log(typeof zmq.createSocket === "function");`,
};

for (const [folder, range] of Object.entries({ v4: "^4.6.0", v5: "^5.3.1" })) {
  Deno.test(`a program's own zeromq ${range} has its names to import, and its types`, () =>
    inProject(async (project) => {
      await project.write("deno.json", {
        imports: { zeromq: `npm:zeromq@${range}` },
        links: [project.pathTo(new URL(folder, PACKAGES))],
        nodeModulesDir: "auto",
      });
      for (const [program, text] of Object.entries(OLDER)) {
        await project.writeText(program, text);
        const { code, stdout, stderr } = await project.deno("run", "-A", "-q", "--check", program);
        assertEquals([code, stdout], [0, "true\n"], stderr);
      }
    }));
}

Deno.test({
  name: "by npm's overrides, one package may get zeromq/v5-compat" +
    (hasNpm ? "" : " (npm isn't installed)"),
  ignore: !hasNpm,
  fn: () =>
    inProject(async (project) => {
      await addOlder(project, { four: "^4.6.0", six: "^6.0.0" });
      assertEquals((await project.run("npm", "pack", "--silent", "./four", "./six")).code, 0);
      await project.write("package.json", {
        name: "project",
        version: "1.0.0",
        dependencies: {
          zeromq: `file:${project.pathTo(PACKAGES)}`,
          four: "file:./four-1.0.0.tgz",
          six: "file:./six-1.0.0.tgz",
        },
        overrides: {
          zeromq: "$zeromq",
          four: { zeromq: `file:${new URL("v4", PACKAGES).pathname}` },
        },
      });
      const installed = await project.run("npm", "install", "--offline", "--no-audit");
      assertEquals(installed.code, 0, installed.stderr);
      await project.writeText(
        "a.cjs",
        `console.log("socket" in require("four"), "Push" in require("six"));`,
      );
      const { code, stdout, stderr } = await project.deno("run", "-A", "-q", "a.cjs");
      assertEquals([code, stdout], [0, "true true\n"], stderr);
    }),
});

Deno.test("by Deno's links, imports and require() have the drop-in's types", () =>
  inProject(async (project) => {
    await RECIPES["Deno's links"](project);
    await project.copy(...TYPES);
    const { code, stderr } = await project.deno("check", "--quiet", ...TYPES);
    assertEquals(code, 0, stderr);
  }));

Deno.test("by Deno's links, packages get the module that an import map leads to", () =>
  inProject(async (project) => {
    await project.copy("dependent");
    await project.write("deno.json", {
      imports: { zeromq: new URL("zeromq.ts", ROOT).href, dependent: "npm:dependent@1" },
      links: [project.pathTo(PACKAGES), "./dependent"],
      nodeModulesDir: "auto",
    });
    const source = `import { Push } from "zeromq";
      import dependent from "dependent";
      console.log(Push === dependent.Push);`;
    await project.writeText("a.mjs", source);
    const { code, stdout, stderr } = await project.deno("run", "-A", "a.mjs");
    assertEquals([code, stdout], [0, "true\n"], stderr);
  }));

Deno.test("by Deno's links, a program needs --allow-ffi and --allow-read", () =>
  inProject(async (project) => {
    await RECIPES["Deno's links"](project);
    await project.writeText("a.cjs", `console.log(Object.keys(require("zeromq")).length)`);
    const { code, stdout } = await project.deno("run", "--allow-ffi", "--allow-read", "a.cjs");
    assertEquals([code, stdout], [0, "20\n"]);
    const without = await project.deno("run", "--no-prompt", "--allow-ffi", "a.cjs");
    assertEquals(without.code, 1);
    assertMatch(without.stderr, /NotCapable: Requires read access/);
  }));

Deno.test("a copy finds the library by a configuration with comments, and by one of another name", () =>
  inProject(async (project) => {
    await project.writeText("a.cjs", `console.log(require("zeromq").version)`);
    await project.writeText("list.json", "null");
    await Deno.mkdir(`${project.folder}/below`);
    await Deno.copyFile(`${project.folder}/a.cjs`, `${project.folder}/below/a.cjs`);
    const text = `{
      // "links": ["./not-this"], /*
      "imports": { "zeromq": "npm:zeromq@6" /* as in "zeromq" */ },
      "links": ["${project.pathTo(PACKAGES)}", /* , */],
      "nodeModulesDir": "auto",
    }`;
    await project.writeText("deno.jsonc", text);
    const found = await project.deno("run", "-A", "below/a.cjs");
    assertEquals([found.code, found.stdout], [0, `${dropIn.version}\n`], found.stderr);

    await Deno.rename(`${project.folder}/deno.jsonc`, `${project.folder}/other.json`);
    const named = await project.deno("run", "-A", "--config", "other.json", "a.cjs");
    assertEquals([named.code, named.stdout], [0, `${dropIn.version}\n`], named.stderr);
  }));

Deno.test("a copy that nothing links says what is to be done", () =>
  inProject(async (project) => {
    await RECIPES["a link in node_modules"](project);
    await Deno.remove(`${project.folder}/node_modules/zeromq`);
    await Deno.mkdir(`${project.folder}/node_modules/zeromq`);
    for await (const { name, isFile } of Deno.readDir(PACKAGES)) {
      if (!isFile) continue;
      await Deno.copyFile(new URL(name, PACKAGES), `${project.folder}/node_modules/zeromq/${name}`);
    }
    await project.writeText("a.cjs", `require("zeromq")`);
    const { code, stderr } = await project.deno("run", "-A", "a.cjs");
    assertEquals(code, 1);
    assertMatch(stderr, /name the original in "links" of the deno\.json beside node_modules/);
  }));

Deno.test("the package exports what the module does that it leads to", () => {
  const required = require("../zeromq/npm/index.cjs");
  assertEquals({ ...required }, { ...dropIn });
  assertEquals(Object.getOwnPropertyDescriptor(required, "__esModule"), {
    value: true,
    writable: false,
    enumerable: false,
    configurable: false,
  });
});

Deno.test("entries also go by the names of npm's files, as modules on Node.js have to write them", () =>
  inProject(async (project) => {
    await RECIPES["Deno's links"](project);
    const source = `import zmq, { socket } from "zeromq/v5-compat.js";
      import manifest from "zeromq/package.json" with { type: "json" };
      console.log(zmq.socket === socket, manifest.name);`;
    await project.writeText("a.mjs", source);
    const { code, stdout, stderr } = await project.deno("run", "-A", "a.mjs");
    assertEquals([code, stdout], [0, "true zeromq\n"], stderr);
  }));

Deno.test("the package has the version of zeromq.js that the drop-in follows", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("package.json", PACKAGES)));
  const source = await Deno.readTextFile(new URL("ffi/load.ts", ROOT));
  assertMatch(source, new RegExp(`"npm:zeromq@${version.replaceAll(".", "\\.")}/package\\.json"`));
});
