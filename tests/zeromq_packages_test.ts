/** Packages from npm, with their real dependency on `zeromq` led to the drop-in. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { MISSING_KERNEL, startKernel } from "./jupyter.ts";
import { XPublisher } from "../mod.ts";
import { linked, Project } from "./npm_project.ts";
import "./util.ts";
import { soon } from "./waiting.ts";

const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "zmq-packages-" }));
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const project = new Project(folder);
const PACKAGES = [
  "enchannel-zmq-backend@10.0.0", // depends on zeromq ^6.5.0
  "@dashevo/dashd-zmq@1.2.1", // on ^6.0.0-beta.6
  "jmp@2.0.0", // on 5
  "ijavascript@5.2.1", // on jmp
  "zerorpc@0.9.8", // on ^4.6.0
];
await project.write("deno.json", linked(project, PACKAGES));
await project.copy("enchannel.cjs", "dashd.cjs", "jmp.cjs", "zerorpc.cjs");
const installed = await project.deno("install", "--quiet");

/** The name of a test, which tells what is missing, and whether it's skipped for that. */
function named(claim: string, otherwise?: string): { name: string; ignore: boolean } {
  const missing = installed.code === 0 ? otherwise : "the packages can't be had from npm";
  if (missing === undefined) return { name: claim, ignore: false };
  return { name: `${claim} (${missing})`, ignore: true };
}

Deno.test({
  ...named("enchannel-zmq-backend has a Jupyter kernel run code, and ends it", MISSING_KERNEL),
  fn: async () => {
    const { program: kernel, file } = await startKernel(folder);
    await using _ = kernel;
    await using client = project.start("enchannel.cjs", file);
    const { code, stdout, stderr } = await soon(client.outcome());
    const lines = ["kernel: shell ok typescript", "result: iopub 42", "shutdown: control ok"];
    // deno-lint-ignore no-control-regex -- the kernel prints in colours
    const plain = stdout.replaceAll(/\x1b\[\d+m/g, "");
    assertEquals([code, plain.trimEnd().split("\n")], [0, lines], stderr);
  },
});

Deno.test({
  ...named("jmp's sockets sign what they tell each other"),
  fn: async () => {
    await using program = project.start("jmp.cjs");
    const { code, stdout, stderr } = await soon(program.outcome());
    const lines = ["request: execute_request 6 * 7", "reply: execute_reply ok"];
    assertEquals([code, stdout.trimEnd().split("\n")], [0, lines], stderr);
  },
});

Deno.test({
  ...named("ijavascript's kernel runs on Deno, and runs code"),
  fn: async () => {
    const kernel = await startKernel(
      folder,
      (file) => project.start("node_modules/ijavascript/lib/kernel.js", "--protocol=5.1", file),
    );
    await using _ = kernel.program;
    await using client = project.start("enchannel.cjs", kernel.file);
    const { code, stdout, stderr } = await soon(client.outcome());
    const lines = ["kernel: shell - javascript", "result: iopub 42", "shutdown: control -"];
    assertEquals([code, stdout.trimEnd().split("\n")], [0, lines], stderr);
  },
});

Deno.test({
  ...named("zerorpc's client gets a call's answer, a stream of answers, and an error"),
  fn: async () => {
    await using program = project.start("zerorpc.cjs", `ipc://${folder}/zerorpc`);
    const { code, stdout, stderr } = await soon(program.outcome());
    const lines = ["a call: hello anna", "a stream: 10,11,12,13,14", "an error: on purpose"];
    assertEquals([code, stdout.trimEnd().split("\n")], [0, lines], stderr);
  },
});

Deno.test({
  ...named("@dashevo/dashd-zmq hears that it's connected, and what is published"),
  fn: async () => {
    await using publisher = new XPublisher({ linger: 0 });
    const address = await publisher.bind("tcp://127.0.0.1:*");
    await using client = project.start("dashd.cjs", address);
    assertEquals(await soon(client.line()), "connected: true");
    assertEquals(String(await soon(publisher.receive())), "\x01hashblock");
    await publisher.send(["hashblock", new Uint8Array([0xca, 0xfe])]);
    const { code, stdout, stderr } = await soon(client.outcome());
    assertEquals([code, stdout], [0, "hash of a block: cafe\n"], stderr);
  },
});
