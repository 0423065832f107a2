/**
 * The wildcard of ipc addresses, and its temporary folders. The C library makes them, which needs no permission of Deno's
 * beyond that for libzmq.
 */

import { checkPointer } from "../ffi/errno.ts";
import { isThere, libcForFolders } from "../ffi/libc.ts";
import { cString, toCString } from "../ffi/memory.ts";

const WILDCARD = "ipc://*";

/** Whether the environment, as libzmq sees it, names an existing folder for temporary files. */
function hasTemporaryFolder(): boolean {
  return ["TMPDIR", "TEMPDIR", "TMP"].some((name) => {
    const folder = cString(libcForFolders().getenv(toCString(name, "A name")));
    return folder !== "" && isThere(toCString(`${folder}/.`, "A path"));
  });
}

/** Makes a folder that only this user can enter, and returns its path. */
function makeTemporaryFolder(): string {
  let template!: Uint8Array<ArrayBuffer>;
  checkPointer(() => {
    template = toCString("/tmp/zmq-XXXXXX", "A path"); // of which a try that fails uses up the Xs
    return libcForFolders().mkdtemp(template);
  }, "mkdtemp");
  return new TextDecoder().decode(template.subarray(0, -1));
}

/** The folders of one socket's wildcard addresses, by the resolved address. */
export class IpcFolders {
  readonly #folders = new Map<string, string>();

  /**
   * Returns the address to bind to in place of `ipc://*`. libzmq makes the socket's file in the folder that TMPDIR,
   * TEMPDIR or TMP names, and if none of them names an existing one, in a new folder in the *working* directory. In that
   * case this makes a folder in /tmp instead.
   */
  resolve(address: string): string {
    if (address !== WILDCARD || hasTemporaryFolder()) return address;
    const folder = makeTemporaryFolder();
    const resolved = `ipc://${folder}/socket`;
    this.#folders.set(resolved, folder);
    return resolved;
  }

  /** Removes the folder of an address that isn't bound any more, if it's one of ours. */
  remove(address: string): void {
    const folder = this.#folders.get(address);
    if (folder === undefined) return;
    this.#folders.delete(address);
    // It doesn't matter if they don't exist any more.
    libcForFolders().unlink(toCString(`${folder}/socket`, "A path"));
    libcForFolders().rmdir(toCString(folder, "A path"));
  }

  /** Removes all of them: the socket was closed. */
  clear(): void {
    for (const address of this.#folders.keys()) this.remove(address);
  }
}
