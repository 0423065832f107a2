/** Another state of this repository, as a folder of files. */

import { fromFileUrl } from "./paths.ts";

const ROOT = new URL("../../", import.meta.url);

/** This state's library, and that of another commit. */
export class Checkout implements AsyncDisposable {
  private constructor(readonly commit: string, readonly folder: string) {}

  /** Writes a commit's files into a folder, which is removed at the end. */
  static async of(commit: string): Promise<Checkout> {
    const folder = await Deno.makeTempDir({ prefix: "deno-zmq-bench-" });
    const checkout = new Checkout(commit, folder);
    try {
      const archive = `${folder}/files.tar`;
      await checkout.#run("git", ["archive", "--output", archive, commit]);
      await checkout.#run("tar", ["-xf", archive, "-C", folder]);
      await Deno.writeTextFile(checkout.importMap, JSON.stringify(checkout.#imports()));
      return checkout;
    } catch (error) {
      await checkout[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The URL of its `mod.ts`, and of this state's. */
  get before(): string {
    return `file://${this.folder}/mod.ts`;
  }
  readonly now = new URL("mod.ts", ROOT).href;

  /** With this, this state's programs run over the other's library. */
  get importMap(): string {
    return `${this.folder}/bench-imports.json`;
  }

  #imports() {
    return { imports: { [this.now]: this.before } };
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const { success, stderr } = await new Deno.Command(program, {
      args: [...args],
      cwd: fromFileUrl(ROOT),
      stdin: "null",
    }).output();
    if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr).trim()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
