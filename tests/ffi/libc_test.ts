import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { LINUX } from "../poller/support.ts";
import { run } from "../program.ts";

Deno.test({
  name: "the first failure of all is told by its own errno: no library is opened between the two",
  ignore: !LINUX,
  fn: async () => {
    const outcome = await run(
      `import { Poller } from "$ROOT/poller/mod.ts";
      const poller = new Poller({ backend: "epoll" });
      const { dlopen } = Deno;
      let opened = 0;
      Deno.dlopen = (...all) => {
        opened++;
        return dlopen(...all);
      };
      try {
        poller.add(99);
      } catch (error) {
        console.log(error.code, opened);
      }
      `,
    );
    assertEquals(outcome, { code: 0, signal: null, stdout: "EBADF 0\n", stderr: "" });
  },
});
