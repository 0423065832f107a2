import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { openEventfd } from "../../ffi/eventfd.ts";
import { libc } from "../../ffi/libc.ts";
import { READABLE } from "../../poller/backend.ts";
import { closeFd, readiness } from "../fds.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

Deno.test({
  name: "an eventfd is readable from a write on, and no child process inherits it",
  ignore: !HAS_LINUX_CALLS,
  fn: async () => {
    const fd = openEventfd();
    const before = readiness(fd) & READABLE;
    libc().write(fd, new Uint8Array(new BigUint64Array([1n]).buffer), 8n);
    const after = readiness(fd) & READABLE;
    const { stdout } = await new Deno.Command("ls", { args: ["/proc/self/fd"] }).output();
    const inherited = new TextDecoder().decode(stdout).trim().split("\n").includes(`${fd}`);
    closeFd(fd);
    assertEquals([before, after, inherited], [0, READABLE, false]);
  },
});
