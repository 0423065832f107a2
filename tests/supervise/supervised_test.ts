import { deepStrictEqual as assertEquals, match as assertMatch, rejects } from "node:assert/strict";
import { supervised } from "../../supervise/mod.ts";
import { pipe } from "../fds.ts";
import { Program, run } from "../program.ts";
import { replaced } from "../replacing.ts";
import { soon } from "../waiting.ts";

Deno.test("a process that no supervisor has started is told so, and isn't left to wait", async () => {
  const { code, stderr } = await run(`
    import { supervised } from "$ROOT/supervise/mod.ts";
    await supervised();
  `);
  assertEquals(code, 1);
  assertMatch(stderr, /supervised\(\) is for a process that a Supervisor has started/);
});

Deno.test("a process that another program writes to is told so at the first line, while more may come", async () => {
  await using program = await Program.start(`
    import { supervised } from "$ROOT/supervise/mod.ts";
    await supervised();
  `);
  await program.say("no order of a supervisor's");
  const { code, stderr } = await program.outcome();
  assertEquals(code, 1);
  assertMatch(stderr, /is for a process that a Supervisor has started/);
});

Deno.test("a process that was started at a terminal isn't left to wait for what is typed", async () => {
  using _ = replaced(Deno.stdin, "isTerminal", () => true);
  using _none = replaced(Deno.stdin, "read", () => new Promise(() => {}));
  await soon(rejects(supervised(), /is for a process that a Supervisor has started/));
});

Deno.test("a spare whose supervisor had ended printed an uncaught error", async () => {
  await using spare = await Program.start(`
    import { supervised } from "$ROOT/supervise/mod.ts";
    await supervised();
    console.log("begun");
  `);
  await spare.say('{"addresses":[],"fds":[]}');
  await spare.hush();
  assertEquals(await spare.outcome(), { code: 0, signal: null, stdout: "", stderr: "" });
});

Deno.test({
  name: "programs that a child had started inherited its port, and could accept its clients",
  ignore: Deno.build.os !== "linux", // it reads /proc
  fn: async () => {
    await using child = await Program.start(`
      import { libcForPassing } from "$ROOT/ffi/libc.ts";
      import { supervised } from "$ROOT/supervise/mod.ts";
      const fds = [1, 2, 1].map((fd) => libcForPassing().dup(fd)); // as its parent has passed them on
      console.log(fds.join());
      await supervised();
      const script = 'for fd in "$@"; do [ -e /proc/self/fd/$fd ] && echo $fd; done; echo looked';
      const started = new Deno.Command("/bin/sh", { args: ["-c", script, "sh", ...fds.map(String)] });
      await started.spawn().status;
    `);
    const [one, other, life] = (await child.line()).split(",").map(Number);
    const addresses = ["tcp://127.0.0.1:1", "tcp://127.0.0.1:2"];
    const order = { addresses, fds: [one, other], life: { fd: life, every: 1000 } };
    await child.say(JSON.stringify(order));
    await child.say("begin");
    assertEquals(await child.line(), "looked");
  },
});

Deno.test("a child whose parent had ended before it looked for it served on", async () => {
  await using child = await Program.start(`
    import { supervised } from "$ROOT/supervise/mod.ts";
    const { signal } = await supervised();
    const gone = new Promise((resolve) => signal.addEventListener("abort", resolve));
    setInterval(() => {}, 1000); // it serves
    console.log("begun");
    await gone;
    console.log("alone");
    Deno.exit();
  `);
  await child.say('{"addresses":[],"fds":[]}');
  await child.say("begin");
  assertEquals(await child.line(), "begun");
  await child.hush();
  assertEquals(await child.line(), "alone");
});

Deno.test("a child that has closed its standard input knows from its parent's id that it's alone", async () => {
  await using child = await Program.start(`
    import { supervised } from "$ROOT/supervise/mod.ts";
    let parent = Deno.ppid;
    Object.defineProperty(Deno, "ppid", { get: () => parent });
    const { signal } = await supervised();
    signal.addEventListener("abort", () => console.log("alone") ?? Deno.exit());
    setInterval(() => {}, 1000); // it serves
    Deno.stdin.close();
    parent = 1;
  `);
  await child.say('{"addresses":[],"fds":[]}');
  await child.say("begin");
  assertEquals(await child.line(), "alone");
});

/** What a process in its turn has of its supervisor, how often it looks for that, in ms, and whether the looks keep it alive. */
async function inTurn(order: object) {
  const line = new TextEncoder().encode(`${JSON.stringify(order)}\nbegin\n`);
  const looks: { every: number; ref: boolean }[] = [];
  using _terminal = replaced(Deno.stdin, "isTerminal", () => false);
  using _read = replaced(Deno.stdin, "read", (bytes) => {
    bytes.set(line);
    return Promise.resolve(line.length);
  });
  using _timer = replaced(
    globalThis,
    "setInterval",
    ((_look: () => void, every: number) => looks.push({ every, ref: true })) as never,
  );
  using _unref = replaced(Deno, "unrefTimer", (id) => void (looks[Number(id) - 1].ref = false));
  return { ...await supervised(), looks };
}

Deno.test("a child looks for its supervisor twice a second, or as often as it has to show a sign, and ends all the same", async () => {
  using signs = pipe();
  for (const [asked, every] of [[undefined, 500], [10, 10], [1000, 500]]) {
    const life = asked === undefined ? undefined : { fd: signs.write, every: asked };
    const { looks } = await inTurn({ addresses: [], fds: [], life });
    assertEquals(looks, [{ every, ref: false }]);
  }
});

Deno.test("a socket that was bound to a supervisor's address, or couldn't be, has its own descriptors afterwards", async () => {
  using held = pipe();
  const address = "tcp://127.0.0.1:1";
  const { bind } = await inTurn({ addresses: [address], fds: [held.read] });
  const given: number[] = [];
  const socket = {
    useFd: -1,
    bind() {
      given.push(this.useFd);
      return given.length === 1 ? Promise.resolve(address) : Promise.reject(new Error("taken"));
    },
  };
  assertEquals([await bind(socket), socket.useFd], [address, -1]);
  await rejects(bind(socket, address), /taken/);
  assertEquals([given, socket.useFd], [[held.read, held.read], -1]);
  await rejects(bind(socket, "tcp://127.0.0.1:2"), TypeError);
});
