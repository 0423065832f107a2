/** What kind of file a descriptor stands for. */

import {
  F_GETFL,
  O_ACCMODE,
  O_RDONLY,
  O_WRONLY,
  S_IFBLK,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "../ffi/constants.ts";
import { libcForFiles } from "../ffi/libc.ts";

/**
 * A file never has to wait (regular files, directories, block devices). Of a pipe, it matters which end
 * it is; one may be both.
 */
export type FileType = "file" | "read end" | "write end" | "both ends" | "socket" | "other";

/** Larger than any system's struct stat. */
const stat = new Uint8Array(512);

/** The type of an open descriptor; `undefined` where it isn't open. */
export function fileType(fd: number): FileType | undefined {
  const { fstat, fcntl } = libcForFiles();
  if (fstat(fd, stat) !== 0) return undefined;
  switch ((stat[MODE] | (stat[MODE + 1] << 8)) & S_IFMT) {
    case S_IFREG:
    case S_IFDIR:
    case S_IFBLK:
      return "file";
    case S_IFIFO: {
      const access = fcntl(fd, F_GETFL) & O_ACCMODE;
      return access === O_RDONLY ? "read end" : access === O_WRONLY ? "write end" : "both ends";
    }
    case S_IFSOCK:
      return "socket";
    default:
      return "other";
  }
}

/** Where st_mode lies; its lower 16 bits come first everywhere. */
const MODE = Deno.build.os === "darwin"
  ? 4
  : Deno.build.os === "linux" && Deno.build.arch === "aarch64"
  ? 16
  : 24;
