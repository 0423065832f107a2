import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert/strict";
import { ROOT } from "./files.ts";
import { outcomeOf, works } from "./program.ts";
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
  *fetchPrebuilt* | *fastCheck*) exit 1 ;;
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

/** A tree in which a whole run's passes find the files that they tell apart. */
const TREE = {
  "deno.json": `{
  "exports": {
    ".": "./mod.ts",
    "./proxy": "./proxy.ts"
  }
}`,
  "tests/skipped.txt":
    "# Elsewhere.\nevery: a_test.ts: never runs\n\nmaybe: a_test.ts: is lacking\n",
  "tests/process/a_test.ts": "",
  "tests/process/ipc_folders_test.ts": "",
  "tests/process/shutdown_workers_test.ts": "",
  "tests/poller/pool_test.ts": "",
  "tests/proxy/b_test.ts": "",
  "tests/proxy/native_test.ts": "",
  "tests/socket/c_test.ts": "",
  uname: "#!/bin/sh\necho Linux\n",
  cc: "#!/bin/sh\n",
};
/** Stands in for Deno: answers what it's asked for, notes everything else, and has a report for each pass, or one of three tests. */
const NOTING = `#!/bin/sh
case "$*" in
  --version) echo "deno 2.9.6" ;;
  *kinds*) echo "epoll poll select" ;;
  *libraryPath*) ;;
  *fastCheck*) ;;
  *fetchPrebuilt*) [ -z "$LACKING" ] && echo /prebuilt ;;
  *build.ts*) [ -z "$LACKING" ] && echo /stand-ins ;;
  *)
    report=\${3#--junit-path=}
    pass=\${report##*/}
    rest="$*"
    [ "$1" != test ] || rest="\${pass%.xml}: \${rest#*.xml }"
    echo "\${ZMQ_POLLER:--} \${LIBZMQ_PATH:--} \${ZMQ_ELSEWHERE:+elsewhere }$rest" >>noted
    [ "$1" = test ] || exit 0
    apart=apart
    [ ! "/proc/$TESTS_PID/ns/net" -ef /proc/self/ns/net ] || apart=
    echo "\${pass%.xml} $apart" >>networks
    [ ! -e "$pass" ] || exec cat "$pass" >"$report"
    {
      echo '<testcase name="runs" classname="./a_test.ts">'
      echo '<testcase name="never runs" classname="./a_test.ts">\n<skipped/>'
      echo '<testcase name="is lacking" classname="./a_test.ts">'
      [ "$pass" = poll.xml ] || echo '<skipped/>'
    } >"$report" ;;
esac
`;
/** The same, and worse: a pass is ended with all behind it, one runs no test, one reports errors, and two can't be had. */
const LACKING = NOTING.replace(
  'case "$*" in\n',
  `LACKING=1
case "$*" in
  lint) kill -9 $PPID ;;
  test*/select.xml*) echo '<testsuites>' >"\${3#--junit-path=}" ;;
  test*/poll.xml*)
    for name in one other; do
      printf '<testcase name="%s" classname="./b_test.ts">\\n<error message="is wrong"/>\\n' $name
    done >"\${3#--junit-path=}"
    exit 1 ;;
`,
);

/** What a strict run of everything prints, what it has called, and its status. */
function strictly(
  deno: string,
  body: (stdout: string, noted: string[], code: number, apart: string[]) => void,
  more: Record<string, string> = {},
): Promise<void> {
  return withFolder(async (folder) => {
    for (const [name, text] of Object.entries({ ...TREE, deno, ...more })) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(path, text, { mode: 0o755 });
    }
    await Deno.symlink(new URL("dev", ROOT), `${folder}/dev`);
    const env = {
      PATH: `${folder}:${Deno.env.get("PATH")}`,
      ...{ ZMQ_POLLER: "", LIBZMQ_PATH: "", ZMQ_ELSEWHERE: "", TESTS_PID: `${Deno.pid}` },
    };
    const { stdout, code } = await outcomeOf("sh", [`${folder}/dev`, "test", "--strict"], { env });
    const noted = await Deno.readTextFile(`${folder}/noted`);
    const networks = await Deno.readTextFile(`${folder}/networks`);
    const apart = [...networks.matchAll(/(.*) apart\n/g)].map(([, pass]) => pass);
    body(stdout, noted.trimEnd().split("\n"), code!, apart.sort());
  });
}

