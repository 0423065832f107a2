/** The conversions that N-API makes when options are read and set by number. */

import { warn } from "./warning.ts";

/** Returns a number as the nearest signed 64-bit one; 0 if there is none. */
export function toInt64(value: number): bigint {
  if (Number.isNaN(value) || !Number.isFinite(value)) return 0n;
  const whole = BigInt(Math.trunc(value));
  if (whole > INT64_MAX) return INT64_MAX;
  return whole < INT64_MIN ? INT64_MIN : whole;
}

/** Returns a number as the nearest unsigned 64-bit one, with a warning if that may be another number. */
export function toUint64(value: number): bigint {
  if (Number.isNaN(value) || value < 0) return 0n;
  if (value > Number.MAX_SAFE_INTEGER) {
    warn(
      "Value is larger than Number.MAX_SAFE_INTEGER and may have been rounded inaccurately.",
    );
  }
  // The double nearest to 2^64 - 1 is 2^64, so the greatest number is meant.
  if (value >= 2 ** 64) return UINT64_MAX;
  return BigInt(Math.trunc(value));
}

const INT64_MAX = (1n << 63n) - 1n;
const INT64_MIN = -(1n << 63n);
const UINT64_MAX = (1n << 64n) - 1n;
