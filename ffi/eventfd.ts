/** Linux's eventfd(2): a descriptor that is readable from a write until a read. */

import { EFD_CLOEXEC, EFD_NONBLOCK } from "./constants.ts";
import { check } from "./errno.ts";
import { libcOfLinux } from "./libc.ts";

/** Opens one, of which a read never blocks. */
export function openEventfd(): number {
  return check(() => libcOfLinux().eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
}
