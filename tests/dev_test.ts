import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { ROOT } from "./files.ts";
import { outcomeOf } from "./program.ts";
import { withFolder } from "./util.ts";

const FAILING = `
Deno.test("passes", () => {});
Deno.test('fails in "two" & <more> lines', () => {
  throw new Error("the first\\n<the> second");
});
Deno.test("goes in steps", (t) => t.step("fails, too", () => Promise.reject(new RangeError("by step"))));`;
const UNCAUGHT = `
Deno.test("throws later", () => {
  queueMicrotask(() => { throw new Error("later") });
  return new Promise(() => {});
});`;
/** Stands in for Deno: of a run's passes one has tests, and these fail; one doesn't end well; the formatting isn't right. */
const DENO = `#!/bin/sh
case "$*" in
  --version) echo "deno 2.9.6" ;;
  *kinds*) echo "epoll poll" ;;
  *fetchPrebuilt*) exit 1 ;;
  "fmt --check") exit 1 ;;
  test*junit-path=*/poll.xml*) echo "said by one that is ended"; kill -TERM $$ ;;
  test*junit-path=*/epoll.xml*)
    exec "$REAL_DENO" test --no-check --no-config "$3" failing_test.ts uncaught_test.ts ;;
  test*) echo '<testcase name="passes" classname="./passing_test.ts">' >"\${3#--junit-path=}" ;;
esac
`;

Deno.test("./dev test names what has failed once more behind all output, and its very last line counts", () =>
  withFolder(async (folder) => {
    const files = {
      "failing_test.ts": FAILING,
      "uncaught_test.ts": UNCAUGHT,
      "deno.json": "{}",
      deno: DENO,
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await Deno.chmod(`${folder}/deno`, 0o755);
    await Deno.symlink(new URL("dev", ROOT), `${folder}/dev`);
    const env = { REAL_DENO: Deno.execPath(), PATH: `${folder}:${Deno.env.get("PATH")}` };
    const { stdout, code } = await outcomeOf("sh", [`${folder}/dev`, "test"], { env });
    const [, ends] = stdout.split("\nFailed:\n");
    const [last, ...named] = ends.trimEnd().split(/\n(?=[^ ])/).reverse();
    assertEquals([/^\d+ passed, 6 failed$/.test(last), code], [true, 1], ends);
    // How Deno shows a source's line, and a shell a signal, isn't ours.
    const others = /^ +(\^|Deno|queue|throw|at file:|This|It|dev:|Terminated).*\n?/gm;
    assertEquals(
      named.map((one) => `${one}\n`.replace(others, "")).sort(),
      [
        "epoll: ./failing_test.ts: goes in steps > fails, too\n  RangeError: by step\n      at failing_test.ts:6:77\n" +
        "      at failing_test.ts:6:37\n",
        'epoll: ./failing_test.ts: fails in "two" & <more> lines\n  Error: the first\n  <the> second\n' +
        "      at failing_test.ts:4:9\n",
        "epoll: ./uncaught_test.ts (uncaught error)\n  error: Error: later\n",
        "epoll: ./uncaught_test.ts: throws later\n  Cancelled\n",
        "fmt\n",
        "poll: (ended by signal 15)\n  said by one that is ended\n",
      ].sort(),
    );
  }));
