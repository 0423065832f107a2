import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import type { Program } from "../program.ts";
import { withFolder } from "../util.ts";
import { canHide, startHidden } from "./hidden.ts";
import { type Outcome } from "../program.ts";

/** Says which libzmq was loaded, or what was tried. */
const REPORT = `
try {
  const { libraryPath, Pair } = await import("$ROOT/mod.ts");
  new Pair();
  console.log(JSON.stringify({ path: libraryPath }));
} catch (error) {
  console.log(JSON.stringify({ name: error.name, message: error.message, tried: error.tried }));
}`;

interface Report {
  path?: string;
  name: string;
  message: string;
  tried: { path: string; reason: string }[];
}

async function reportOf(program: Program): Promise<Report> {
  const { code, signal, stdout, stderr } = await program.outcome();
  assertEquals(signal, null);
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

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

Deno.test({
  name: "Poller alone needs no libzmq",
  ignore: !canHide,
  fn: () =>
    withFolder(async (folder) => {
      await using program = await startHidden(
        `import { Poller } from "$ROOT/poller/mod.ts";
        for (const backend of ["epoll", "poll"]) {
          const poller = new Poller({ backend });
          poller.add(0, { readable: true }, "stdin");
          try {
            poller.add(99);
          } catch (error) {
            console.log(error.code);
          }
          const [{ key }] = await poller.wait();
          console.log(backend, key, poller.waitSync().length);
        }`,
        folder,
        { network: false, cache: folder },
      );
      await program.say("something");
      const { stdout, stderr, code } = await program.outcome();
      assertEquals(stderr, "");
      assertEquals(stdout, "EBADF\nepoll stdin 1\nEBADF\npoll stdin 1\n");
      assertEquals(code, 0);
    }),
});

/** A file that is a libzmq: the one in use here. */
async function loadedFile(): Promise<string> {
  const maps = await Deno.readTextFile("/proc/self/maps");
  return /\/\S*(?:libzmq\.so|addon\.node).*/.exec(maps)![0];
}

Deno.test({
  name: "of several places, the first that opens is taken",
  ignore: !canHide,
  fn: () =>
    withFolder(async (folder) => {
      // By its name the loader finds an empty file; the last of the usual places has a good one.
      const first = `/usr/lib/${Deno.build.arch}-linux-gnu/libzmq.so.5`;
      const last = "/usr/local/lib/libzmq.so.5";
      const file = await loadedFile();
      await Deno.copyFile(file, `${folder}/libzmq`);
      await using program = await startHidden(REPORT, folder, {
        network: false,
        cache: folder,
        plantIn: "/usr/local/lib",
        plant: `: >${first}; ln -s "${folder}/libzmq" ${last}`,
      });
      assertEquals((await reportOf(program)).path, last);
    }),
});

// The prebuilt one is fetched once for all tests, here: whether it can be had says which tests run.
const cache = await Deno.makeTempDir({ prefix: "zmq-" });
Deno.test.afterAll(() => Deno.remove(cache, { recursive: true }));
const fetched = canHide ? await fetchPrebuilt() : undefined;

/** What a program says that finds no libzmq in the system. Undefined where the registry can't be had. */
async function fetchPrebuilt(): Promise<Outcome | undefined> {
  return await withFolder(async (folder) => {
    await using program = await startHidden(REPORT, folder, { network: true, cache });
    const outcome = await program.outcome();
    const unreachable = outcome.signal !== null || outcome.stdout.includes("Failed loading");
    return unreachable ? undefined : outcome;
  });
}

Deno.test({
  name: "without libzmq in the system, npm's prebuilt one is fetched and used",
  ignore: fetched === undefined,
  fn: () => {
    const { code, stdout, stderr } = fetched!;
    assertEquals(code, 0, stderr);
    const { path, message } = JSON.parse(stdout);
    assert(path?.startsWith(`${cache}/npm/`) && path.endsWith("/addon.node"), message ?? path);
  },
});

Deno.test({
  name: "once it has been fetched, the prebuilt one is used without the network",
  ignore: fetched === undefined,
  fn: () =>
    withFolder(async (folder) => {
      await using program = await startHidden(REPORT, folder, { network: false, cache });
      assertEquals((await reportOf(program)).path, JSON.parse(fetched!.stdout).path);
    }),
});
