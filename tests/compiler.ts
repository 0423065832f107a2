/** Whether TypeScript accepts a module with a fault in it, within a tenth of a second: `deno check` takes ten times as long. */

// A specifier that is computed is fetched only where faults are made, and not by whatever checks types.
const SPECIFIER = "npm:typescript@5.9.3";
/** The compiler. */
// deno-lint-ignore no-explicit-any -- its types would have to be fetched, too
export const ts: any = (await import(SPECIFIER)).default;

/** What Deno's own declarations don't have. */
const NODE = `
declare module "node:buffer";
declare module "node:events";
declare module "node:process";
declare module "node:module";
`;

/** The library's modules in a folder, of which one at a time may be replaced. */
export class Compiler {
  readonly #folder: string;
  // deno-lint-ignore no-explicit-any -- see above
  readonly #service: any;
  #path = "";
  #source = "";
  #version = 0;

  /** @param entries Where its modules can be reached from. */
  constructor(folder: string, entries: readonly string[], declarations: string) {
    this.#folder = folder;
    const { strict: _, ...options } = JSON.parse(Deno.readTextFileSync(`${folder}/deno.json`))
      .compilerOptions;
    const given: Record<string, string> = { "/deno.d.ts": declarations, "/node.d.ts": NODE };
    const isGiven = (file: string) => file in given;
    const isReplaced = (file: string) => file === `${folder}/${this.#path}`;
    const read = (file: string) => {
      if (isReplaced(file)) return this.#source;
      return given[file] ?? ts.sys.readFile(file);
    };
    // deno-lint-ignore no-explicit-any -- see above
    const snapshots = new Map<string, any>();
    this.#service = ts.createLanguageService({
      getScriptFileNames: () => [
        ...Object.keys(given),
        ...entries.map((one) => `${folder}/${one}`.replace("/./", "/")),
      ],
      getScriptVersion: (file: string) => isReplaced(file) ? `${this.#version}` : "0",
      getScriptSnapshot: (file: string) => {
        if (isReplaced(file)) return ts.ScriptSnapshot.fromString(this.#source);
        let snapshot = snapshots.get(file);
        const text = snapshot ? undefined : read(file);
        if (text !== undefined) {
          snapshots.set(file, snapshot = ts.ScriptSnapshot.fromString(text));
        }
        return snapshot;
      },
      getCurrentDirectory: () => folder,
      getCompilationSettings: () => ({
        ...options,
        strict: true,
        target: ts.ScriptTarget.ESNext,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        allowImportingTsExtensions: true,
        noEmit: true,
        lib: ["lib.esnext.d.ts"],
        types: [],
      }),
      getDefaultLibFileName: (options: unknown) => ts.getDefaultLibFilePath(options),
      fileExists: (file: string) => isGiven(file) || ts.sys.fileExists(file),
      readFile: read,
    });
  }

  /** What the compiler says of the first mistake in a module with this text. */
  mistake(path: string, source: string): string | undefined {
    this.#path = path;
    this.#source = source;
    this.#version++;
    const file = `${this.#folder}/${path}`;
    const [first] = [
      ...this.#service.getSyntacticDiagnostics(file),
      ...this.#service.getSemanticDiagnostics(file),
    ];
    return first && ts.flattenDiagnosticMessageText(first.messageText, " ");
  }
}