Deno.test("./dev test --strict leaves no pass out, and counts what passes", () =>
  strictly(NOTING, (stdout, noted, code) => {
    // Five checks, the library, and the list of the skipped; one test of each of six passes, and two of another's.
    assertEquals([/\n(.*)\n$/.exec(stdout)![1], code], ["14 passed, 0 failed", 0], stdout);
    assertMatch(stdout, /\nRun by no pass:\na_test\.ts: never runs\n/);
    const line = (start: string) => noted.find((one) => one.startsWith(start))?.slice(start.length);
    const programs = line("epoll - programs: --no-check ")!.split(" ");
    for (const path of programs) Deno.statSync(new URL(path, ROOT));
    const others = line("epoll /prebuilt prebuilt: --no-check --ignore=")!.replace(" tests/", "");
    const ignored = new Set(others.split(","));
    for (const path of programs) assertEquals(ignored.delete(path), true, path);
    for (const path of [...ignored].filter((path) => !(path in TREE))) {
      Deno.statSync(new URL(path, ROOT));
    }
    assertEquals(
      ["a", "ipc_folders"].map((name) => ignored.has(`tests/process/${name}_test.ts`)),
      [true, false],
    );
    assertEquals(
      noted.filter((one) => !/ (programs|prebuilt): /.test(one)).sort(),
      [
        "- - check",
        "- - doc --lint ./mod.ts",
        "- - doc --lint ./proxy.ts",
        "- - fmt --check",
        "- - lint",
        `epoll - epoll: --no-check --ignore=${programs} tests/`,
        "poll - poll: --no-check tests/poller/pool_test.ts tests/proxy/b_test.ts tests/socket/c_test.ts",
        "poll /stand-ins elsewhere elsewhere: --no-check " +
        `--import-map=${line("poll /stand-ins elsewhere")!.split("--import-map=")[1]}`,
        `select - select: --no-check ${line("select - select: --no-check ")}`,
      ],
    );
    const elsewhere = line("poll /stand-ins elsewhere")!.split(" ");
    assertEquals(
      ["a", "shutdown_workers"].map((name) => elsewhere.includes(`tests/process/${name}_test.ts`)),
      [true, false],
    );
    assertMatch(line("select - select")!, / tests\/poller\/pool_test\.ts /);
  }));

Deno.test({
  name: "a socket of one pass could connect to a port that one of another pass was given",
  ignore: !await works("unshare", "--net", "ip", "link", "set", "lo", "up"),
  fn: () =>
    strictly(NOTING, (_, __, ___, apart) => {
      // All but `programs`, whose tests fetch packages.
      assertEquals(apart, ["elsewhere", "epoll", "poll", "prebuilt", "select"]);
    }),
});

Deno.test("./dev test --strict fails for a pass that's lacking, one without a test, and one that has no end", () =>
  strictly(LACKING, (stdout, _, code) => {
    const [, ends] = stdout.split("\nFailed:\n");
    const named = ends.split("\n").filter((one) => /^[^ ]/.test(one));
    assertEquals([named.slice(0, -1).sort(), named.at(-1), code], [
      [
        "only what tests/skipped.txt names is skipped",
        "pages: this lane of passes came to no end",
        "poll: ./b_test.ts: one",
        "poll: ./b_test.ts: other",
        "select:",
        "the other build of libzmq",
        "the suite as on macOS",
      ],
      // The library, and a test of one pass; nothing of the lane that has no end.
      "2 passed, 7 failed",
      1,
    ]);
  }, { "tests/skipped.txt": "every: a_test.ts: *runs\nevery: a_test.ts: lacks\n" }));

/** A report of the tests of one pass: `skip` stands before one that was skipped, and its file's name before its own. */
function report(...tests: string[]): string {
  return tests.map((one) => {
    const [, skip, file, name] = /^(skip )?(.*?): (.*)$/.exec(one)!;
    const escaped = name.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return `<testcase name="${escaped}" classname="./${file}" line="1">\n${
      skip ? "<skipped/>\n" : ""
    }</testcase>\n`;
  }).join("");
}

