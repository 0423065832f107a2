import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import { withFolder } from "../util.ts";
import { canHide, REPORT, reportOf, startHidden } from "./hidden.ts";

Deno.test({
  name: "without libzmq and network, the error lists every place with its reason, and what to do",
  ignore: !canHide,
  fn: () =>
    withFolder(async (folder) => {
      await using program = await startHidden(REPORT, folder, { network: false, cache: folder });
      const { name, message, tried } = await reportOf(program);
      assertEquals(name, "LibraryError");
      const paths = tried.map(({ path }) => path);
      const arch = Deno.build.arch;
      for (
        const path of [
          "libzmq.so.5",
          `/usr/lib/${arch}-linux-gnu/libzmq.so.5`,
          "/usr/lib/libzmq.so.5",
          "/usr/local/lib/libzmq.so.5",
          "npm:zeromq@6.8.0/package.json",
        ]
      ) {
        assert(paths.includes(path), message);
      }
      for (const { path, reason } of tried) {
        assert(message.includes(`\n  - ${path}: ${reason}`), message);
        if (path.startsWith("/")) assert(reason.includes("No such file"), reason);
        assert(!reason.includes(path), reason);
      }
      for (const way of ["apt install libzmq5", "LIBZMQ_PATH", "--allow-env", "deno cache npm:"]) {
        assert(message.includes(way), message);
      }
    }),
});

Deno.test({
  name:
    "without libzmq, a path-list permission doesn't fetch anything, and the error says what was tried",
  ignore: !canHide,
  fn: () =>
    withFolder(async (folder) => {
      const path = `/usr/lib/${Deno.build.arch}-linux-gnu/libzmq.so.5`;
      await using program = await startHidden(REPORT, folder, {
        network: true,
        cache: folder,
        flags: [`--allow-ffi=${path}`],
      });
      const { name, tried } = await reportOf(program);
      assertEquals((await program.outcome()).stderr, "");
      assertEquals(name, "LibraryError");
      assert(tried.find((one) => one.path === path)?.reason.includes("No such file"));
      assert(tried.find((one) => one.path === "libzmq.so.5")?.reason.includes("--allow-ffi"));
    }),
});
