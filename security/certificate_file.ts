/** Reading a certificate's file: what it may be, how long, and who else may read it. */

import { type OpenFile, openFile } from "../ffi/open_file.ts";
import { type CertificateText, parseCertificate } from "./zpl.ts";

/** How long a certificate's file may be. */
const FILE_LIMIT = 65_536;

/** Throws `TypeError` for what names no file, of which Deno takes some for an empty path, which isn't found. */
export function checkPath(path: unknown, what: string): void {
  const isPath = typeof path === "string" && path !== "" && !path.includes("\0");
  if (isPath || path instanceof URL && path.protocol === "file:") return;
  throw new TypeError(`${what} is named by a path, or by a URL of the scheme file:`);
}

/** Throws `TypeError` for a secret certificate's name, where the public one's is meant. */
export function checkPublicPath(path: string | URL): void {
  const name = path instanceof URL ? path.pathname : path;
  if (!name.endsWith(SECRET_ENDING)) return;
  throw new TypeError(
    `A certificate is saved under its public file's name, ${
      name.slice(0, -SECRET_ENDING.length)
    }: ` +
      `the secret key goes into the file with ${SECRET_ENDING} at its end`,
  );
}

/** With what a secret certificate's name ends, behind the public one's. */
export const SECRET_ENDING = "_secret";

/**
 * Reads and parses a certificate's file. Throws `SyntaxError` for what isn't a certificate, without the file's name, and
 * what Deno throws for what can't be read.
 */
export async function readCertificate(
  path: string | URL,
  othersMayRead: boolean,
): Promise<CertificateText> {
  if (!(await Deno.stat(path)).isFile) throw irregular();
  const file = await openFile(path);
  try {
    // What was opened may be another file than the one that was looked at.
    const status = await file.stat();
    if (!status.isFile()) throw irregular();
    const certificate = parseCertificate(decoder.decode(await start(file)));
    const mode = status.mode & 0o777;
    const isOpen = Deno.build.os !== "windows" && (mode & 0o066) !== 0;
    if (certificate.secretKey !== undefined && isOpen && !othersMayRead) {
      throw new Deno.errors.PermissionDenied(
        `it has a secret key, and others than its owner may read or change it (its mode is ${
          mode.toString(8)
        }). Set the mode to 600, and take a new key if one of them could have read this one; or pass ` +
          "{ othersMayRead: true }",
      );
    }
    return certificate;
  } finally {
    await file.close();
  }
}

/** Reads a whole file, of which no more than the limit is ever taken into memory, whatever it says of its size. */
async function start(file: OpenFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(FILE_LIMIT + 1);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, null);
    if (bytesRead === 0) return bytes.subarray(0, length);
    length += bytesRead;
  }
  throw new SyntaxError(`it's longer than ${FILE_LIMIT} bytes`);
}

function irregular(): SyntaxError {
  return new SyntaxError("it isn't a regular file");
}

/** Leaves out a byte-order mark. */
const decoder = new TextDecoder();
