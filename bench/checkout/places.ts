/**
 * A folder for each runtime with a checkout's programs, translated to JavaScript, which find the package that they
 * import as programs do: in node_modules.
 */

import { createRequire } from "node:module";
import { CACHE, install } from "../harness/npm.ts";
import type { Command } from "../harness/process.ts";
import type { Runtime } from "../npm.ts";
import { portable } from "./portable.ts";

/** What zeromq.js's tests take, in the versions that it takes them in. */
const PACKAGES = [
  "chai@4.5.0",
  "mocha@11.7.5",
  "proper-lockfile@4.1.2",
  "semver@7.7.3",
  "typescript@4.9.5",
];

/** The files that a test imports from the sources of zeromq.js, led to the package. */
const LEADING: Record<string, string> = {
  "package.json": `{ "type": "commonjs", "main": "./src/index.js" }`,
  "deno.json": `{ "nodeModulesDir": "manual" }`,
  "src/index.js": `module.exports = require("zeromq");`,
  "src/draft.js":
    `module.exports = require("zeromq").capability.draft ? require("zeromq/draft") : {};`,
  "src/errors.js": `exports.isFullError = (error) => error instanceof Error;`,
  "v5-compat.js": `module.exports = require("zeromq/v5-compat");`,
};

/** Where a runtime's copy is. */
export interface Place {
  readonly name: string;
  readonly folder: string;
  /** Runs one of its files. */
  readonly run: (...args: string[]) => Command;
}

export interface Places extends AsyncDisposable {
  readonly all: readonly Place[];
  /** The tests' files, the same in each place. */
  readonly tests: readonly string[];
}

/** Makes the folders, which go when they are disposed. */
export async function prepare(checkout: string, runtimes: readonly Runtime[]): Promise<Places> {
  const modules = await findPackages();
  const translate = translator(modules);
  const sources = await sourcesOf(checkout);
  const parent = await Deno.makeTempDir({ prefix: "deno-zmq-bench-" });
  const all: Place[] = [];
  for (const [i, runtime] of runtimes.entries()) {
    const folder = `${parent}/${i}`;
    // The suite counts its ports up from a file's number.
    const files = { ...LEADING, "tmp/port-id.lock": String(20_000 + 2000 * i) };
    for (const [name, text] of Object.entries(files)) await write(`${folder}/${name}`, text);
    const ports = freePorts();
    for (const name of sources) {
      const text = portable(await Deno.readTextFile(`${checkout}/${name}`), ports);
      const made = name.replace(/\.ts$/, ".js");
      await write(`${folder}/${made}`, name === made ? text : translate(text));
    }
    await link(runtime.folder, `${folder}/node_modules/zeromq`);
    for (const name of ["chai", "mocha", "proper-lockfile", "semver"]) {
      await link(`${modules}/${name}`, `${folder}/node_modules/${name}`);
    }
    await imitateNode(folder, runtime);
    const { run, name, gc } = runtime;
    all.push({
      name,
      folder,
      run: (...args) => ({ ...run, cwd: folder, args: [...run.args, gc, ...args] }),
    });
  }
  const tests = sources.filter((name) => name.endsWith("-test.ts"))
    .map((name) => name.replace(/\.ts$/, ".js"));
  return {
    all,
    tests,
    [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }),
  };
}

/** Installs the packages where they aren't yet. */
async function findPackages(): Promise<string> {
  const folder = `${CACHE}checkout/`;
  const modules = `${folder}node_modules`;
  try {
    for (const one of PACKAGES) {
      const [name, version] = one.split("@");
      const found = JSON.parse(await Deno.readTextFile(`${modules}/${name}/package.json`));
      if (found.version !== version) throw new Error("another version");
    }
  } catch {
    await Deno.mkdir(folder, { recursive: true });
    await install(folder, PACKAGES);
  }
  return modules;
}

/** TypeScript's own translation, as zeromq.js's configuration has it: function bodies keep their names and their form. */
function translator(modules: string): (text: string) => string {
  const typescript = createRequire(`${modules}/`)("typescript");
  const compilerOptions = {
    module: "commonjs",
    target: "es2020",
    esModuleInterop: true,
    alwaysStrict: true,
  };
  return (text) => typescript.transpileModule(text, { compilerOptions }).outputText;
}

/** The names of the programs in it. Tests of the types alone, which run compilers, aren't among them. */
async function sourcesOf(checkout: string): Promise<string[]> {
  const found: string[] = [];
  const look = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(`${checkout}/${folder}`)) {
      const path = `${folder}/${name}`;
      if (isDirectory && name !== "node_modules" && name !== "wasm") await look(path);
      else if (/\.[jt]s$/.test(name) && !/tsc-versions|typings-compat|compat\/load/.test(path)) {
        found.push(path);
      }
    }
  };
  await look("examples");
  await look("test/unit");
  return found.sort();
}

/** One for each of the ports that the examples name. */
function freePorts(): number[] {
  const listeners = Array.from(
    { length: 3 },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

/** Some tests start `process.argv[0]`, with a program on its standard input, as Node.js takes one. */
async function imitateNode(folder: string, { run, gc }: Runtime): Promise<void> {
  const command = [run.program, ...run.args, gc].map((word) => `'${word}'`).join(" ");
  await write(
    `${folder}/as_node`,
    `#!/bin/sh\ncat > "$0.$$.cjs"\nexec ${command} "$0.$$.cjs"\n`,
  );
  await Deno.chmod(`${folder}/as_node`, 0o755);
  await write(
    `${folder}/as_node.cjs`,
    `if (globalThis.Deno) process.argv[0] = require("path").join(__dirname, "as_node");`,
  );
}

async function write(file: string, text: string): Promise<void> {
  await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(file, text);
}

async function link(target: string, file: string): Promise<void> {
  await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  await Deno.symlink(target, file);
}
