import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Wakeup } from "../../poller/wakeup.ts";
import { openDescriptors, openedSince, readiness } from "../fds.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const LINUX = Deno.build.os === "linux";

for (const kind of HAS_LINUX_CALLS ? ["eventfd", "pipe"] as const : ["pipe"] as const) {
  Deno.test(`wake by ${kind}: readable from signal to drain, however often either is called`, () => {
    const before = LINUX ? openDescriptors() : [];
    const wake = new Wakeup(kind);
    for (let turn = 0; turn < 3; turn++) {
      assertEquals(readiness(wake.fd) & 1, 0);
      for (let time = 0; time < 3; time++) wake.signal();
      assertEquals(readiness(wake.fd) & 1, 1);
      wake.drain();
      wake.drain();
    }
    wake.close();
    if (LINUX) assertEquals(openedSince(before), []);
  });
}
