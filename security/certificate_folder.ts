/** A folder with the public certificates of the clients that are admitted. */

import { Uncloneable } from "../poller/uncloneable.ts";
import { takeOnly } from "../poller/unknown_property.ts";
import { checkCount } from "../poller/wait_options.ts";
import { Certificate } from "./certificate.ts";

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
  #certificates: ReadonlyMap<string, Certificate> = new Map();

  private constructor(path: string | URL) {
    super();
    this.path = path;
  }

  /**
   * Opens a folder and loads its certificates. Needs the permission to read it. The promise rejects as with
   * {@linkcode CertificateFolder.reload}.
   */
  static async open(path: string | URL): Promise<CertificateFolder> {
    const folder = new CertificateFolder(path);
    await folder.reload();
    return folder;
  }

  /**
   * Loads the folder again: from now on, new certificates are valid, and removed ones aren't.
   *
   * The promise rejects with `SyntaxError` if a file isn't a certificate, and with what `Deno.readDir` and
   * `Deno.readTextFile` throw. The certificates that were loaded before stay valid then.
   */
  async reload(): Promise<void> {
    checkCount("CertificateFolder.reload", arguments.length, 0);
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
