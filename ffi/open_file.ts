/** Opening files that others may have put where they are. */

import type { FileHandle as OpenFile } from "node:fs/promises";

export type { OpenFile };

/**
 * Opens a file to read it, and throws what Deno does.
 *
 * Fact: to open a FIFO waits for its writer, and `Deno.open` can't be told otherwise. Failure: where one had a certificate's
 * name, or took a file's place after that was looked at, loading never ended. Decision: `O_NONBLOCK`, which Node's `open`
 * takes. Cost: the first certificate loads Node's module, some 10 ms.
 */
export async function openFile(path: string | URL): Promise<OpenFile> {
  const { constants, open } = await import("node:fs/promises");
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new Deno.errors.NotFound(message);
    if (code === "EACCES") throw new Deno.errors.PermissionDenied(message);
    throw error;
  }
}
