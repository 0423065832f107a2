/** Where the wildcard of ipc puts its file, and what is left of it; and the addresses of udp. */

import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { capability, Context, Pull, Push, Socket } from "../../mod.ts";
import { libcForFolders } from "../../ffi/libc.ts";
import { IpcFolders } from "../../process/ipc_folders.ts";
import { AS_ELSEWHERE, withoutWaiting } from "../program.ts";
import { replaced, watched } from "../replacing.ts";
import { withFolder } from "../util.ts";
import { received } from "../socket/support.ts";
import { turn } from "../waiting.ts";

const WINDOWS = Deno.build.os === "windows";

/** Runs a program in a folder, with nothing in its environment but what is given, and returns what it says. */
async function runBare<T>(source: string, folder: string, env: Record<string, string>): Promise<T> {
  return await withFolder(async (elsewhere) => {
    const mod = new URL("../../mod.ts", import.meta.url).href;
    const file = `${elsewhere}/program.ts`;
    await Deno.writeTextFile(file, `import { Pull, Push } from "${mod}";\n${source}`);
    // The same library and backend as here, and no modules compiled again.
    for (const name of ["LIBZMQ_PATH", "ZMQ_POLLER", "DENO_DIR", "HOME"]) {
      const value = Deno.env.get(name);
      if (value !== undefined) env = { [name]: value, ...env };
    }
    const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--no-lock", ...AS_ELSEWHERE, file],
      cwd: folder,
      clearEnv: true,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals([code, withoutWaiting(errors)], [0, ""]);
    return JSON.parse(text);
  });
}

