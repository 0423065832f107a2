import { ok as assert, strictEqual as assertEquals } from "node:assert/strict";
import { withFolder } from "../util.ts";
import { canHide, REPORT, reportOf, startHidden } from "./hidden.ts";
import { type Outcome } from "../program.ts";

Deno.test({
  name: "Poller alone needs no libzmq",
  ignore: !canHide,
  fn: () =>
    withFolder(async (folder) => {
      await using program = await startHidden(
        `import { Poller } from "$ROOT/poller/mod.ts";
        for (const backend of ["epoll", "poll"]) {
          const poller = new Poller({ backend });
          poller.add(0, { key: "stdin" });
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

Deno.test({
  name:
    "what was put in libzmq's place and isn't libzmq is an error, and no other is taken in silence",
  ignore: !canHide,
  fn: () =>
    withFolder(async (folder) => {
      const first = `/usr/lib/${Deno.build.arch}-linux-gnu/libzmq.so.5`;
      const last = "/usr/local/lib/libzmq.so.5";
      const maps = await Deno.readTextFile("/proc/self/maps");
      const other = /\/\S*(?:libc\.so|ld-musl)\S*/.exec(maps)![0];
      await Deno.copyFile(other, `${folder}/other`);
      await Deno.copyFile(await loadedFile(), `${folder}/libzmq`);
      await using program = await startHidden(REPORT, folder, {
        network: false,
        cache: folder,
        plantIn: "/usr/local/lib",
        plant: `ln -s "${folder}/other" ${first}; ln -s "${folder}/libzmq" ${last}`,
      });
      const { name, message, path } = await reportOf(program);
      assertEquals(name, "LibraryError", path);
      assert(/has loaded \S*libzmq.so.5, which isn't libzmq/.test(message), message);
    }),
});

Deno.test({
  name:
    "a prebuilt file in node_modules that isn't one of zeromq's is refused for that, and not for a missing permission",
  ignore: !canHide,
  fn: () =>
    withFolder(async (folder) => {
      const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
      const file = `build/linux/${arch}/node/glibc-127-Release/addon.node`;
      const report = async (flags: (path: string) => string[], size = 0) => {
        // A blank is %20 in the URL that Deno has for the package.
        const project = await Deno.makeTempDir({ dir: folder, prefix: "with blanks " });
        const [module, path] = [
          `${project}/node_modules/zeromq`,
          `${project}/node_modules/zeromq/${file}`,
        ];
        await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
        // A good libzmq, with a byte more at its end, which changes nothing for the loader.
        await Deno.copyFile(await loadedFile(), path);
        await Deno.writeFile(path, new Uint8Array(1), { append: true });
        if (size > 0) await Deno.truncate(path, size); // the rest takes no room
        const json = { name: "zeromq", version: "6.8.0", dependencies: { zeromq: "6.8.0" } };
        await Deno.writeTextFile(`${module}/package.json`, JSON.stringify(json));
        await Deno.writeTextFile(`${project}/package.json`, JSON.stringify({ ...json, name: "x" }));
        await Deno.writeTextFile(`${project}/deno.json`, '{ "nodeModulesDir": "manual" }');
        const options = { network: false, cache: folder, flags: flags(path) };
        await using program = await startHidden(REPORT, project, options);
        return { ...await reportOf(program), planted: path };
      };
      for (const scope of ["", "="]) {
        const only = (path: string) => scope && scope + path;
        const { name, message, tried, planted } = await report((path) => [
          `--allow-ffi${only(path)}`,
          `--allow-read${only(path)}`,
        ]);
        assertEquals(name, "LibraryError");
        const list = tried.map(({ path, reason }) => `\n  - ${path}: ${reason}`).join("");
        assert(message.includes(`It tried:${list}\n`), message);
        const reasons = tried.filter(({ path }) => path === planted).map(({ reason }) => reason);
        assertEquals(reasons.length, 1);
        assert(reasons[0].includes("its SHA-256 is"), reasons[0]);
      }
      // One that is too large to be read was opened unchecked.
      const { tried } = await report(() => ["--allow-ffi", "--allow-read"], 3e12);
      assert(tried.some(({ reason }) => reason.includes("it has 3000000000000 bytes")));
      const { path, planted } = await report((path) => [`--allow-ffi=${path}`]);
      assertEquals(path, planted); // which can't be checked there
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

Deno.test({
  name:
    "a prebuilt file that isn't one of zeromq's was opened all the same; now that takes one that can't be read",
  ignore: fetched === undefined,
  fn: () =>
    withFolder(async (folder) => {
      const copy = `${folder}/cache`;
      await new Deno.Command("cp", { args: ["-al", cache, copy] }).output();
      const [first, ...others] = await addons(copy);
      const bytes = await Deno.readFile(first);
      for (const path of others) await Deno.remove(path);
      await Deno.remove(first);
      // A byte more at its end changes nothing for the loader.
      await Deno.writeFile(first, new Uint8Array([...bytes, 0]));
      const report = async (flags: string[]) => {
        const own = await Deno.makeTempDir({ dir: folder });
        await using program = await startHidden(REPORT, own, {
          network: false,
          cache: copy,
          flags: ["--allow-ffi", ...flags],
        });
        return await reportOf(program);
      };
      const { tried } = await report([`--allow-read=${copy}`]);
      const { reason } = tried.find(({ path }) => path === first)!;
      assert(reason.includes("its SHA-256 is"), reason);
      assertEquals((await report([])).path, first);
    }),
});

Deno.test({
  name: "with the permission to read it, the prebuilt file is checked, and used",
  ignore: fetched === undefined,
  fn: () =>
    withFolder(async (folder) => {
      const flags = ["--allow-ffi", `--allow-read=${cache}`];
      await using program = await startHidden(REPORT, folder, { network: false, cache, flags });
      assertEquals((await reportOf(program)).path, JSON.parse(fetched!.stdout).path);
    }),
});

/** The prebuilt files in a cache, first the one that opens here. */
async function addons(cache: string): Promise<string[]> {
  const used: string = JSON.parse(fetched!.stdout).path;
  const build = used.slice(0, used.indexOf("/node/")).replace(/^.*?(?=\/npm\/)/, cache);
  const paths: string[] = [];
  for await (const { name } of Deno.readDir(`${build}/node`)) {
    paths.push(`${build}/node/${name}/addon.node`);
  }
  const isUsed = (path: string) => Number(used.endsWith(path.slice(cache.length)));
  return paths.sort((one, other) => isUsed(other) - isUsed(one));
}