/** What a strict run says against a list of the skipped, by the reports of some passes; each pass has a test that runs, too. */
async function surprises(list: string, reports: Record<string, string>): Promise<string[]> {
  const files: Record<string, string> = { "tests/skipped.txt": list };
  for (const pass of ["epoll", "poll", "select", "programs", "elsewhere", "prebuilt"]) {
    files[`${pass}.xml`] = report("other_test.ts: runs") + (reports[pass] ?? "");
  }
  const said: string[] = [];
  await strictly(
    NOTING,
    (stdout, _, code) => {
      said.push(...stdout.matchAll(/^(?:skipped|expected), and not .*$/gm).map(([one]) => one));
      const failed = /\nFailed:\n([^]*)\n.*\n$/.exec(stdout)?.[1];
      const fails = "only what tests/skipped.txt names is skipped";
      assertEquals([code, failed], said.length > 0 ? [1, fails] : [0, undefined], stdout);
    },
    files,
  );
  return said;
}

Deno.test("./dev test --strict fails for a test that one pass has skipped, though another has run it", async () => {
  const reports = {
    epoll: report("a_test.ts: talks", "b_test.ts: talks"),
    poll: report("skip a_test.ts: talks", "b_test.ts: talks"),
  };
  assertEquals(await surprises("poll: c_test.ts: talks\n", reports), [
    "expected, and not there: poll: c_test.ts: talks",
    "skipped, and not expected: poll: a_test.ts: talks",
  ]);
  assertEquals(await surprises("poll: a_test.ts: talks\n", reports), []);
  assertEquals(await surprises("maybe: a_test.ts: talks\n", reports), []);
});

Deno.test("./dev test --strict fails for a test that no pass runs, whatever passes may skip it, and whose name another has", async () => {
  const name = "<talks> & more";
  const reports = {
    epoll: report(`skip a_test.ts: ${name}`, `b_test.ts: ${name}`),
    poll: report(`skip a_test.ts: ${name}`),
  };
  assertEquals(await surprises(`epoll poll: a_test.ts: ${name}\n`, reports), [
    `skipped, and not expected: every: a_test.ts: ${name}`,
  ]);
  assertEquals(await surprises(`every: a_test.ts: ${name}\n`, reports), []);
});

Deno.test("./dev test --strict fails for a test that is to be skipped and runs, in the pass that is named", async () => {
  const reports = {
    epoll: report("a_test.ts: talks"),
    poll: report("skip a_test.ts: talks"),
    select: report("a_test.ts: talks"),
  };
  assertEquals(
    await surprises("poll select: a_test.ts: talks\nevery: other_*: runs\n", reports),
    [
      ...["elsewhere", "epoll", "poll", "prebuilt", "programs", "select"].map((pass) =>
        `expected, and not skipped: ${pass}: other_test.ts: runs`
      ),
      "expected, and not skipped: select: a_test.ts: talks",
    ].sort(),
  );
});

Deno.test("in a line of tests/skipped.txt * stands for anything, and nothing else does", async () => {
  const reports = {
    epoll: report("a_test.ts: (1+1) talks", "a_test.ts: (1+1) reads"),
    poll: report("skip a_test.ts: (1+1) talks", "skip a_test.ts: (1+1) reads"),
  };
  assertEquals(await surprises("poll: a_*: (1+1) *s\n", reports), []);
  assertEquals(
    await surprises("maybe: a.test.ts: .1+1. *\nmaybe: test.ts: (1+1) talks\n", reports),
    [
      "skipped, and not expected: poll: a_test.ts: (1+1) reads",
      "skipped, and not expected: poll: a_test.ts: (1+1) talks",
    ],
  );
});

Deno.test("an argument that a task of ./dev has no use for is refused, and a test file that is missing is named", async () => {
  const said = async (...args: string[]) => {
    const { stdout, code } = await outcomeOf("sh", [new URL("dev", ROOT).pathname, ...args]);
    return [stdout.split("\n")[0], code];
  };
  const file = "tests/none_test.ts";
  assertEquals(await said("quick", file), [
    `dev: ./dev quick takes no arguments, but has got ${file}`,
    1,
  ]);
  assertEquals(await said("test", "--strict", file), [
    `dev: ./dev test --strict runs everything: it can't be told to run ${file}`,
    1,
  ]);
  assertEquals(await said("test", file), [`dev: there is no file ${file}`, 1]);
  assertEquals(await said("elsewhere", file), [`dev: there is no file ${file}`, 1]);
});