/** What is in a folder. */
function entries(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

// As in `util.ts`: the sanitizers take a table that is bound within a test for a leak.
if (!WINDOWS) {
  using pull = new Pull();
  await pull.bind("ipc://*");
}

const pathOf = (address: string) => address.replace("ipc://", "");
const folderOf = (address: string) => pathOf(address).replace(/\/[^/]*$/, "");

/** Defined in each program: a conversation, then what is in the working directory. */
const TALK = `
  async function talk(pull) {
    using push = new Push();
    push.connect(pull.lastEndpoint);
    await push.send("x");
    return String(await pull.receive());
  }
  const exists = (path) => {
    try {
      return Deno.statSync(path).mode;
    } catch {
      return 0;
    }
  };
  const here = () => [...Deno.readDirSync(".")].map(({ name }) => name);
  const folderOf = (address) => address.replace("ipc://", "").replace(/\\/[^/]*$/, "");
`;

interface Said {
  address: string;
  text: string;
  /** The mode of the folder that it's in. */
  mode: number;
  here: string[];
  after: number;
}

/** What may be in the environment where it names no folder that is there. */
const NOWHERE: Record<string, (folder: string) => Record<string, string>> = {
  "no TMPDIR": () => ({}),
  "an empty TMPDIR": () => ({ TMPDIR: "" }),
  "a TMPDIR that isn't there": (folder) => ({ TMPDIR: `${folder}/nowhere`, TMP: "" }),
  "a TMPDIR that is a file": () => ({ TMPDIR: "/etc/passwd", TEMPDIR: "/dev/null" }),
};

for (const [what, env] of Object.entries(NOWHERE)) {
  for (const end of ["pull.close()", "await pull.unbind(address)"]) {
    Deno.test({
      name: `ipc://* with ${what} is in a folder of its own in /tmp, which ${
        end.includes("close") ? "closing" : "unbinding"
      } removes`,
      ignore: WINDOWS,
      fn: () =>
        withFolder(async (folder) => {
          const said = await runBare<Said>(
            `${TALK}
            const pull = new Pull();
            await pull.bind("ipc://*");
            const address = pull.lastEndpoint;
            const text = await talk(pull);
            const mode = exists(folderOf(address)) & 0o777;
            const before = here();
            ${end};
            const after = exists(folderOf(address));
            console.log(JSON.stringify({ address, text, mode, here: before, after }));`,
            folder,
            env(folder),
          );
          assert(/^ipc:\/\/\/tmp\/[^/]+\/[^/]+$/.test(said.address), said.address);
          assertEquals([said.text, said.mode, said.here, said.after], ["x", 0o700, [], 0]);
          assertEquals(entries(folder), []);
          assertEquals(exists(folderOf(said.address)), false);
        }),
    });
  }
}

Deno.test({
  name: "each ipc://* of a socket has a folder of its own, and unbinding removes that one only",
  ignore: WINDOWS,
  fn: () =>
    withFolder(async (folder) => {
      const said = await runBare<Record<string, unknown>>(
        `${TALK}
        const pull = new Pull();
        const addresses = [];
        for (let i = 0; i < 3; i++) {
          await pull.bind("ipc://*");
          addresses.push(pull.lastEndpoint);
        }
        await pull.unbind(addresses[1]);
        const left = addresses.map((address) => exists(folderOf(address)) !== 0);
        using push = new Push();
        for (const address of [addresses[0], addresses[2]]) push.connect(address);
        for (const text of ["a", "b"]) await push.send(text);
        const texts = [String(await pull.receive()), String(await pull.receive())].sort();
        pull.close();
        const after = addresses.map((address) => exists(folderOf(address)) !== 0);
        const different = new Set(addresses).size;
        console.log(JSON.stringify({ left, texts, after, different }));`,
        folder,
        {},
      );
      assertEquals(said, {
        left: [true, false, true],
        texts: ["a", "b"],
        after: [false, false, false],
        different: 3,
      });
      assertEquals(entries(folder), []);
    }),
});

Deno.test({
  name: "a bind to ipc://* that failed once left its folder in /tmp",
  ignore: WINDOWS,
  fn: () =>
    withFolder(async (folder) => {
      const said = await runBare<{ code: string; made: string[]; left: string[] }>(
        `import { libcForFolders } from "${new URL("../../ffi/libc.ts", import.meta.url)}";
        import { Context } from "${new URL("../../mod.ts", import.meta.url)}";
        const functions = libcForFolders();
        const { mkdtemp } = functions;
        const made = [];
        functions.mkdtemp = (template) => {
          const result = mkdtemp(template);
          made.push(new TextDecoder().decode(template.subarray(0, -1)));
          return result;
        };
        ${TALK}
        const context = new Context();
        const pull = new Pull({ context });
        context.shutdown();
        const code = await pull.bind("ipc://*").catch((error) => error.code);
        const left = made.filter((path) => exists(path) !== 0);
        console.log(JSON.stringify({ code, made, left }));`,
        folder,
        {},
      );
      assertEquals([said.code, said.made.length, said.left], ["ETERM", 1, []]);
    }),
});

for (const end of ["", "Deno.exit(0);"]) {
  Deno.test({
    name: `a program that ends without closing its socket${end && " by Deno.exit"} leaves nothing`,
    ignore: WINDOWS,
    fn: () =>
      withFolder(async (folder) => {
        const { address } = await runBare<{ address: string }>(
          `const pull = new Pull();
          await pull.bind("ipc://*");
          console.log(JSON.stringify({ address: pull.lastEndpoint }));
          ${end}`,
          folder,
          {},
        );
        assertEquals([entries(folder), exists(folderOf(address))], [[], false]);
      }),
  });
}

for (const name of ["TMPDIR", "TEMPDIR", "TMP"]) {
  Deno.test({
    name: `ipc://* with ${name} is in the folder that it names, and gone at the end`,
    ignore: WINDOWS,
    fn: () =>
      withFolder(async (folder) => {
        const [temporary, working] = [`${folder}/temporary`, `${folder}/working`];
        await Deno.mkdir(temporary);
        await Deno.mkdir(working);
        const said = await runBare<Said>(
          `${TALK}
          const pull = new Pull();
          await pull.bind("ipc://*");
          const address = pull.lastEndpoint;
          const text = await talk(pull);
          const before = here();
          pull.close();
          console.log(JSON.stringify({ address, text, here: before }));`,
          working,
          { [name]: temporary },
        );
        assert(said.address.startsWith(`ipc://${temporary}/`), said.address);
        assertEquals([said.text, said.here], ["x", []]);
        assertEquals([entries(temporary), entries(working)], [[], []]);
      }),
  });
}

Deno.test({
  name: "an ipc address that isn't the wildcard is taken as it is, and its file stays for the next",
  ignore: WINDOWS,
  fn: () =>
    withFolder(async (folder) => {
      for (const name of ["a", "with * in it", "*"]) {
        using pull = new Pull();
        await pull.bind(`ipc://${folder}/${name}`);
        assertEquals(pull.lastEndpoint, `ipc://${folder}/${name}`);
        using push = new Push();
        push.connect(`ipc://${folder}/${name}`);
        await push.send(name);
        assertEquals(await received(pull), [name]);
      }
      assertEquals(entries(folder).sort(), ["*", "a", "with * in it"]);
    }),
});

Deno.test({
  name: "unbinding from ipc://* itself is ENOENT, since the address is another by then",
  ignore: WINDOWS,
  fn: async () => {
    using pull = new Pull();
    await pull.bind("ipc://*");
    const address = pull.lastEndpoint!;
    await rejects(pull.unbind("ipc://*"), { name: "ZmqError", code: "ENOENT" });
    assertEquals(exists(pathOf(address)), true);
    await pull.unbind(address);
    while (exists(folderOf(address))) await turn();
  },
});

/** A type that udp can be bound to, of which the library has no class yet. */
class Datagram extends Socket {
  constructor() {
    super(18, { linger: 0 });
  }
}

Deno.test({
  name: "the address of udp reads with its scheme, as it was given",
  ignore: !capability.draft,
  fn: async () => {
    for (const address of ["udp://127.0.0.1:*", "udp://*:*"]) {
      using socket = new Datagram();
      await socket.bind(address);
      assertEquals(socket.lastEndpoint, address);
    }
  },
});

/** Takes the folders for temporary files out of the environment until the end of the block. */
function withoutTemporary(): Disposable {
  const names = ["TMPDIR", "TEMPDIR", "TMP"].filter((name) => Deno.env.has(name));
  const before = names.map((name) => [name, Deno.env.get(name)!] as const);
  for (const name of names) Deno.env.delete(name);
  return { [Symbol.dispose]: () => before.forEach(([name, value]) => Deno.env.set(name, value)) };
}

Deno.test({
  name: "a folder that was removed is no longer the socket's: another one of that name stays",
  ignore: WINDOWS,
  fn: async () => {
    using _temporary = withoutTemporary();
    const folders = new IpcFolders();
    const address = folders.resolve("ipc://*");
    const folder = address.slice("ipc://".length, -"/socket".length);
    folders.remove(address);
    await Deno.mkdir(folder);
    folders.clear();
    assert(exists(folder));
    await Deno.remove(folder);
  },
});

Deno.test({
  name:
    "a folder that couldn't be made at the first try is made at the second, of a template that is whole",
  ignore: WINDOWS,
  fn: () => {
    using _temporary = withoutTemporary();
    const functions = libcForFolders();
    const { mkdtemp } = functions;
    const templates: string[] = [];
    using _ = replaced(functions, "mkdtemp", (template) => {
      const bytes = template as Uint8Array<ArrayBuffer>;
      templates.push(new TextDecoder().decode(bytes));
      if (templates.length > 1) return mkdtemp(bytes);
      bytes.fill(0x61, "/tmp/zmq-".length, -1); // as the C library leaves it
      return null;
    });
    const folders = new IpcFolders();
    folders.resolve("ipc://*");
    folders.clear();
    assertEquals(templates, Array(2).fill("/tmp/zmq-XXXXXX\0"));
  },
});

Deno.test({
  name: "a bind to the wildcard that fails leaves no folder behind",
  ignore: WINDOWS,
  fn: async () => {
    using _temporary = withoutTemporary();
    const removed: unknown[] = [];
    using _ = watched(libcForFolders(), "rmdir", (path) => removed.push(path));
    const context = new Context();
    const pull = new Pull({ context });
    context.shutdown();
    await rejects(pull.bind("ipc://*"), { code: "ETERM" });
    assertEquals(removed.length, 1);
    context.close();
  },
});
