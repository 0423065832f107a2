/** Projects with packages from npm, in which `zeromq` is the drop-in: a folder, and how Deno is run in it. */

import { relative } from "node:path";
import { ROOT } from "./files.ts";
import { type Outcome, outcomeOf, Program } from "./program.ts";

/** The packages that lead to the drop-in. */
export const PACKAGES: URL = new URL("zeromq/npm/", ROOT);
/** What the projects' programs are, and the package that they depend on beside `zeromq`. */
const PROGRAMS = new URL("tests/zeromq/npm/", ROOT).pathname;

/** A project. */
export class Project {
  constructor(readonly folder: string, readonly env: Record<string, string> = {}) {}

  /** Writes a file. */
  writeText(name: string, text: string): Promise<void> {
    return Deno.writeTextFile(`${this.folder}/${name}`, text);
  }

  /** Writes a file of JSON. */
  write(name: string, value: unknown): Promise<void> {
    return this.writeText(name, JSON.stringify(value));
  }

  /** Copies programs of the tests into it, or folders with packages. */
  async copy(...names: string[]): Promise<void> {
    for (const name of names) await copied(PROGRAMS + name, `${this.folder}/${name}`);
  }

  /** How a file leads to a folder from here. */
  pathTo(file: URL): string {
    return relative(this.folder, file.pathname);
  }

  /** Runs a command in it. */
  run(command: string, ...args: string[]): Promise<Outcome> {
    return outcomeOf(command, args, { cwd: this.folder, env: this.env });
  }

  /** Runs Deno in it. */
  deno(...args: string[]): Promise<Outcome> {
    return this.run(Deno.execPath(), ...args);
  }

  /** Starts a program of it. */
  start(program: string, ...args: string[]): Program {
    const file = `${this.folder}/${program}`;
    return new Program(Deno.execPath(), ["run", "-A", "--quiet", file, ...args], this.env);
  }
}

/** The configuration of a project that has packages from npm, whose `zeromq` is the drop-in. */
export function linked(project: Project, packages: readonly string[]): unknown {
  const names = packages.map((one) => [one.slice(0, one.lastIndexOf("@")), `npm:${one}`]);
  return {
    imports: Object.fromEntries(names),
    links: ["", "v5", "v4"].map((version) => project.pathTo(new URL(version, PACKAGES))),
    nodeModulesDir: "auto",
  };
}

/** Copies a file, or a folder with what is in it. */
async function copied(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copied(`${from}/${name}`, `${to}/${name}`);
}

/** A registry that has nothing: Deno asks it for what is linked, too. */
export class EmptyRegistry implements AsyncDisposable {
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("{}", { status: 404 }),
  );

  /** What makes Deno and npm use it. */
  get env(): Record<string, string> {
    return { NPM_CONFIG_REGISTRY: `http://127.0.0.1:${this.#server.addr.port}/` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
