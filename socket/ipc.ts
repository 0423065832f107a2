/** The wildcard of ipc addresses. */

import {
  hasTemporaryFolder,
  makeTemporaryFolder,
  removeTemporaryFolder,
} from "../ffi/temporary.ts";

const WILDCARD = "ipc://*";

/** The folders of one socket's wildcard addresses, by their whole address. */
export class IpcFolders {
  readonly #folders = new Map<string, string>();

  /**
   * The address to bind to in place of `ipc://*`. libzmq makes the socket's file in the folder that TMPDIR, TEMPDIR
   * or TMP names, and where none names one that is there, in a new folder in the *working* directory: then we choose
   * one in /tmp instead.
   */
  resolve(address: string): string {
    if (address !== WILDCARD || hasTemporaryFolder()) return address;
    const folder = makeTemporaryFolder();
    const resolved = `ipc://${folder}/socket`;
    this.#folders.set(resolved, folder);
    return resolved;
  }

  /** Removes the folder of an address that isn't bound any more, where it's one of ours. */
  remove(address: string): void {
    const folder = this.#folders.get(address);
    if (folder === undefined) return;
    this.#folders.delete(address);
    removeTemporaryFolder(folder, `${folder}/socket`);
  }

  /** Removes all of them: the socket was closed. */
  clear(): void {
    for (const address of [...this.#folders.keys()]) this.remove(address);
  }
}
