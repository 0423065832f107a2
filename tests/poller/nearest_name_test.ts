/** The right name for one that was mistyped. */

import { strictEqual as assertEquals } from "node:assert/strict";
import { misspelt, nameShown, nearestName } from "../../poller/nearest_name.ts";

const NAMES = ["timeout", "signal", "sendHighWaterMark", "receiveHighWaterMark"];

Deno.test("a name with a letter too few, too many, changed or swapped leads to the right one", () => {
  for (const typo of ["timout", "timeoutt", "timaout", "tiemout"]) {
    assertEquals(nearestName(typo, NAMES), "timeout");
  }
});

Deno.test("case, hyphens and underscores don't count", () => {
  assertEquals(nearestName("send_high_water_mark", NAMES), "sendHighWaterMark");
  assertEquals(nearestName("RECEIVE-HIGHWATERMARK", NAMES), "receiveHighWaterMark");
});

Deno.test("a name within another leads to it", () => {
  assertEquals(nearestName("timeoutMs", NAMES), "timeout");
  assertEquals(nearestName("abortSignal", NAMES), "signal");
});

Deno.test("a name that is like none leads to none", () => {
  for (const other of ["colour", "x", "", "ms"]) assertEquals(nearestName(other, NAMES), undefined);
});

Deno.test("a name that is one but for its case, its hyphens or one letter is misspelt", () => {
  for (const wrong of ["Timeout", "time-out", "timeut", "timeouts", "tiemout"]) {
    assertEquals(misspelt(wrong, NAMES), "timeout");
  }
  for (const other of ["timeout", "time", "timout2", "tixxout", "signalled", ""]) {
    assertEquals(misspelt(other, NAMES), undefined);
  }
});

Deno.test("a name that is as long as a key isn't shown", () => {
  assertEquals(nameShown("k".repeat(39)), "k".repeat(39));
  assertEquals(nameShown("k".repeat(40)), "with that name (40 characters, which aren't shown)");
});
