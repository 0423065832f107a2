/** A folder with the public certificates of those who may come in. */

import { Certificate } from "./certificate.ts";

/**
 * The public certificates in a folder: its files whose names end with `.key`, as czmq and pyzmq have it.
 *
 * Only {@linkcode CertificateFolder.reload} looks at the folder again. Who was let in stays connected, also after
 * the certificate is gone.
 *
 * @example
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
export class CertificateFolder {
  /** Where it is. */
  readonly path: string | URL;
  #certificates: ReadonlyMap<string, Certificate> = new Map();

  private constructor(path: string | URL) {
    this.path = path;
  }

  /**
   * Opens a folder and loads what is in it. Needs the permission to read it.
   *
   * @throws By rejection: as {@linkcode CertificateFolder.reload} does.
   */
  static async open(path: string | URL): Promise<CertificateFolder> {
    const folder = new CertificateFolder(path);
    await folder.reload();
    return folder;
  }

  /**
   * Loads the folder again: what was added counts from now on, and what was removed doesn't any more.
   *
   * @throws By rejection: `SyntaxError` for a file that isn't a certificate; what `Deno.readDir` and
   * `Deno.readTextFile` throw. What had been loaded before then stays in force.
   */
  async reload(): Promise<void> {
    const base = this.path instanceof URL ? this.path.href : this.path;
    const certificates = new Map<string, Certificate>();
    for await (const { name, isDirectory } of Deno.readDir(this.path)) {
      if (isDirectory || !name.endsWith(".key")) continue;
      const place = `${base.replace(/\/$/, "")}/`;
      const file = this.path instanceof URL
        ? new URL(place + encodeURIComponent(name))
        : place + name;
      const certificate = await Certificate.load(file);
      certificates.set(certificate.publicKey, certificate);
    }
    this.#certificates = certificates;
  }

  /** Those that were loaded. */
  get certificates(): Certificate[] {
    return [...this.#certificates.values()];
  }

  /** Whether a public key's certificate was loaded; the key as 40 characters of Z85. */
  has(publicKey: string): boolean {
    return this.#certificates.has(publicKey);
  }

  /** A public key's certificate; `undefined` where there is none. */
  get(publicKey: string): Certificate | undefined {
    return this.#certificates.get(publicKey);
  }
}
