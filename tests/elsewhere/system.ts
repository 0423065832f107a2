/** Stands in for `ffi/system.ts` where the tests run as on macOS. */

export const HAS_LINUX_CALLS: boolean = false;
export const HAS_DISPATCH: boolean = true;
