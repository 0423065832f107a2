/** A folder with the public certificates of the clients that are admitted. */

import { Uncloneable } from "../poller/uncloneable.ts";
import { takeOnly } from "../poller/unknown_property.ts";
import { checkCount, optionsProblem, type Signature } from "../poller/wait_options.ts";
import { Certificate } from "./certificate.ts";
import { checkPath } from "./certificate_file.ts";

/** Options of {@linkcode CertificateFolder.open}. */
export interface CertificateFolderOptions {
  /**
   * Whether files that aren't certificates are left out, and the rest of the folder is loaded. Whose file is left out isn't
   * admitted any more. Default false: one of them makes the loading fail.
   */
  skipBroken?: boolean;
}

/**
 * The public certificates in a folder: its files whose names end with `.key`, as with czmq and pyzmq.
 *
 * Only {@linkcode CertificateFolder.reload} looks at the folder again. A peer that was admitted stays connected, also
 * after its certificate was removed.
 *
 * @example A client that is no longer admitted
 * ```ts
 * import { Authenticator, Certificate, CertificateFolder } from "@deno-zmq/zmq/security";
 *
 * const path = await Deno.makeTempDir();
 * await Certificate.create({ name: "Ada" }).toPublic().save(`${path}/ada.key`);
 *
 * const folder = await CertificateFolder.open(path);
 * using authenticator = new Authenticator();
 * authenticator.configureCurve(folder);
 *
 * await Deno.remove(`${path}/ada.key`);
 * await folder.reload();
 * console.log(folder.certificates.length);
 * await Deno.remove(path);
 * ```
 */
export class CertificateFolder extends Uncloneable {
  /** The folder's path. */
  readonly path: string | URL;
  readonly #skipBroken: boolean;
  #certificates: ReadonlyMap<string, Certificate> = new Map();
  #broken: readonly Error[] = [];
  /** How many reloads have begun, and the number of the one whose result is in force. */
  #reloads = 0;
  #inForce = 0;

  private constructor(path: string | URL, skipBroken: boolean) {
    super();
    this.path = path;
    this.#skipBroken = skipBroken;
  }

  /**
   * Opens a folder and loads its certificates. Needs the permission to read it. The promise rejects as with
   * {@linkcode CertificateFolder.reload}.
   *
   * @throws {TypeError} If an option is unknown or has the wrong type, or if the path isn't one.
   */
  static open(path: string | URL, options?: CertificateFolderOptions): Promise<CertificateFolder>;
  static async open(
    path: string | URL,
    options?: CertificateFolderOptions,
    extra?: never,
  ): Promise<CertificateFolder> {
    const problem = optionsProblem(OPEN, options, extra);
    if (problem !== undefined) throw problem;
    const { skipBroken = false } = options ?? {};
    if (typeof skipBroken !== "boolean") {
      throw new TypeError("The option skipBroken must be a boolean");
    }
    checkPath(path, "A folder of certificates");
    const folder = new CertificateFolder(path, skipBroken);
    await folder.reload();
    return folder;
  }

  /**
   * Loads the folder again: from now on, new certificates are valid, and removed ones aren't. Of reloads that overlap, the
   * one that began last counts.
   *
   * The promise rejects with `SyntaxError` if files aren't certificates, all of which it names, unless
   * {@linkcode CertificateFolderOptions.skipBroken} is set; and with what `Deno.readDir` and {@linkcode Certificate.load}
   * throw. The certificates that were loaded before stay valid then.
   */
  async reload(): Promise<void> {
    checkCount("CertificateFolder.reload", arguments.length, 0);
    const number = ++this.#reloads;
    const certificates = new Map<string, Certificate>();
    const broken: Error[] = [];
    for (const file of await this.#files()) {
      try {
        const certificate = await Certificate.load(file);
        certificates.set(certificate.publicKey, certificate);
      } catch (error) {
        if (!isBroken(error)) throw error;
        if (!await isGone(file)) broken.push(error);
      }
    }
    if (broken.length > 0 && !this.#skipBroken) throw brokenError(broken);
    // Failure: a reload that took longer than a later one brought back a certificate that had been removed meanwhile.
    if (number < this.#inForce) return;
    this.#inForce = number;
    this.#certificates = certificates;
    this.#broken = broken;
  }

  /** The paths of its files, in an order that doesn't depend on the system. */
  async #files(): Promise<(string | URL)[]> {
    const names: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(this.path)) {
      if (!isDirectory && name.endsWith(".key")) names.push(name);
    }
    const { path } = this;
    const place = `${(path instanceof URL ? path.href : path).replace(/\/$/, "")}/`;
    return names.sort().map((name) =>
      path instanceof URL ? new URL(place + encodeURIComponent(name)) : place + name
    );
  }

  /**
   * Of the last loading, the errors of the files that were left out ({@linkcode CertificateFolderOptions.skipBroken}), each
   * of which names its file.
   */
  get broken(): Error[] {
    return [...this.#broken];
  }

  /** The certificates that were loaded. */
  get certificates(): Certificate[] {
    return [...this.#certificates.values()];
  }

  /** Whether a public key's certificate was loaded. The key has 40 characters of Z85. */
  has(publicKey: string): boolean {
    checkCount("CertificateFolder.has", arguments.length, 1);
    return this.#certificates.has(publicKey);
  }

  /** Returns a public key's certificate; `undefined` if there is none. */
  get(publicKey: string): Certificate | undefined {
    checkCount("CertificateFolder.get", arguments.length, 1);
    return this.#certificates.get(publicKey);
  }
}

takeOnly(CertificateFolder, []);

const OPEN: Signature = {
  name: "CertificateFolder.open",
  options: ["skipBroken"],
  example: "{ skipBroken: true }",
};

/** Whether an error is a single file's fault. Others, such as that of a system without descriptors, concern all files. */
function isBroken(error: unknown): error is Error {
  const { NotFound, PermissionDenied, FilesystemLoop } = Deno.errors;
  return [SyntaxError, NotFound, PermissionDenied, FilesystemLoop].some((type) =>
    error instanceof type
  );
}

/** Whether a file was removed after the folder's list was read. A link to a missing file wasn't removed. */
async function isGone(file: string | URL): Promise<boolean> {
  try {
    await Deno.lstat(file);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

function brokenError(broken: readonly Error[]): Error {
  if (broken.length === 1 && broken[0] instanceof SyntaxError) return broken[0];
  const list = broken.map(({ message }) => `\n  - ${message}`).join("");
  return new SyntaxError(`${broken.length} of the folder's files can't be loaded:${list}`, {
    cause: new AggregateError(broken),
  });
}
